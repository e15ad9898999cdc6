//! The outermost layer: a request id for everyone, and a problem document for whatever goes wrong inside.
//!
//! Routers and extractors may fail in their own words; nothing leaves without passing here. This is also where
//! a failure of the server is logged, once, with all its causes.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_LENGTH, EXPECT, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::Instrument as _;

use self::body::Timely;
use super::idempotency::IDEMPOTENCY_KEY;
use super::idempotency::in_flight::Held;
use super::ndjson::LARGEST;
use super::problem::{Code, Problem};

pub(super) mod body;

/// The header that carries a request's id in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest path and query that are looked at, in bytes.
const MAX_URI: usize = 8 * 1024;

/// What a request may cost before any handler sees it.
#[derive(Debug, Clone, Copy)]
pub struct EdgeLimits {
    /// The largest body, in bytes.
    pub body: usize,
    /// How long a body may take to come whole.
    pub body_time: Duration,
    /// How long a handler may take to begin its answer.
    pub time: Duration,
}

/// The id of the request that is being handled, for handlers that mention it (as an extension).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Puts the edge around a router; to be called last, when all routes are there.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: EdgeLimits) -> Router<S> {
    let edge = Edge {
        ids: Ids::new(),
        limits,
    };
    router
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(middleware::from_fn_with_state(edge, pass))
}

#[derive(Clone)]
struct Edge {
    ids: Ids,
    limits: EdgeLimits,
}

/// One request on its way in, its answer on its way out.
async fn pass(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let id = edge.ids.of(request.headers());
    let span = tracing::info_span!("request", id = %id.as_str(), method = %request.method(), path = request.uri().path());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(id.clone());
    // Kept here, and so until there is an answer.
    let held = Held::default();
    if request.headers().contains_key(IDEMPOTENCY_KEY) {
        request.extensions_mut().insert(held.clone());
    }

    let answer = answer(request, next, edge.limits).instrument(span).await;
    let mut response = match answer
        .extensions()
        .get::<Problem>()
        .cloned()
        .or_else(|| Problem::for_bare(&answer))
    {
        Some(problem) => {
            let problem = problem.to(&method);
            if problem.is_servers_fault() {
                log(&problem, &id, method.as_str(), &path);
            }
            finish(problem, answer, &id)
        }
        None => answer,
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    response
}

/// The inner answer; a panic or a time-out becomes a problem like any other.
async fn answer(request: Request, next: Next, limits: EdgeLimits) -> Response {
    let length = request
        .uri()
        .path_and_query()
        .map_or(0, |whole| whole.as_str().len());
    if length > MAX_URI {
        return Problem::new(Code::UriTooLong).into_response();
    }
    if asks_in_vain(&request) {
        return Problem::new(Code::PayloadTooLarge).into_response();
    }
    let until = Instant::now() + limits.body_time;
    let request = request.map(|body| Timely::by(until, body));
    // Nothing of the request outlives a panic, so there is no broken state to be seen afterwards.
    let inner = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limits.time, inner).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Problem::internal(Panicked(panic_message(&*panic))).into_response(),
        Err(_) => Problem::new(Code::TimedOut).into_response(),
    }
}

/// Whether the client waits to be told to send a body (RFC 9110, 10.1.1) that every operation would refuse.
fn asks_in_vain(request: &Request) -> bool {
    let waits = request
        .headers()
        .get(EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    waits && usize::try_from(request.body().size_hint().lower()).is_ok_and(|length| length > LARGEST)
}

/// The document with the request's id, under the headers that inner layers added to the answer.
fn finish(problem: Problem, answer: Response, id: &RequestId) -> Response {
    let mut response = problem.respond(id.as_str());
    let mut headers = answer.into_parts().0.headers;
    headers.remove(CONTENT_LENGTH);
    for (name, value) in response.headers() {
        headers.insert(name.clone(), value.clone());
    }
    *response.headers_mut() = headers;
    response
}

fn log(problem: &Problem, id: &RequestId, method: &str, path: &str) {
    let (code, cause) = (problem.code().name(), problem.chain());
    // A field without a value is not written.
    let cause = Some(cause).filter(|cause| !cause.is_empty());
    if problem.code() == Code::Internal {
        tracing::error!(
            code,
            request_id = id.as_str(),
            method,
            path,
            cause,
            "a request failed"
        );
    } else {
        tracing::warn!(
            code,
            request_id = id.as_str(),
            method,
            path,
            cause,
            "a request was not served"
        );
    }
}

/// A handler panicked; holds what it said.
#[derive(Debug, thiserror::Error)]
#[error("panic: {0}")]
struct Panicked(String);

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
        .to_owned()
}

/// Where request ids come from: a random beginning, and a count behind it, so that no two requests share one.
#[derive(Clone)]
pub(super) struct Ids {
    beginning: Arc<str>,
    next: Arc<AtomicU32>,
}

impl Ids {
    pub(super) fn new() -> Self {
        let mut seed = [0; 8];
        // Without randomness the ids of two processes may meet in a log; that is no reason not to serve.
        if getrandom::fill(&mut seed).is_err() {
            tracing::warn!("no randomness for request ids");
        }
        Self {
            beginning: format!("{:016x}", u64::from_be_bytes(seed)).into(),
            next: Arc::new(AtomicU32::new(1)),
        }
    }

    /// The id that the client chose, if it is harmless to repeat; else a new one.
    fn of(&self, headers: &HeaderMap) -> RequestId {
        let given = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_harmless(id));
        given.map_or_else(|| self.fresh(), |id| RequestId(id.into()))
    }

    /// A new one.
    pub(super) fn fresh(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("req_{}{number:08x}", self.beginning).into())
    }
}

fn is_harmless(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
#[path = "edge/tests.rs"]
mod tests;
