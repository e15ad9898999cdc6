//! `GET /v1/communities/{community}/members`

use axum::extract::State;
use axum::response::Response;
use wire::page::MemberPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListMembersProblems: Page, NotFound);

/// List the members
///
/// Those who have a rank, a protection or a case, in order of user id. Everyone else is a plain member without being in the list.
///
/// Scope: `users:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/members",
    tag = "members",
    params(InCommunity, PageParams),
    responses(
        (status = 200, description = "A page of members.", body = MemberPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListMembersProblems,
    ),
)]
pub async fn list_members(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let found = state.service.members(&caller, path.community, after).await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| MemberPage {
        items,
        next_cursor,
    })
}
