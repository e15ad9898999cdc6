//! `GET /v1/limits/{limit}/versions`

use axum::extract::State;
use axum::response::Response;
use wire::page::LimitVersionPage;

use super::WhoseLimits;
use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InLimit, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;
use crate::service::limits::LimitPlace;

problems!(ListLimitVersionsProblems: Page, NotFound);

/// List the versions of a rate limit
///
/// Newest first. A limit that was deleted has none.
///
/// Scope: `limits:read`; for the whole tenant the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/limits/{limit}/versions",
    tag = "limits",
    params(InLimit, WhoseLimits, PageParams),
    responses(
        (status = 200, description = "A page of versions.", body = LimitVersionPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListLimitVersionsProblems,
    ),
)]
pub async fn list_limit_versions(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InLimit>,
    page: Paged<WhoseLimits>,
) -> Result<Response, Problem> {
    let place = LimitPlace {
        community: super::community(page.filters.community.as_deref())?,
        name: path.limit,
    };
    let after = page.after(&caller)?;
    let found = state.service.limit_versions(&caller, place, after).await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| LimitVersionPage {
        items,
        next_cursor,
    })
}
