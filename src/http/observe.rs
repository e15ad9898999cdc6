//! What is noted of every request: a count, how long it took, and a line in the log at the level `debug`.
//!
//! Labels come from closed sets only: the route as it was declared, never the path as it was sent; the methods of HTTP; the
//! class of the status. The line has neither query nor headers, where secrets could be.

use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use metrics::{Label, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::Instant;

use super::edge::REQUEST_ID;

/// Upper bounds in seconds: from an answer out of memory to one that somebody complains about.
const LATENCIES: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Upper bounds of the number of commands in a batch.
const BATCHES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// How often counters are tidied, as the recorder asks for.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts counting in this process; to be called once, on the running runtime.
///
/// # Errors
/// When something else counts already.
pub fn start_counting() -> Result<PrometheusHandle, BuildError> {
    let latency = Matcher::Full("tribune_http_request_seconds".to_owned());
    let batch = Matcher::Full("tribune_batch_size".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(latency, LATENCIES)?
        .set_buckets_for_metric(batch, BATCHES)?
        .install_recorder()?;
    describe();
    let tidied = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            tidied.run_upkeep();
        }
    });
    Ok(handle)
}

/// What each name counts, shown above its values.
fn describe() {
    describe_counter!("tribune_http_requests_total", "Requests answered");
    describe_histogram!(
        "tribune_http_request_seconds",
        Unit::Seconds,
        "From a request's headers to its answer's"
    );
    describe_histogram!("tribune_batch_size", "Commands decided in one transaction");
    describe_gauge!(
        "tribune_limits_keys",
        "Keys of rate limits that this process remembers"
    );
    describe_counter!(
        "tribune_limits_evicted_total",
        "Keys of rate limits forgotten before their time, because there were too many"
    );
    describe_counter!(
        "tribune_limits_unreached_total",
        "Checks answered without Redis, by what the limit says"
    );
    describe_gauge!("tribune_pipeline_waiting", "Commands that wait to be decided");
    describe_counter!("tribune_store_errors_total", "Failures of the store, by kind");
    describe_counter!(
        "tribune_expiries_total",
        "Sanctions whose end was recorded by this process, and tries that failed"
    );
    describe_gauge!(
        "tribune_timers_overdue_seconds",
        Unit::Seconds,
        "For how long the next timer has been due"
    );
}

/// Watches every request to a router; to be put around everything else, the edge included.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(middleware::from_fn(note))
}

async fn note(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = named(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Only for the line; the copy is not worth its price when nobody reads it.
    let path =
        tracing::enabled!(target: "access", tracing::Level::DEBUG).then(|| request.uri().path().to_owned());
    let response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let mut labels = vec![
        Label::new("route", route.to_owned()),
        Label::from_static_parts("method", method),
    ];
    histogram!("tribune_http_request_seconds", labels.clone()).record(took);
    labels.push(Label::from_static_parts("status", class(status.as_u16())));
    counter!("tribune_http_requests_total", labels).increment(1);
    if let Some(path) = path {
        let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let milliseconds = took.as_secs_f64() * 1_000.0;
        tracing::debug!(target: "access", request_id = id, method, path, route, status = status.as_u16(), milliseconds);
    }
    response
}

/// The method, unless a client made it up.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
