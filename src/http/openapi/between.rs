//! Rules between the fields of a request, as schemas that apply where a field is there. Code generators do not look at
//! `dependentSchemas`, so the types that they make stay as simple as they are without it; validators do.

use serde_json::{Map, Value, json};

/// Adds the rules to the schemas of the document.
pub(super) fn fields(schemas: &mut Map<String, Value>) {
    // Whether a duration is there: a tempban's has to be, a mute's may be, and nothing else has one.
    let kind = json!({
        "if": {"properties": {"kind": {"const": "tempban"}}},
        "then": {"required": ["duration"], "properties": {"duration": {"type": ["integer", "string"]}}},
        "else": {
            "if": {"properties": {"kind": {"const": "mute"}}},
            "else": {"properties": {"duration": {"type": "null"}}},
        },
    });
    // Only a note has a visibility of its own.
    let visibility = json!({
        "if": {"properties": {"visibility": {"type": "string"}}},
        "then": {"properties": {"kind": {"const": "note"}}},
    });
    let break_glass = json!({
        "if": {"properties": {"break_glass": {"const": true}}},
        "then": {"required": ["reason"], "properties": {"reason": {"type": "string", "pattern": "\\S"}}},
    });
    let level = json!({
        "if": {"properties": {"level": {"type": "integer"}}},
        "then": {"required": ["rank"], "properties": {"rank": {"type": "string"}}},
        "else": {"anyOf": [{"required": ["platform"]}, {"required": ["automod"]}]},
    });
    // An actor is a person, whose rank may be asserted, or a rule of automod, which has the key's.
    let rank = json!({
        "if": {"properties": {"rank": {"type": "string"}}},
        "then": {"required": ["platform"]},
        "else": {"anyOf": [{"required": ["platform"]}, {"required": ["automod"]}]},
    });
    let automod = json!({"properties": {"platform": false, "id": false, "rank": {"type": "null"}, "level": {"type": "null"}}});
    let actor = json!({
        "automod": automod,
        "id": {"required": ["platform"]},
        "level": level,
        "platform": {"required": ["id"]},
        "rank": rank,
    });
    if let Some(schema) = schemas.get_mut("ActorRequest").and_then(Value::as_object_mut) {
        schema.insert("minProperties".to_owned(), json!(1));
    }
    for (name, rules) in [
        (
            "ActRequest",
            json!({"break_glass": break_glass.clone(), "kind": kind, "visibility": visibility}),
        ),
        ("ActorRequest", actor),
        ("LiftRequest", json!({"break_glass": break_glass})),
    ] {
        if let Some(schema) = schemas.get_mut(name).and_then(Value::as_object_mut) {
            schema.insert("dependentSchemas".to_owned(), rules);
        }
    }
}
