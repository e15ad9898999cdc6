//! `GET /v1/communities/{community}/policies`

use axum::extract::State;
use axum::response::Response;
use wire::page::PolicyPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListPoliciesProblems: Page, NotFound);

/// List the versions of the policy
///
/// Newest first: the first one is in force.
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/policies",
    tag = "policies",
    params(InCommunity, PageParams),
    responses(
        (status = 200, description = "A page of versions.", body = PolicyPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListPoliciesProblems,
    ),
)]
pub async fn list_policies(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let found = state.service.policies(&caller, path.community, after).await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| PolicyPage {
        items,
        next_cursor,
    })
}
