//! `GET /v1/communities/{community}`

use axum::extract::State;
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadCommunityProblems: Read, NotFound);

/// Read a community
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}",
    tag = "communities",
    params(InCommunity),
    responses(
        (status = 200, description = "The community.", body = Community, example = json!(super::example())),
        ReadCommunityProblems,
    ),
)]
pub async fn read_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
) -> Result<Response, Problem> {
    let community = state.service.community(&caller, path.community).await?;
    Ok(respond::document(&community))
}
