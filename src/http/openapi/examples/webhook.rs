//! Webhooks, as the reference shows them.

use serde_json::{Value, json};

use super::COMMUNITY;

const WEBHOOK: &str = "whk_01939c8ef2b38e69cad1e2f3a4b5c6d7";
const DELIVERY: &str = "dlv_01939c8ef3c49f7adbe2f3a4b5c6d7e8";

/// What happens to members, to a bot's own server.
pub(crate) fn request() -> Value {
    json!({
        "url": "https://hooks.example.com/tribune",
        "description": "The dashboard",
        "types": ["case.created", "sanction.started", "sanction.ended"],
    })
}

/// What comes of it.
pub(crate) fn webhook() -> Value {
    json!({
        "id": WEBHOOK,
        "url": "https://hooks.example.com/tribune",
        "description": "The dashboard",
        "types": ["case.created", "sanction.started", "sanction.ended"],
        "communities": null,
        "platform": null,
        "state": "active",
        "off_reason": null,
        "off_since": null,
        "failures": 0,
        "failing_since": null,
        "paused_until": null,
        "position": "4711",
        "missed_up_to": null,
        "old_secret_until": null,
        "created_at": "2026-11-22T12:00:00.123456Z",
    })
}

/// With its secret. It is made of zeros, so that it is nobody's.
pub(crate) fn created() -> Value {
    json!({"webhook": webhook(), "secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
}

/// With another one.
pub(crate) fn rotated() -> Value {
    let mut created = created();
    created["webhook"]["old_secret_until"] = json!("2026-11-23T00:00:00.123456Z");
    created
}

/// Nobody answers.
pub(crate) fn failing() -> Value {
    let mut webhook = webhook();
    webhook["state"] = json!("failing");
    webhook["failures"] = json!(7);
    webhook["failing_since"] = json!("2026-11-22T13:00:00.000000Z");
    webhook["paused_until"] = json!("2026-11-22T13:07:00.000000Z");
    webhook
}

/// A page.
pub(crate) fn page() -> Value {
    json!({"items": [webhook()], "next_cursor": null})
}

/// A delivery that was given up.
pub(crate) fn dead() -> Value {
    json!({
        "id": DELIVERY,
        "webhook": WEBHOOK,
        "type": "case.created",
        "event": "4712",
        "community": COMMUNITY,
        "state": "dead",
        "attempts": 10,
        "next_try_at": null,
        "tries": [
            {"at": "2026-11-25T14:00:00.000000Z", "milliseconds": 15_000, "status": null, "error": "timed_out"},
            {"at": "2026-11-26T15:00:00.000000Z", "milliseconds": 120, "status": 502, "error": null},
        ],
        "created_at": "2026-11-22T12:30:00.123456Z",
        "settled_at": "2026-11-26T15:00:00.234567Z",
    })
}

/// The same, sent anew.
pub(crate) fn replayed() -> Value {
    let mut delivery = dead();
    delivery["state"] = json!("pending");
    delivery["next_try_at"] = json!("2026-11-26T16:00:00.000000Z");
    delivery["settled_at"] = json!(null);
    delivery
}

/// A test on its way.
pub(crate) fn test() -> Value {
    let mut delivery = replayed();
    delivery["type"] = json!("webhook.test");
    delivery["attempts"] = json!(0);
    delivery["tries"] = json!([]);
    for field in ["event", "community"] {
        delivery[field] = json!(null);
    }
    delivery
}

/// A page.
pub(crate) fn deliveries() -> Value {
    json!({"items": [dead()], "next_cursor": null})
}
