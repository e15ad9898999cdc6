//! `GET /v1/flows/{flow}/versions`

use axum::extract::State;
use axum::response::Response;
use wire::page::FlowVersionPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InFlow, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListFlowVersionsProblems: Page, NotFound);

/// List the versions of a flow
///
/// Newest first. What a version says never changes.
///
/// Scope: `conversations:read`.
#[utoipa::path(
    get,
    path = "/v1/flows/{flow}/versions",
    tag = "conversations",
    params(InFlow, PageParams),
    responses(
        (status = 200, description = "A page of versions.", body = FlowVersionPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::conversation::flows())),
        ListFlowVersionsProblems,
    )
)]
pub async fn list_flow_versions(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InFlow { flow }): Segments<InFlow>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let listed = api.service.flow_versions(&caller, &flow, after).await?;
    page.respond(&caller, listed.next, |next_cursor| FlowVersionPage {
        items: listed.items,
        next_cursor,
    })
}
