//! A warning replaced by a note.

use super::{case, void_answer};
use serde_json::{Value, json};

/// A request to replace the case.
pub(crate) fn request() -> Value {
    json!({"kind": "note", "reason": "A remark would have done", "actor": {"platform": "discord", "id": "53908232506183680"}})
}

/// What came of it: a note at the same instant, and the mute is gone.
pub(crate) fn answer() -> Value {
    let mut answer = void_answer();
    let mut voided = answer["case"].take();
    voided["voided"]["reason"] = json!("A remark would have done");
    voided["voided"]["replaced_by"] = json!(14);
    let mut note = case();
    for (field, value) in [
        ("number", json!(14)),
        ("kind", json!("note")),
        ("recorded_at", json!("2026-11-22T12:30:00.000000Z")),
        ("points", json!(0)),
        ("rungs", json!([])),
        ("reason", json!("A remark would have done")),
        ("evidence", json!([])),
        ("context", Value::Null),
        ("replaces", json!(12)),
    ] {
        note[field] = value;
    }
    json!({"dry_run": false, "case": note, "voided": voided, "also_voided": answer["also_voided"], "standing": answer["standing"]})
}

/// The same, tried out.
pub(crate) fn dry_answer() -> Value {
    let mut answer = answer();
    answer["dry_run"] = json!(true);
    answer
}
