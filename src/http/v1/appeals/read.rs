//! `GET /v1/communities/{community}/appeals/{appeal}`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::Appeal;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadAppealProblems: Read, NotFound);

/// Read an appeal
///
/// What the member says, who has it in hand, what was decided, and what may happen next.
///
/// Scope: `appeals:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/appeals/{appeal}",
    tag = "appeals",
    params(InAppeal),
    responses(
        (status = 200, description = "The appeal.", body = Appeal, example = json!(examples::appeal::filed())),
        ReadAppealProblems,
    )
)]
pub async fn read_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
) -> Result<Response, Problem> {
    let appeal = api.service.appeal(&caller, community, appeal).await?;
    Ok(respond::document(&appeal))
}
