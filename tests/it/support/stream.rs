//! A stream of events (`text/event-stream`), read a message at a time.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use serde_json::Value;

/// What such a stream says it is.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// How long to wait for what is to come.
const SOON: Duration = Duration::from_secs(60);

/// An answer that goes on.
pub(crate) struct Stream {
    pub(crate) headers: HeaderMap,
    body: Incoming,
    /// What has come of the next message.
    text: String,
}

/// What stands between two blank lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) retry: Option<u32>,
    /// Null where there is none.
    pub(crate) data: Value,
}

impl Stream {
    pub(super) fn over(headers: HeaderMap, body: Incoming) -> Self {
        Self {
            headers,
            body,
            text: String::new(),
        }
    }

    /// The next message; `None` when the stream is over. Panics when neither comes soon.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = parse(message);
                self.text = rest.to_owned();
                return Some(message);
            }
            let frame = tokio::time::timeout(SOON, self.body.frame());
            match frame.await.expect("the stream goes on or ends") {
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    self.text
                        .push_str(std::str::from_utf8(&data).expect("whole characters"));
                }
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next event; signs of life are skipped. Panics when the stream ends first.
    pub(crate) async fn event(&mut self) -> Message {
        loop {
            let message = self.next().await.expect("the stream is not over");
            if message.event.is_some() {
                return message;
            }
        }
    }

    /// The ids of so many events.
    pub(crate) async fn ids(&mut self, count: usize) -> Vec<u64> {
        let mut ids = Vec::new();
        while ids.len() < count {
            ids.push(self.event().await.id.expect("an id").parse().expect("a number"));
        }
        ids
    }
}

fn parse(text: &str) -> Message {
    let mut message = Message::default();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => message.id = Some(id.to_owned()),
            Some(("event", event)) => message.event = Some(event.to_owned()),
            Some(("retry", retry)) => message.retry = Some(retry.parse().expect("milliseconds")),
            Some(("data", data)) => message.data = serde_json::from_str(data).expect("one line of JSON"),
            Some(("", _)) => {}
            _ => panic!("not a line of a stream of events: {line}"),
        }
    }
    message
}

#[test]
fn messages_are_read_by_their_fields() {
    let message = parse("id: 7\nevent: user.created\ndata: {\"a\":1}");
    let expected = Message {
        id: Some("7".to_owned()),
        event: Some("user.created".to_owned()),
        retry: None,
        data: serde_json::json!({"a": 1}),
    };
    assert_eq!(message, expected);
    assert_eq!(parse(": comment\nid: 8").id.as_deref(), Some("8"));
}
