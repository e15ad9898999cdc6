//! `GET /v1/flows`

use axum::extract::State;
use axum::response::Response;
use wire::page::FlowPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListFlowsProblems: Page);

/// List the flows
///
/// Those of the tenant at their newest version, and those that are shipped, whose names begin with `tribune.`; by name.
///
/// Scope: `conversations:read`.
#[utoipa::path(
    get,
    path = "/v1/flows",
    tag = "conversations",
    params(PageParams),
    responses(
        (status = 200, description = "A page of flows.", body = FlowPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::conversation::flows())),
        ListFlowsProblems,
    )
)]
pub async fn list_flows(
    caller: Caller,
    State(api): State<ApiState>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let listed = api.service.flows(&caller, page.after(&caller)?).await?;
    page.respond(&caller, listed.next, |next_cursor| FlowPage {
        items: listed.items,
        next_cursor,
    })
}
