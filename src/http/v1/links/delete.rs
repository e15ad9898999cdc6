//! `DELETE /v1/communities/{community}/links/{link}`

use axum::extract::State;
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InLink, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::communities;
use crate::service::caller::Caller;

problems!(DeleteLinkProblems: PostBare, NotFound, CommunityArchived);

/// Unlink a community from a space
///
/// Cases and sanctions stay as they are.
///
/// Scope: `communities:write`.
#[utoipa::path(
    delete,
    path = "/v1/communities/{community}/links/{link}",
    tag = "communities",
    params(InLink, Idempotency),
    responses(
        (status = 200, description = "The community with the links that it still has.", body = Community, example = json!(communities::example())),
        DeleteLinkProblems,
    ),
)]
pub async fn delete_link(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InLink>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let outcome = state
        .service
        .remove_link(&caller, path.community, path.link, repeat.claim_bodiless())
        .await?;
    Ok(respond::done(outcome))
}
