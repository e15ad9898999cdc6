//! `GET /v1/communities/{community}`

use axum::extract::State;
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ReadCommunityProblems: Read, NotFound);

/// Read a community
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}",
    tag = "communities",
    params(InCommunity, IfNoneMatch),
    responses(
        (status = 200, description = "The community.", body = Community, headers(("ETag" = String, description = "For If-None-Match")), example = json!(super::example())),
        (status = 304, description = "Your copy is still right."),
        ReadCommunityProblems,
    ),
)]
pub async fn read_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    seen: IfNoneMatch,
) -> Result<Response, Problem> {
    let community = state.service.community(&caller, path.community).await?;
    Ok(seen.respond_by_content(&community))
}
