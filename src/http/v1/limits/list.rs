//! `GET /v1/limits`

use axum::extract::State;
use axum::response::Response;
use wire::page::LimitPage;

use super::WhoseLimits;
use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListLimitsProblems: Page, NotFound);

/// List the rate limits
///
/// Those of the tenant, or of a community, by name.
///
/// Scope: `limits:read`; for the whole tenant the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/limits",
    tag = "limits",
    params(WhoseLimits, PageParams),
    responses(
        (status = 200, description = "A page of limits.", body = LimitPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListLimitsProblems,
    ),
)]
pub async fn list_limits(
    caller: Caller,
    State(state): State<ApiState>,
    page: Paged<WhoseLimits>,
) -> Result<Response, Problem> {
    let community = super::community(page.filters.community.as_deref())?;
    let found = state
        .service
        .limits(&caller, community, page.after(&caller)?)
        .await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| LimitPage {
        items,
        next_cursor,
    })
}
