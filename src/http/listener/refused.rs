//! What hyper refuses by itself, said as every other refusal: in a problem document.
//!
//! A request that cannot be parsed, or whose head is larger than hyper takes, reaches no router and so no edge. hyper answers it with
//! a bare status and closes the connection. Letting it take more would only move the end: longer heads cost memory for every
//! connection, and more than its 100 headers an allocation for every request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use crate::http::edge::{Ids, REQUEST_ID};
use crate::http::problem::{Code, MEDIA_TYPE, Problem};

/// What a bare answer says of its body.
const NO_BODY: &str = "content-length: 0\r\n";

/// Writes the documents; clones share the numbers of their requests.
#[derive(Clone)]
pub(super) struct Refusals(Arc<Ids>);

impl Refusals {
    pub(super) fn new() -> Self {
        Self(Arc::new(Ids::new()))
    }

    /// hyper's bare answer with a document in it: its status and its headers stay. What is no such answer stays whole.
    pub(super) fn in_place_of(&self, bare: &[u8]) -> Bytes {
        self.filled(bare)
            .map_or_else(|| Bytes::copy_from_slice(bare), Bytes::from)
    }

    fn filled(&self, bare: &[u8]) -> Option<String> {
        let bare = std::str::from_utf8(bare).ok()?;
        let status = bare.split(' ').nth(1)?;
        let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
        let (before, after) = bare.split_once(NO_BODY)?;
        let id = self.0.fresh();
        let problem = Problem::new(Code::for_status(status));
        let body = serde_json::to_string(&problem.document(&id)).ok()?;
        tracing::debug!(
            request_id = &*id,
            code = problem.code().name(),
            "what came is no request"
        );
        let length = body.len();
        let (id, kind) = (&*id, MEDIA_TYPE);
        Some(format!(
            "{before}{CONTENT_TYPE}: {kind}\r\ncontent-length: {length}\r\n{X_CONTENT_TYPE_OPTIONS}: nosniff\r\n{REQUEST_ID}: {id}\r\n\
             {after}{body}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_answer_gets_a_body_and_keeps_its_headers() {
        let bare = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let filled = Refusals::new().in_place_of(bare.as_bytes());
        let (head, body) = std::str::from_utf8(&filled)
            .unwrap()
            .split_once("\r\n\r\n")
            .unwrap();
        assert!(head.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"));
        assert!(head.ends_with("\r\ndate: now"), "{head}");
        assert!(
            head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())),
            "{head}"
        );
        let problem: wire::problem::Problem = serde_json::from_str(body).unwrap();
        assert_eq!(
            (problem.status, problem.code.as_str()),
            (431, "headers_too_large")
        );
        assert!(head.contains(&format!("\r\nx-request-id: {}\r\n", problem.request_id)));
    }

    #[test]
    fn what_is_no_bare_answer_stays_as_it_is() {
        for other in [
            "",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "content-length: 0\r\n",
            "\u{ff}",
        ] {
            assert_eq!(Refusals::new().in_place_of(other.as_bytes()), other);
        }
    }
}
