//! `GET /v1/communities/{community}/cases/{number}/revisions`

use axum::extract::State;
use axum::response::Response;
use wire::page::RevisionList;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ListRevisionsProblems: Read, NotFound);

/// List a case's earlier reasons
///
/// Oldest first; empty for a case whose reason never changed.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/cases/{number}/revisions",
    tag = "cases",
    params(InCase),
    responses(
        (status = 200, description = "The earlier reasons.", body = RevisionList, example = json!(examples::revisions())),
        ListRevisionsProblems,
    )
)]
pub async fn list_case_revisions(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
) -> Result<Response, Problem> {
    let revisions = api.service.revisions(&caller, community, number).await?;
    Ok(respond::document(&revisions))
}
