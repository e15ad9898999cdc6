//! `GET /v1/users`

use axum::extract::State;
use axum::response::Response;
use wire::page::UserPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListUsersProblems: Page);

/// List the users
///
/// Oldest first.
///
/// Scope: `users:read`.
#[utoipa::path(
    get,
    path = "/v1/users",
    tag = "users",
    params(PageParams),
    responses(
        (status = 200, description = "A page of users.", body = UserPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListUsersProblems,
    ),
)]
pub async fn list_users(
    caller: Caller,
    State(state): State<ApiState>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let found = state.service.users(&caller, page.after(&caller)?).await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| UserPage { items, next_cursor })
}
