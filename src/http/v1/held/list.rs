//! `GET /v1/communities/{community}/held-acts`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::HeldActPage;

use crate::domain::held::HeldState;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;

problems!(ListHeldActsProblems: Page, NotFound);

/// Which held acts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HeldFilters {
    /// In this state: `held`, `released`, `rejected` or `expired`.
    #[param(value_type = Option<wire::word::HeldState>, example = "held")]
    state: Option<String>,
}

/// List held acts
///
/// Newest first. With `state=held` those that wait for somebody.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/held-acts",
    tag = "held acts",
    params(InCommunity, HeldFilters, PageParams),
    responses(
        (status = 200, description = "A page of held acts.", body = HeldActPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::held::page())),
        ListHeldActsProblems,
    )
)]
pub async fn list_held_acts(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<HeldFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let state = page.filters.state.as_deref().map(state).transpose()?;
    let listed = api.service.held_acts(&caller, community, state, after).await?;
    page.respond(&caller, listed.next, |next_cursor| HeldActPage {
        items: listed.items,
        next_cursor,
    })
}

fn state(text: &str) -> Result<HeldState, Problem> {
    let found = HeldState::ALL.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| query::refused("state", "held, released, rejected or expired"))
}
