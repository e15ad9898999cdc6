//! `POST /v1/checks`

use axum::extract::State;
use axum::response::Response;
use wire::limit::{CheckAnswer, CheckRequest};

use crate::http::api::ApiState;
use crate::http::json::QuickJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CheckProblems: Ask, UnknownLimit);

/// Check a rate limit
///
/// May this key do this now? If so, the check has spent its cost; if not, nothing is spent, and a check after `retry_after` passes if
/// nobody else came. Under several limits it spends under all of them or under none. A denial is an answer like any other, with the
/// status 200: whoever asks decides what becomes of it. The headers say the same for a bot to pass on: `RateLimit-Policy`,
/// `RateLimit`, and `Retry-After` when it was denied.
///
/// To repeat a check is to check again; there is no Idempotency-Key.
///
/// Scope: `limits:check`. A key that is bound to communities names one.
#[utoipa::path(
    post,
    path = "/v1/checks",
    tag = "limits",
    request_body(content = CheckRequest, example = json!(super::request())),
    responses(
        (status = 200, description = "What came of it.", body = CheckAnswer, headers(
            ("RateLimit-Policy" = String, description = "The limits: how much (`q`) within how many seconds (`w`)"),
            ("RateLimit" = String, description = "What is left of each (`r`), and in how many seconds there is more (`t`)"),
            ("Retry-After" = u64, description = "Of a denial: the seconds after which it passes"),
        ), example = json!(super::example())),
        CheckProblems,
    ),
)]
pub async fn check_limit(
    caller: Caller,
    State(state): State<ApiState>,
    QuickJson(body): QuickJson<CheckRequest>,
) -> Result<Response, Problem> {
    let checked = state.service.check(&caller, &body).await?;
    let retry_after = checked.answer.retry_after.map(|wait| wait.0);
    let response = respond::document(&checked.answer);
    Ok(super::headers(response, &checked.quotas, retry_after))
}
