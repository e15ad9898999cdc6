//! Directives, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, USER};

/// One that was issued.
pub(crate) fn issued() -> Value {
    json!({
        "id": "dir_01939c8ee03c7384a5b6c7d8e9f0a1b2",
        "community": COMMUNITY,
        "platform": "discord",
        "space": "81384788765712384",
        "member": "80351110224678912",
        "user": USER,
        "effect": "mute",
        "wanted": {"holds": true, "until": "2026-11-22T13:00:00.000000Z", "capabilities": [], "channel": null, "messages": [], "notice": null},
        "case": 4,
        "reason": "Reached 3 points.",
        "state": "open",
        "attempts": 0,
        "created_at": "2026-11-22T12:00:00.123456Z",
        "due_at": "2026-11-22T12:00:00.123456Z",
        "follows": null,
        "lease": null,
        "settled_at": null,
        "receipt": null,
    })
}

/// The same, in a relay's hands.
fn in_hand() -> Value {
    let mut directive = issued();
    directive["attempts"] = json!(1);
    directive["due_at"] = json!("2026-11-22T12:00:30.234567Z");
    directive["lease"] =
        json!({"id": "lea_01939c8ee14d7495b6c7d8e9f0a1b2c3", "until": "2026-11-22T12:00:30.234567Z"});
    directive
}

/// Carried out.
pub(crate) fn applied() -> Value {
    let mut directive = issued();
    directive["attempts"] = json!(1);
    directive["state"] = json!("applied");
    directive["due_at"] = json!(null);
    directive["settled_at"] = json!("2026-11-22T12:00:00.345678Z");
    directive["receipt"] = json!({"outcome": "applied", "code": null, "detail": null, "holds_until": null, "at": "2026-11-22T12:00:00.345678Z"});
    directive
}

/// Taken back.
pub(crate) fn cancelled() -> Value {
    let mut directive = issued();
    directive["state"] = json!("cancelled");
    directive["due_at"] = json!(null);
    directive["settled_at"] = json!("2026-11-22T12:00:05.000000Z");
    directive
}

/// What a relay is given.
pub(crate) fn leased() -> Value {
    json!({"items": [in_hand()]})
}

/// A page.
pub(crate) fn page() -> Value {
    json!({"items": [applied()], "next_cursor": null})
}

/// The beginning of a stream.
pub(crate) fn stream() -> Value {
    json!(format!(
        "retry: 1000\n\nevent: directive\ndata: {}\n\n",
        in_hand()
    ))
}
