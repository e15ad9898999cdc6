//! Observations and drift, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, USER};

const MEMBER: &str = "80351110224678912";

/// Somebody was unbanned by hand.
pub(crate) fn request() -> Value {
    json!({
        "platform": "discord",
        "space": "81384788765712384",
        "events": [{
            "member": MEMBER,
            "effect": "ban",
            "present": false,
            "at": "2026-11-22T12:00:00Z",
            "by": "53908099506183680",
            "source": "1308123456789012345",
        }],
    })
}

/// What is desired differs.
fn drift() -> Value {
    json!({
        "id": "drf_01939c8ee03c7384a5b6c7d8e9f0a1b2",
        "community": COMMUNITY,
        "platform": "discord",
        "space": "81384788765712384",
        "member": MEMBER,
        "user": USER,
        "effect": "ban",
        "difference": "lifted",
        "desired": {"holds": true, "until": null, "capabilities": [], "channel": null, "messages": []},
        "case": 4,
        "observed": {"present": false, "until": null, "capabilities": [], "at": "2026-11-22T12:00:00.000000Z", "ours": false},
        "by": "53908099506183680",
        "since": "2026-11-22T12:00:00.345678Z",
        "directive": {"id": "dir_01939c8ee03c7384a5b6c7d8e9f0a1b2", "state": "applied"},
    })
}

/// What came of it.
pub(crate) fn answer() -> Value {
    let result = json!({
        "platform": "discord",
        "member": MEMBER,
        "effect": "ban",
        "outcome": "drift",
        "drift": drift(),
        "case": null,
    });
    json!({"items": [result], "snapshot": null})
}

/// A page.
pub(crate) fn page() -> Value {
    json!({"items": [drift()], "next_cursor": null})
}
