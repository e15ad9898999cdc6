//! `POST /v1/checks/status`

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use wire::limit::{LimitKeyRequest, LimitStatus};

use crate::http::api::ApiState;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(LimitStatusProblems: Ask, UnknownLimit, LimiterUnavailable);

/// See how a key of a rate limit stands
///
/// What is left of it, when it is as if nobody had used it, and how tight the limit is if it adapts. Nothing is spent.
///
/// Scope: `limits:read`. A key that is bound to communities names one.
#[utoipa::path(
    post,
    path = "/v1/checks/status",
    tag = "limits",
    request_body(content = LimitKeyRequest, example = json!(super::request())),
    responses(
        (status = 200, description = "How it stands.", body = LimitStatus, example = json!(example())),
        LimitStatusProblems,
    ),
)]
pub async fn read_limit_status(
    caller: Caller,
    State(state): State<ApiState>,
    body: StrictJson<LimitKeyRequest>,
) -> Result<Response, Problem> {
    let status = state.service.limit_status(&caller, &body.value).await?;
    Ok(respond::document(&status))
}

/// How a key stands under a limit that adapts.
pub(super) fn example() -> Value {
    json!({
        "name": "commands",
        "version": 3,
        "limit": 25,
        "remaining": 24,
        "reset_after": 0.4,
        "counted_by": "redis",
        "adaptive": super::signal::example(),
    })
}
