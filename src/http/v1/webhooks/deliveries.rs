//! `GET /v1/webhooks/{webhook}/deliveries`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::DeliveryPage;

use crate::domain::webhook::delivery::State as Stand;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;

problems!(ListDeliveriesProblems: Page, NotFound);

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilters {
    /// Only those that stand so.
    #[param(value_type = Option<wire::word::DeliveryState>, example = "dead")]
    state: Option<String>,
}

/// List deliveries
///
/// Newest first, with their tries. `state=dead` are those that were given up, which can be sent anew. What is settled is kept for a time, 30 days
/// unless the operator says otherwise.
///
/// Scope: `webhooks:read`.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhook}/deliveries",
    tag = "webhooks",
    params(InWebhook, DeliveryFilters, PageParams),
    responses(
        (status = 200, description = "A page of deliveries.", body = DeliveryPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::webhook::deliveries())),
        ListDeliveriesProblems,
    )
)]
pub async fn list_deliveries(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    page: Paged<DeliveryFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let state = page.filters.state.as_deref().map(stand).transpose()?;
    let listed = api.service.deliveries(&caller, webhook, state, after).await?;
    page.respond(&caller, listed.next, |next_cursor| DeliveryPage {
        items: listed.items,
        next_cursor,
    })
}

fn stand(text: &str) -> Result<Stand, Problem> {
    let all: Vec<&str> = Stand::ALL.iter().map(|state| state.name()).collect();
    Stand::named(text).ok_or_else(|| query::refused("state", &format!("one of {}", all.join(", "))))
}
