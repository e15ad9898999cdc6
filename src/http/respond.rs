//! Every answer that is a success: its status, its headers, and a body that mostly is JSON text already.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::etag;
use super::idempotency::REPLAYED;
use super::ndjson::MEDIA_TYPE;
use super::problem::Problem;
use crate::service::Outcome;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const LINES: HeaderValue = HeaderValue::from_static(MEDIA_TYPE);
/// How many headers an answer has in the end, those of the edge and of the connection among them.
const HEADERS: usize = 10;
/// Nobody between us and the caller may keep what only this caller may see.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A document that was read.
pub fn document<T: Serialize>(document: &T) -> Response {
    match serde_json::to_vec(document) {
        Ok(text) => json(StatusCode::OK, text),
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// Documents that come one after the other, a line each.
#[must_use]
pub fn lines(lines: Body) -> Response {
    let mut response = Response::new(lines);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, LINES);
    headers.insert(CACHE_CONTROL, PRIVATE);
    response
}

/// A stream of events without an end.
#[must_use]
pub fn stream(events: Body) -> Response {
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that gathers an answer before it passes it on would pass nothing on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Something new, and where it can be read. `location` is a path below the server's address.
#[must_use]
pub fn created(outcome: Outcome, location: &str) -> Response {
    let mut response = finished(StatusCode::CREATED, outcome);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Something that was accepted and is to be done, and where its progress can be read.
#[must_use]
pub fn accepted(outcome: Outcome, location: &str) -> Response {
    let mut response = created(outcome, location);
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// A change of something that was there before, or a decision without effect.
#[must_use]
pub fn done(outcome: Outcome) -> Response {
    finished(StatusCode::OK, outcome)
}

/// A change of a document that has versions: the answer's tag is its `ETag`.
#[must_use]
pub fn edited(outcome: Outcome) -> Response {
    let tag = etag::strong(&outcome.answer.tag);
    let mut response = done(outcome);
    response.headers_mut().insert(ETAG, tag);
    response
}

/// A new document that has versions: the answer's tag is its `ETag`.
#[must_use]
pub fn created_edited(outcome: Outcome, location: &str) -> Response {
    let tag = etag::strong(&outcome.answer.tag);
    let mut response = created(outcome, location);
    response.headers_mut().insert(ETAG, tag);
    response
}

/// The answer to a repeat, marked as such if it is one.
#[must_use]
pub fn repeated(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn finished(status: StatusCode, outcome: Outcome) -> Response {
    repeated(json(status, outcome.answer.body), outcome.replayed)
}

fn json(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CACHE_CONTROL, PRIVATE);
    response
}
