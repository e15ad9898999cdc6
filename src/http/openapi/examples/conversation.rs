//! Conversations and flows, as the reference shows them.

use super::{COMMUNITY, USER};
use serde_json::{Value, json};

const CONVERSATION: &str = "cnv_01939c8ecf0a7182e3945f6071829304";

pub(crate) fn request() -> Value {
    json!({
        "flow": "tribune.appeal",
        "member": "discord:80351110224678912",
        "channel": "discord:dm:80351110224678912",
        "data": {"case": 12},
    })
}

pub(crate) fn advance() -> Value {
    json!({
        "step": 1,
        "event": "submit",
        "answers": {"statement": "The link was to our own rules."},
        "by": "discord:80351110224678912",
    })
}

fn field(name: &str, label: &str, kind: &str, required: bool, lengths: Value) -> Value {
    json!({
        "name": name,
        "label": label,
        "type": kind,
        "required": required,
        "min_length": lengths[0],
        "max_length": lengths[1],
        "min": null,
        "max": null,
        "options": [],
    })
}

pub(crate) fn started() -> Value {
    json!({
        "id": CONVERSATION,
        "community": COMMUNITY,
        "flow": "tribune.appeal",
        "version": 1,
        "member": {"user": USER, "identity": null},
        "channel": "discord:dm:80351110224678912",
        "status": "running",
        "state": "statement",
        "step": 1,
        "next": ["submit", "cancel"],
        "prompt": {
            "text": "Say why the decision was wrong, in your own words. A link to what shows it helps.",
            "facts": [{"name": "case", "label": "The number of the case", "value": 12}],
            "fields": [
                field("statement", "What happened", "text", true, json!([1, 4000])),
                field("evidence", "A link to what shows it", "url", false, json!([null, null])),
            ],
            "choices": [{"id": "cancel", "label": "Cancel"}],
        },
        "data": {"case": 12},
        "code": null,
        "deadline": "2026-11-23T12:00:00.123456Z",
        "expires_at": "2026-11-29T12:00:00.123456Z",
        "created_at": "2026-11-22T12:00:00.123456Z",
        "ended_at": null,
        "outcome": null,
    })
}

pub(crate) fn advanced() -> Value {
    let statement = "The link was to our own rules.";
    let mut next = started();
    next["state"] = json!("check");
    next["step"] = json!(2);
    next["next"] = json!(["file", "edit", "cancel"]);
    next["prompt"] = json!({
        "text": "This is what a reviewer will read. Shall it be filed?",
        "facts": [
            {"name": "case", "label": "The number of the case", "value": 12},
            {"name": "statement", "label": "What happened", "value": statement},
        ],
        "fields": [],
        "choices": [
            {"id": "file", "label": "File it"},
            {"id": "edit", "label": "Write it anew"},
            {"id": "cancel", "label": "Cancel"},
        ],
    });
    next["data"] = json!({"case": 12, "statement": statement});
    next["deadline"] = json!("2026-11-23T12:05:00.123456Z");
    next
}

pub(crate) fn cancelled() -> Value {
    let mut over = started();
    over["status"] = json!("ended");
    over["state"] = json!("cancelled");
    over["step"] = json!(2);
    over["next"] = json!([]);
    over["prompt"] = json!({"text": "Nothing was filed.", "facts": [], "fields": [], "choices": []});
    over["deadline"] = Value::Null;
    over["ended_at"] = json!("2026-11-22T12:05:00.123456Z");
    over["outcome"] = json!("cancelled");
    over
}

pub(crate) fn page() -> Value {
    json!({"items": [started()], "next_cursor": null})
}

fn states() -> Value {
    json!([
        {
            "name": "ask",
            "prompt": {
                "text": "How was the event?",
                "show": [],
                "fields": [field("words", "In your words", "text", true, json!([1, 500]))],
                "choices": [{"id": "skip", "label": "Not now"}],
            },
            "on": [{"event": "submit", "to": "thanks"}, {"event": "skip", "to": "skipped"}],
            "timeout": {"after": 86400, "to": "skipped"},
            "end": null,
        },
        {
            "name": "thanks",
            "prompt": null,
            "on": [],
            "timeout": null,
            "end": {"outcome": "given", "text": "Thank you.", "show": ["words"], "completes": true},
        },
        {
            "name": "skipped",
            "prompt": null,
            "on": [],
            "timeout": null,
            "end": {"outcome": "skipped", "text": "Perhaps another time.", "show": [], "completes": false},
        },
    ])
}

pub(crate) fn flow_request() -> Value {
    json!({
        "title": "Feedback on an event",
        "start": "ask",
        "lifetime": "P3D",
        "states": [
            {
                "name": "ask",
                "prompt": {
                    "text": "How was the event?",
                    "fields": [{"name": "words", "label": "In your words", "type": "text", "max_length": 500}],
                    "choices": [{"id": "skip", "label": "Not now"}],
                },
                "on": [{"event": "submit", "to": "thanks"}, {"event": "skip", "to": "skipped"}],
                "timeout": {"after": "P1D", "to": "skipped"},
            },
            {"name": "thanks", "end": {"outcome": "given", "text": "Thank you.", "show": ["words"]}},
            {"name": "skipped", "end": {"outcome": "skipped", "text": "Perhaps another time.", "completes": false}},
        ],
        "comment": "After each event",
    })
}

pub(crate) fn flow() -> Value {
    json!({
        "name": "feedback",
        "version": 1,
        "title": "Feedback on an event",
        "takes": [],
        "start": "ask",
        "lifetime": 259_200,
        "states": states(),
        "created_at": "2026-11-22T12:00:00.123456Z",
        "by": {
            "type": "key",
            "user": null,
            "identity": null,
            "key": "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            "asserted": null,
            "automod": null,
            "rung": null,
            "source": null,
        },
        "comment": "After each event",
    })
}

pub(crate) fn flows() -> Value {
    json!({"items": [flow()], "next_cursor": null})
}
