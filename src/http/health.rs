//! What machines ask about the process itself: is it alive, is it ready, what has it counted. No key is needed for these.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Mutex;
use tokio::time::Instant;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::probe::{Probe, ProbeStatus};

use super::openapi::problems::problems;
use super::problem::{Code, Problem};
use super::respond;
use crate::service::Service;
use crate::service::error::chain;

/// For how long one look at the store answers everyone who asks. Whoever asks without a key must not keep the store busy.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A store that takes longer to answer something small is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// A few lines of the counters, for the reference.
const COUNTED: &str = "# HELP tribune_http_requests_total Requests answered\n\
    # TYPE tribune_http_requests_total counter\n\
    tribune_http_requests_total{route=\"/v1/tenant\",method=\"GET\",status=\"2xx\"} 1\n";

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
    answer: Result<(), Obstacle>,
}

/// What keeps requests away.
#[derive(Clone)]
struct Obstacle {
    /// In a sentence for whoever runs the service.
    detail: String,
    /// With what is behind it, for the log.
    cause: String,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn router<S: Clone + Send + Sync + 'static>(service: Service, metrics: PrometheusHandle) -> Router<S> {
    let probes = Probes {
        service,
        metrics,
        last: Arc::default(),
    };
    let (router, _) = routes().split_for_parts();
    router.with_state(probes)
}

/// What the routes are, for the OpenAPI document.
pub(super) fn described() -> OpenApi {
    routes().into_openapi()
}

fn routes() -> OpenApiRouter<Probes> {
    OpenApiRouter::default()
        .routes(routes!(read_liveness))
        .routes(routes!(read_readiness))
        .routes(routes!(read_metrics))
}

problems!(LivenessProblems: Probe);
problems!(ReadinessProblems: Probe, NotReady);
problems!(MetricsProblems: Probe);

/// Ask whether the process is alive
///
/// It is as long as it answers, whatever its database does. No key is needed.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "operations",
    security(()),
    responses(
        (status = 200, description = "It is.", body = Probe, example = json!({"status": "alive"})),
        LivenessProblems,
    )
)]
async fn read_liveness() -> Response {
    said(ProbeStatus::Alive)
}

/// Ask whether requests can be served
///
/// They can while the database answers, has the tables that this build knows and agrees about the time. Otherwise the answer is
/// 503 with what is in the way, and a balancer should send nobody here. No key is needed.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    security(()),
    responses(
        (status = 200, description = "They can.", body = Probe, example = json!({"status": "ready"})),
        ReadinessProblems,
    )
)]
async fn read_readiness(State(probes): State<Probes>) -> Result<Response, Problem> {
    let mut last = probes.last.lock().await;
    let answer = match last.as_ref() {
        Some(look) if look.at.elapsed() < LOOK_AGAIN => look.answer.clone(),
        _ => {
            let answer = look(&probes.service).await;
            let at = Instant::now();
            last.insert(Look { at, answer }).answer.clone()
        }
    };
    answer.map_err(|Obstacle { detail, cause }| Problem::new(Code::NotReady).detail(detail).cause(cause))?;
    Ok(said(ProbeStatus::Ready))
}

/// What a look at the store says.
async fn look(service: &Service) -> Result<(), Obstacle> {
    let (reason, cause) = match tokio::time::timeout(PATIENCE, service.health()).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(reason)) => (reason.to_string(), chain(&reason)),
        Err(_) => {
            let late = "the database does not answer in time".to_owned();
            (late.clone(), late)
        }
    };
    Err(Obstacle {
        detail: format!("Not ready: {reason}."),
        cause,
    })
}

/// Read the counters of this process
///
/// In the text format of Prometheus. No key is needed: keep the address behind your proxy if others reach the port.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    security(()),
    responses(
        (status = 200, description = "The counters.", body = String, content_type = "text/plain", example = json!(COUNTED)),
        MetricsProblems,
    )
)]
async fn read_metrics(State(probes): State<Probes>) -> Response {
    let mut response = probes.metrics.render().into_response();
    let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, format);
    response
}

fn said(status: ProbeStatus) -> Response {
    let mut response = respond::document(&Probe { status });
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
