//! `POST /v1/checks/signal`

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use wire::limit::{LimitSignalRequest, Tightness};

use crate::http::api::ApiState;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(SignalLimitProblems: Ask, UnknownLimit, LimiterUnavailable);

/// Tell a rate limit of a signal
///
/// For limits that adapt. `throttled` tells of a platform's 429 with its `retry_after` as `seconds`: the limit tightens, and nothing passes until
/// then; while it is held already, another one only holds it longer. `raid` tightens once and keeps the limit from recovering for
/// `seconds`; `calm` ends the raid.
///
/// Scope: `limits:check`. A key that is bound to communities names one.
#[utoipa::path(
    post,
    path = "/v1/checks/signal",
    tag = "limits",
    request_body(content = LimitSignalRequest, example = json!({"limit": "discord_api", "key": "channels/381984265217638400", "signal": "throttled", "seconds": 0.35})),
    responses(
        (status = 200, description = "How tight it is now.", body = Tightness, example = json!(example())),
        SignalLimitProblems,
    ),
)]
pub async fn signal_limit(
    caller: Caller,
    State(state): State<ApiState>,
    body: StrictJson<LimitSignalRequest>,
) -> Result<Response, Problem> {
    let tightness = state.service.signal_limit(&caller, &body.value).await?;
    Ok(respond::document(&tightness))
}

/// How tight a limit is.
pub(super) fn example() -> Value {
    json!({
        "capacity": 25,
        "floor": 5,
        "ceiling": 50,
        "held_for": 0.35,
        "raid_for": 0.0,
        "reset_after": 50.35,
        "checks": 0,
        "denied": 0,
    })
}
