//! `DELETE /v1/communities/{community}`

use axum::extract::State;
use axum::response::Response;
use wire::community::Community;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query::{Confirm, StrictQuery};
use crate::http::respond;
use crate::service::caller::Caller;

problems!(DeleteCommunityProblems: Bare, NotFound, NotConfirmed, CommunityNotArchived);

/// Delete a community
///
/// One that is archived, with everything that it has; nothing takes it back. It is not found any more at once, and its links are free.
/// Its rows go soon after, and so does what the log and kept answers tell of it; that it was deleted stays in the log. Its people
/// are the tenant's, and stay.
///
/// Scope: `communities:write`; the key is not bound to communities.
#[utoipa::path(
    delete,
    path = "/v1/communities/{community}",
    tag = "communities",
    params(InCommunity, Confirm),
    responses(
        (status = 200, description = "The community as it was.", body = Community, example = json!(super::archived())),
        DeleteCommunityProblems,
    ),
)]
pub async fn delete_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    StrictQuery(confirm): StrictQuery<Confirm>,
) -> Result<Response, Problem> {
    let outcome = state
        .service
        .delete_community(&caller, path.community, &confirm.confirm)
        .await?;
    Ok(respond::done(outcome))
}
