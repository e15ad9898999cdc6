//! `POST /v1/communities/{community}/archive`

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

problems!(ArchiveCommunityProblems: PostBare, NotFound);

/// Archive a community
///
/// From now on it can only be read: acts, lifts, voids, policies, ranks and links are refused. Time goes on, and sanctions end when
/// they end. Lists leave it out unless asked. One that is archived already stays so.
///
/// Scope: `communities:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/archive",
    tag = "communities",
    params(InCommunity, Idempotency),
    responses(
        (status = 200, description = "The community as it is now.", body = Community, example = json!(super::archived())),
        ArchiveCommunityProblems,
    ),
)]
pub async fn archive_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = state
        .service
        .archive_community(&caller, path.community, true, claim)
        .await?;
    Ok(respond::done(outcome))
}
