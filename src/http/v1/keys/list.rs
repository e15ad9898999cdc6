//! `GET /v1/keys`

use axum::extract::State;
use axum::response::Response;
use wire::page::KeyPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListKeysProblems: Page);

/// List the API keys
///
/// Oldest first, revoked and expired ones included, without their secrets.
///
/// Scope: `keys:write`; the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "keys",
    params(PageParams),
    responses(
        (status = 200, description = "A page of keys.", body = KeyPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListKeysProblems,
    ),
)]
pub async fn list_keys(
    caller: Caller,
    State(state): State<ApiState>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let found = state.service.keys(&caller, page.after(&caller)?).await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| KeyPage { items, next_cursor })
}
