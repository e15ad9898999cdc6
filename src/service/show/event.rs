//! Events as callers read them. What an event is about was written down when it happened, and is given as it was.

use crate::ports::record::Event;
use bytes::{BufMut as _, Bytes, BytesMut};
use serde::Serialize;
use serde_json::value::RawValue;
use wire::time::Time;

/// One line of the log: [`wire::event::Event`], with its document as stored.
#[derive(Debug, Serialize)]
pub struct Line {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    community: Option<String>,
    user: Option<String>,
    at: Time,
    version: i32,
    data: Box<RawValue>,
}

/// After how many milliseconds a reader of a stream comes back.
const RETRY: u32 = 1_000;

/// An event.
pub(crate) fn line(event: Event) -> Line {
    let data = RawValue::from_string(event.data).unwrap_or_else(|error| {
        tracing::error!(%error, position = event.position, "an event's document is no JSON");
        RawValue::NULL.to_owned()
    });
    Line {
        id: event.position.to_string(),
        kind: event.kind,
        community: event.community.map(|id| id.to_string()),
        user: event.user.map(|id| id.to_string()),
        at: Time(event.at),
        version: event.version,
        data,
    }
}

/// The moment as the document has it.
pub(crate) fn at(event: &Event) -> String {
    Time(event.at).to_string()
}

/// An event as a message of a stream (`text/event-stream`): its position, its type, and the same document.
pub(crate) fn frame(event: Event, text: &mut BytesMut) {
    let (position, kind) = (event.position, event.kind.clone());
    match serde_json::to_string(&line(event)) {
        Ok(document) => {
            text.put_slice(format!("id: {position}\nevent: {kind}\ndata: ").as_bytes());
            // A line break would end the field; in JSON it is as good as a space wherever it may stand.
            text.put_slice(document.replace(['\n', '\r'], " ").as_bytes());
            text.put_slice(b"\n\n");
        }
        Err(error) => tracing::error!(%error, position, "an event cannot be written out"),
    }
}

/// What a reader of a stream gets at once: when to come back, and where it stands.
pub(crate) fn greeting(position: i64, missed: Option<i64>) -> Bytes {
    let missed = missed.map(|upto| format!("event: missed\ndata: {{\"up_to\":\"{upto}\"}}\n\n"));
    format!("retry: {RETRY}\nid: {position}\n\n{}", missed.unwrap_or_default()).into()
}

/// A sign of life, with the position up to which there is nothing else to tell.
pub(crate) fn heartbeat(position: i64) -> Bytes {
    format!(": still here\nid: {position}\n\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn an_event_is_one_message_however_its_document_is_written() {
        let mut text = BytesMut::new();
        let event = Event {
            position: 7,
            kind: "user.created".to_owned(),
            community: None,
            user: None,
            at: DateTime::UNIX_EPOCH,
            version: 1,
            data: "{\n\"user\": null}".to_owned(),
        };
        frame(event, &mut text);
        let text = String::from_utf8(text.to_vec()).unwrap();
        let rest = text.strip_prefix("id: 7\nevent: user.created\ndata: ").unwrap();
        let document = rest.strip_suffix("\n\n").unwrap();
        assert!(!document.contains('\n'));
        assert!(serde_json::from_str::<serde_json::Value>(document).is_ok());
    }
}
