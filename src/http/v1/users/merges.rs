//! `GET /v1/users/{user}/merges`

use axum::extract::State;
use axum::response::Response;
use wire::page::MergePage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListMergesProblems: Page, NotFound);

/// List the merges of a user
///
/// On either side, undone ones too; the latest first.
///
/// Scope: `users:read`.
#[utoipa::path(
    get,
    path = "/v1/users/{user}/merges",
    tag = "users",
    params(InUser, PageParams),
    responses(
        (status = 200, description = "A page of merges.", body = MergePage, example = json!({"items": [super::merge_example()], "next_cursor": null})),
        ListMergesProblems,
    ),
)]
pub async fn list_merges(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let found = state
        .service
        .merges(&caller, &path.user, page.after(&caller)?)
        .await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| MergePage {
        items,
        next_cursor,
    })
}
