//! `GET /v1/communities/{community}/appeals/{appeal}/review`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::AppealReview;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadAppealReviewProblems: Read, NotFound);

/// Read what a reviewer goes by
///
/// The appeal, what was done, and what moderators said among themselves. In a blind review it is without who is who, as long as it is open.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/appeals/{appeal}/review",
    tag = "appeals",
    params(InAppeal),
    responses(
        (status = 200, description = "What a reviewer goes by.", body = AppealReview, example = json!(examples::appeal::review())),
        ReadAppealReviewProblems,
    )
)]
pub async fn read_appeal_review(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
) -> Result<Response, Problem> {
    let review = api.service.appeal_review(&caller, community, appeal).await?;
    Ok(respond::document(&review))
}
