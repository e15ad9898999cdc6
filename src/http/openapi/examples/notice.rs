//! Notices, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, USER};

/// One that was delivered.
pub(crate) fn sent() -> Value {
    json!({
        "id": "ntc_01939c8ef23d7a41b5c6d7e8f9a0b1c2",
        "community": COMMUNITY,
        "case": 12,
        "member": {"user": USER, "identity": null},
        "subject": "act",
        "appeal": null,
        "when": "before",
        "language": "en",
        "text": "You have been banned from Rust Cologne.\nIt has no end date.\nReason: Raid\nA person decided this.\nIt adds 10 points.\nIf you think that this is wrong, you can appeal: ask the moderators of Rust Cologne to look at case #12 again.",
        "state": "sent",
        "deliveries": [{
            "directive": "dir_01939c8ee03c7384a5b6c7d8e9f0a1b2",
            "platform": "discord",
            "member": "80351110224678912",
            "state": "applied",
            "attempts": 1,
            "code": null,
            "settled_at": "2026-11-22T12:00:00.345678Z",
        }],
        "created_at": "2026-11-22T12:00:00.123456Z",
        "changed_at": "2026-11-22T12:00:00.345678Z",
        "acknowledged_at": null,
    })
}

/// One that the member has read.
pub(crate) fn acknowledged() -> Value {
    let mut notice = sent();
    notice["state"] = json!("acknowledged");
    notice["changed_at"] = json!("2026-11-22T12:10:00.000000Z");
    notice["acknowledged_at"] = notice["changed_at"].clone();
    notice
}

/// A page of them.
pub(crate) fn page() -> Value {
    json!({"items": [sent()], "next_cursor": null})
}
