//! The outermost layer: a request id for everyone, and a problem document for whatever goes wrong inside.
//!
//! Routers and extractors may fail in their own words; nothing leaves without passing here. This is also where
//! a failure of the server is logged, once, with all its causes.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CONTENT_LENGTH, EXPECT, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tower::{Layer, Service, ServiceBuilder};
use tracing::Instrument as _;

use self::body::Timely;
use super::exchange::Exchange;
use super::gate::Gate;
use super::ndjson::LARGEST;
use super::observe::Counts;
use super::pages::discreet;
use super::problem::{Code, Problem};
use super::rate_limit::{self, RATE_LIMIT};

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

/// The edge, as a layer; to stand outermost. Clones share it.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

/// Behind one count of references: every request clones its layers.
struct Parts {
    ids: Ids,
    limits: EdgeLimits,
    counts: Counts,
}

impl Edge {
    /// With these limits.
    #[must_use]
    pub fn new(limits: EdgeLimits) -> Self {
        Self(Arc::new(Parts {
            ids: Ids::new(),
            limits,
            counts: Counts::default(),
        }))
    }
}

/// Puts the edge around a router, and the gate behind it; to be called last, when all routes are there.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>, edge: &Edge, gate: &Gate) -> Router<S> {
    // One layer for all of it: each would cost a request an allocation or two.
    router.layer(
        ServiceBuilder::new()
            .layer(edge.clone())
            .layer(gate.clone())
            .layer(DefaultBodyLimit::max(edge.0.limits.body)),
    )
}

impl<S> Layer<S> for Edge {
    type Service = Edged<S>;

    fn layer(&self, inner: S) -> Edged<S> {
        Edged {
            edge: self.clone(),
            inner,
        }
    }
}

/// What stands behind the edge.
#[derive(Clone)]
pub struct Edged<S> {
    edge: Edge,
    inner: S,
}

impl<S> Service<Request> for Edged<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    /// One request on its way in, its answer on its way out.
    fn call(&mut self, mut request: Request) -> Self::Future {
        let Parts { ids, limits, counts } = &*self.edge.0;
        let (noted, exchange, limits) = (counts.note(&request), ids.of(request.headers()), *limits);
        // Only for whoever reads a line of each request too: its fields are written out for every one.
        let span = tracing::debug_span!(target: "access", "request", id = exchange.id(), method = %request.method(), path = discreet(request.uri().path()));
        let said = Said::of(&request);
        request.extensions_mut().insert(exchange.clone());
        let inner = match refused(&request) {
            Some(problem) => Err(problem),
            None => {
                let until = Instant::now() + limits.body_time;
                Ok(self.inner.call(request.map(|body| Timely::by(until, body))))
            }
        };
        Box::pin(async move {
            let answer = match inner {
                Ok(inner) => answer(inner, limits).instrument(span).await,
                Err(problem) => problem.into_response(),
            };
            let response = out(answer, &exchange, &said);
            noted.answered(&response, said.path());
            Ok(response)
        })
    }
}

/// What is said of a request that failed, or of any if somebody reads the line of each.
struct Said {
    method: Method,
    uri: Uri,
}

impl Said {
    /// Copies of an address share it.
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
        }
    }

    /// Without what lets people in.
    fn path(&self) -> &str {
        discreet(self.uri.path())
    }
}

/// The answer as it leaves: a problem document if it is no success, with the headers that every answer has.
fn out(answer: Response, exchange: &Exchange, said: &Said) -> Response {
    let problem = answer.extensions().get::<Problem>().cloned();
    let mut response = match problem.or_else(|| Problem::for_bare(&answer)) {
        Some(problem) => {
            let problem = problem.to(&said.method);
            if problem.is_servers_fault() {
                log(&problem, exchange.id(), said);
            }
            finish(problem, answer, exchange.id())
        }
        None => answer,
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(exchange.id()) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(quota) = exchange.quota()
        && !headers.contains_key(RATE_LIMIT)
    {
        rate_limit::tell(headers, std::slice::from_ref(quota));
    }
    response
}

/// What is refused without a look at it.
fn refused(request: &Request) -> Option<Problem> {
    let length = request
        .uri()
        .path_and_query()
        .map_or(0, |whole| whole.as_str().len());
    if length > MAX_URI {
        return Some(Problem::new(Code::UriTooLong));
    }
    asks_in_vain(request).then(|| Problem::new(Code::PayloadTooLarge))
}

/// The inner answer; a panic or a time-out becomes a problem like any other.
async fn answer(inner: impl Future<Output = Result<Response, Infallible>>, limits: EdgeLimits) -> Response {
    // Nothing of the request outlives a panic, so there is no broken state to be seen afterwards.
    let inner = AssertUnwindSafe(inner).catch_unwind();
    match tokio::time::timeout(limits.time, inner).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
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
fn finish(problem: Problem, answer: Response, id: &str) -> Response {
    let mut response = problem.respond(id);
    let mut headers = answer.into_parts().0.headers;
    headers.remove(CONTENT_LENGTH);
    for (name, value) in response.headers() {
        headers.insert(name.clone(), value.clone());
    }
    *response.headers_mut() = headers;
    response
}

fn log(problem: &Problem, id: &str, said: &Said) {
    let (code, cause) = (problem.code().name(), problem.chain());
    let (method, path) = (said.method.as_str(), said.path());
    // A field without a value is not written.
    let cause = Some(cause).filter(|cause| !cause.is_empty());
    if problem.code() == Code::Internal {
        tracing::error!(code, request_id = id, method, path, cause, "a request failed");
    } else {
        tracing::warn!(
            code,
            request_id = id,
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
pub(super) struct Ids {
    beginning: Box<str>,
    next: AtomicU32,
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
            next: AtomicU32::new(1),
        }
    }

    /// The id that the client chose, if it is harmless to repeat; else a new one.
    fn of(&self, headers: &HeaderMap) -> Exchange {
        let given = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_harmless(id));
        Exchange::new(given.map_or_else(|| self.fresh(), Into::into))
    }

    /// A new one.
    pub(super) fn fresh(&self) -> Box<str> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("req_{}{number:08x}", self.beginning).into()
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
