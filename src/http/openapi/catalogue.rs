//! The catalogue of events: what each type says, as the document's `webhooks`, in the form in which webhooks are sent it. In the log and in
//! streams `data` is the same.

use serde_json::{Value, json};
use wire::event::types::CATALOGUE;

/// Each type of event with the schema of its document.
pub(super) fn webhooks() -> Value {
    let entries = CATALOGUE.iter().map(|event| {
        let own = json!({
            "type": "object",
            "properties": {
                "type": {"const": event.name},
                "version": {"const": event.version},
                "data": {"type": "object", "required": [event.field]},
            },
        });
        let schema = json!({"allOf": [{"$ref": "#/components/schemas/WebhookMessage"}, own]});
        let operation = json!({
            "operationId": format!("on_{}", event.name.replace('.', "_")),
            "summary": event.name,
            "description": format!("{} `data.{}` has it.", event.about, event.field),
            "tags": ["events"],
            "security": [],
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"2XX": {"description": "It has arrived."}},
        });
        (event.name.to_owned(), json!({"post": operation}))
    });
    Value::Object(entries.collect())
}
