//! What machines ask about the process itself: is it alive, is it ready, what has it counted. No key is needed for these.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::problem::{Code, Problem};
use crate::service::Service;
use crate::service::error::chain;
use crate::service::health::NotReady;

/// For how long one look at the store answers everyone who asks. Whoever asks without a key must not keep the store busy.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A store that takes longer to answer something small is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the probes look at.
#[derive(Clone)]
struct Probes {
    service: Service,
    metrics: PrometheusHandle,
    last: Arc<Mutex<Option<Look>>>,
}

/// A look at the store: when it was, and what is in the way, if anything is.
struct Look {
    at: Instant,
    answer: Result<(), String>,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn router<S: Clone + Send + Sync + 'static>(service: Service, metrics: PrometheusHandle) -> Router<S> {
    let probes = Probes {
        service,
        metrics,
        last: Arc::default(),
    };
    Router::new()
        .route("/livez", get(async || said("alive")))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .with_state(probes)
}

/// 200 as long as requests can be served; otherwise 503, with what is in the way.
async fn ready(State(probes): State<Probes>) -> Result<Response, Problem> {
    let mut last = probes.last.lock().await;
    let answer = match last.as_ref() {
        Some(look) if look.at.elapsed() < LOOK_AGAIN => look.answer.clone(),
        _ => {
            let answer = look(&probes.service).await;
            let at = Instant::now();
            last.insert(Look { at, answer }).answer.clone()
        }
    };
    answer.map_err(|reason| Problem::new(Code::NotReady).detail(reason))?;
    Ok(said("ready"))
}

/// What a look at the store says, in a sentence for whoever runs the service; the inside goes to the log.
async fn look(service: &Service) -> Result<(), String> {
    let reason = match tokio::time::timeout(PATIENCE, service.health()).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(reason)) => {
            if let NotReady::Unreachable(error) = &reason {
                tracing::warn!(error = chain(error), "the database cannot be reached");
            }
            reason.to_string()
        }
        Err(_) => "the database does not answer in time".to_owned(),
    };
    Err(format!("Not ready: {reason}."))
}

/// The counters, in the text format of Prometheus.
async fn counted(State(probes): State<Probes>) -> Response {
    let mut response = probes.metrics.render().into_response();
    let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, format);
    response
}

fn said(status: &'static str) -> Response {
    let body = format!("{{\"status\":\"{status}\"}}");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
