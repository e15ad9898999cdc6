//! `GET /v1/tenants`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::TenantPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{PageParams, Paged};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListTenantsProblems: Page);

/// Which tenants to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TenantFilter {
    /// Archived ones too.
    #[serde(default)]
    pub archived: bool,
}

/// List the tenants
///
/// For the operator of the service. Oldest first, and without those that are archived unless asked for.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/tenants",
    tag = "tenants",
    params(TenantFilter, PageParams),
    responses(
        (status = 200, description = "A page of tenants.", body = TenantPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListTenantsProblems,
    ),
)]
pub async fn list_tenants(
    caller: Caller,
    State(state): State<ApiState>,
    page: Paged<TenantFilter>,
) -> Result<Response, Problem> {
    let found = state
        .service
        .tenants(&caller, page.filters.archived, page.after(&caller)?)
        .await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| TenantPage {
        items,
        next_cursor,
    })
}
