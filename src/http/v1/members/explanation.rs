//! `GET /v1/communities/{community}/members/{member}/explanation`

use axum::extract::State;
use axum::response::Response;
use wire::standing::Explanation;

use super::standing::Moment;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InMember, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadExplanationProblems: Read, NotFound, ClockSkew);

/// Explain a member's standing
///
/// Every term of the balance: the case, the points that it gave, what is left of them, and when nothing will be. Points fall
/// from the oldest first. At most 200 terms; `complete` says whether that was all.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/members/{member}/explanation",
    tag = "standing",
    params(InMember, Moment),
    responses(
        (status = 200, description = "The explanation.", body = Explanation, example = json!(examples::explanation())),
        ReadExplanationProblems,
    )
)]
pub async fn read_explanation(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InMember { community, member }): Segments<InMember>,
    StrictQuery(moment): StrictQuery<Moment>,
) -> Result<Response, Problem> {
    let at = moment.instant()?;
    let explanation = api.service.explanation(&caller, community, &member, at).await?;
    Ok(respond::document(&explanation))
}
