//! `GET /v1/communities/{community}/cases/{number}/appeal-eligibility`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::AppealEligibility;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadAppealEligibilityProblems: Read, NotFound);

/// Read whether a case may be appealed
///
/// Now, by the policy in force: why not, from when on, until when, how often still, and what the member is asked.
///
/// Scope: `appeals:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/cases/{number}/appeal-eligibility",
    tag = "appeals",
    params(InCase),
    responses(
        (status = 200, description = "Whether it may be.", body = AppealEligibility, example = json!(examples::appeal::eligibility())),
        ReadAppealEligibilityProblems,
    )
)]
pub async fn read_appeal_eligibility(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
) -> Result<Response, Problem> {
    let eligibility = api.service.appeal_eligibility(&caller, community, number).await?;
    Ok(respond::document(&eligibility))
}
