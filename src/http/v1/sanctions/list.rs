//! `GET /v1/communities/{community}/sanctions`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::SanctionPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;
use crate::service::records::SanctionQuery;

problems!(ListSanctionsProblems: Page, NotFound);

/// Which sanctions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SanctionFilters {
    /// Of this member: a user id (`usr_…`) or `platform:native_id`.
    #[param(value_type = Option<wire::form::Person>, example = "discord:80351110224678912")]
    member: Option<String>,
    /// Only those that hold now.
    active: Option<bool>,
}

/// List sanctions
///
/// Newest first.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/sanctions",
    tag = "sanctions",
    params(InCommunity, SanctionFilters, PageParams),
    responses(
        (status = 200, description = "A page of sanctions.", body = SanctionPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::sanction_page())),
        ListSanctionsProblems,
    )
)]
pub async fn list_sanctions(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<SanctionFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let filters = &page.filters;
    let query = SanctionQuery {
        member: filters
            .member
            .as_deref()
            .map(|text| query::person("member", text))
            .transpose()?,
        active: filters.active.unwrap_or_default(),
    };
    let listed = api.service.sanctions(&caller, community, query, after).await?;
    page.respond(&caller, listed.next, |next_cursor| SanctionPage {
        items: listed.items,
        next_cursor,
    })
}
