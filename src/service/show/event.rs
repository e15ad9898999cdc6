//! Events as callers read them. What an event is about was written down when it happened, and is given as it was.

use crate::ports::record::Event;
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
    data: Box<RawValue>,
}

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
        data,
    }
}
