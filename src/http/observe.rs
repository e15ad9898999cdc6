//! What is noted of every request: a count, how long it took, and a line in the log at the level `debug`.
//!
//! Labels come from closed sets only: the route as it was declared, never the path as it was sent; the methods of HTTP; the
//! class of the status. The line has neither query nor headers, where secrets could be.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use metrics::{
    Counter, Histogram, Label, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram,
};
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
    describe_gauge!("tribune_event_readers", "Streams of events that are open");
    describe_counter!(
        "tribune_event_readers_cut_off_total",
        "Streams of events that ended because their reader was too far behind"
    );
    describe_streams();
    describe_effects();
    describe_counter!("tribune_store_errors_total", "Failures of the store, by kind");
    describe_times();
}

/// What is counted of what others are to receive or to carry out.
fn describe_effects() {
    describe_counter!(
        "tribune_webhook_tries_total",
        "Tries to deliver an event to a webhook, by what came of them"
    );
    describe_gauge!(
        "tribune_webhook_deliveries",
        "Deliveries to webhooks that are on their way, and that were given up"
    );
    describe_gauge!(
        "tribune_directives_open",
        "Directives that are not carried out yet, by platform"
    );
    describe_gauge!(
        "tribune_directives_overdue_seconds",
        Unit::Seconds,
        "For how long the next directive of a platform waits for somebody to fetch it"
    );
    describe_counter!(
        "tribune_receipts_total",
        "Receipts of directives that were taken in, by their outcome"
    );
}

/// What is counted of what falls due with time.
fn describe_times() {
    describe_counter!(
        "tribune_expiries_total",
        "Ends of sanctions that were recorded by this process, that had moved on or been recorded by another, and that failed"
    );
    describe_gauge!(
        "tribune_timers_overdue_seconds",
        Unit::Seconds,
        "For how long the next timer has been due"
    );
    describe_counter!(
        "tribune_schedule_runs_total",
        "Runs of schedules, by what they came to here"
    );
    describe_gauge!(
        "tribune_schedules_overdue_seconds",
        Unit::Seconds,
        "For how long the next schedule has been due"
    );
}

/// What is counted of streams in Redis.
fn describe_streams() {
    describe_counter!(
        "tribune_streams_published_total",
        "Events that this process appended to streams"
    );
    describe_gauge!("tribune_streams_lag", "Events that are not in their streams yet");
    describe_gauge!(
        "tribune_streams_ahead",
        "Streams that have what their logs have not, and are not published to"
    );
    describe_counter!(
        "tribune_streams_failures_total",
        "Calls to Redis about streams that failed"
    );
    describe_counter!(
        "tribune_streams_dead_letters_total",
        "Entries that were delivered too often, and became dead letters"
    );
    describe_counter!(
        "tribune_streams_lost_total",
        "Times that a stream lost entries which a group had not acknowledged, because it was too long"
    );
}

/// What is counted of each route and method. The handles are kept, so that a request registers nothing.
#[derive(Default)]
pub(super) struct Counts(RwLock<HashMap<&'static str, Routes>>);

/// The routes of a method.
type Routes = HashMap<Arc<str>, Counted>;

/// The handles of one route and method.
#[derive(Clone)]
struct Counted(Arc<Handles>);

struct Handles {
    route: Arc<str>,
    method: &'static str,
    seconds: Histogram,
    /// By the first digit of the status.
    requests: [OnceLock<Counter>; 5],
}

/// A request that is being answered.
pub(super) struct Noted {
    began: Instant,
    counted: Counted,
}

impl Counts {
    /// Notes that a request has come.
    pub(super) fn note(&self, request: &Request) -> Noted {
        let route = request.extensions().get::<MatchedPath>();
        let (method, route) = (named(request.method()), route.map_or("none", MatchedPath::as_str));
        Noted {
            began: Instant::now(),
            counted: self.of(method, route),
        }
    }

    fn of(&self, method: &'static str, route: &str) -> Counted {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = known.get(method).and_then(|routes| routes.get(route)) {
            return counted.clone();
        }
        drop(known);
        let counted = Counted::new(method, route.into());
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(method)
            .or_default()
            .entry(route.into())
            .or_insert(counted)
            .clone()
    }
}

impl Counted {
    fn new(method: &'static str, route: Arc<str>) -> Self {
        let seconds = histogram!("tribune_http_request_seconds", labels(&route, method));
        Self(Arc::new(Handles {
            route,
            method,
            seconds,
            requests: Default::default(),
        }))
    }

    fn answered(&self, status: StatusCode) -> &Counter {
        let Handles {
            route,
            method,
            requests,
            ..
        } = &*self.0;
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len());
        requests[class - 1].get_or_init(|| {
            let mut labels = labels(route, method);
            labels.push(Label::from_static_parts("status", CLASSES[class - 1]));
            counter!("tribune_http_requests_total", labels)
        })
    }
}

impl Noted {
    /// Counts its answer, and writes a line of it if somebody reads them.
    pub(super) fn answered(self, response: &Response, path: &str) {
        let took = self.began.elapsed();
        let status = response.status();
        let Handles {
            route,
            method,
            seconds,
            ..
        } = &*self.counted.0;
        seconds.record(took);
        self.counted.answered(status).increment(1);
        if tracing::enabled!(target: "access", tracing::Level::DEBUG) {
            let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
            let milliseconds = took.as_secs_f64() * 1_000.0;
            let status = status.as_u16();
            tracing::debug!(target: "access", request_id = id, method, path, route = &**route, status, milliseconds);
        }
    }
}

fn labels(route: &Arc<str>, method: &'static str) -> Vec<Label> {
    vec![
        Label::new("route", route.clone()),
        Label::from_static_parts("method", method),
    ]
}

/// The classes of a status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

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
