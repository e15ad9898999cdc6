//! `POST /v1/communities/{community}/unarchive`

use axum::extract::State;
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UnarchiveCommunityProblems: PostBare, NotFound);

/// Unarchive a community
///
/// It can be used again as before. One that is not archived stays so.
///
/// Scope: `communities:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/unarchive",
    tag = "communities",
    params(InCommunity, Idempotency),
    responses(
        (status = 200, description = "The community as it is now.", body = Community, example = json!(super::example())),
        UnarchiveCommunityProblems,
    ),
)]
pub async fn unarchive_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = state
        .service
        .archive_community(&caller, path.community, false, claim)
        .await?;
    Ok(respond::done(outcome))
}
