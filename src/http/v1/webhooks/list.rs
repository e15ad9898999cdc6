//! `GET /v1/webhooks`

use axum::extract::State;
use axum::response::Response;
use wire::page::WebhookPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListWebhooksProblems: Page);

/// List webhooks
///
/// Oldest first.
///
/// Scope: `webhooks:read`.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "webhooks",
    params(PageParams),
    responses(
        (status = 200, description = "A page of webhooks.", body = WebhookPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::webhook::page())),
        ListWebhooksProblems,
    )
)]
pub async fn list_webhooks(
    caller: Caller,
    State(api): State<ApiState>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let listed = api.service.webhooks(&caller, after).await?;
    page.respond(&caller, listed.next, |next_cursor| WebhookPage {
        items: listed.items,
        next_cursor,
    })
}
