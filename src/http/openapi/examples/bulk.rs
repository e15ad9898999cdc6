//! Many acts in one request, as the reference shows them.

use serde_json::{Value, json};

use super::{act_answer, act_request};

/// A request with two acts.
pub(crate) fn request() -> Value {
    json!({
        "actor": {"platform": "discord", "id": "53908232506183680"},
        "items": [
            act_request(),
            {"kind": "ban", "member": "discord:175928847299117063", "reason": "Raid"},
        ],
    })
}

/// What came of it.
pub(crate) fn answer() -> Value {
    json!({"dry_run": false, "succeeded": 1, "refused": 1, "items": items()})
}

/// One that was done and one that was refused.
pub(crate) fn items() -> Value {
    json!([
        {"index": 0, "status": 201, "act": act_answer(), "void": null, "problem": null},
        {"index": 1, "status": 409, "act": null, "void": null, "problem": {
            "type": "/docs/problems/duplicate_act",
            "title": "The same act was just recorded",
            "status": 409,
            "detail": "Case #11 already records this; send allow_duplicate: true to record it again.",
            "code": "duplicate_act",
            "errors": [],
            "request_id": "req_9f1c2d3e4a5b6c7d00000001",
        }},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_what_they_show() {
        use super::super::tests::{asks, is};
        asks::<wire::bulk::BulkRequest>(request());
        is::<wire::bulk::BulkAnswer>(answer());
    }
}
