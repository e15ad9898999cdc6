//! `POST /v1/checks/reset`

use axum::extract::State;
use axum::response::Response;
use wire::limit::{LimitKeyRequest, LimitStatus};

use crate::http::api::ApiState;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ResetLimitProblems: Ask, UnknownLimit, LimiterUnavailable);

/// Reset a key of a rate limit
///
/// The key is as if nobody had used it. How tight a limit is that adapts stays as it is. To reset again changes nothing.
///
/// Scope: `limits:write`. A key that is bound to communities names one.
#[utoipa::path(
    post,
    path = "/v1/checks/reset",
    tag = "limits",
    request_body(content = LimitKeyRequest, example = json!(super::request())),
    responses(
        (status = 200, description = "How it stands now.", body = LimitStatus, example = json!(super::status::example())),
        ResetLimitProblems,
    ),
)]
pub async fn reset_limit(
    caller: Caller,
    State(state): State<ApiState>,
    body: StrictJson<LimitKeyRequest>,
) -> Result<Response, Problem> {
    let status = state.service.reset_limit(&caller, &body.value).await?;
    Ok(respond::document(&status))
}
