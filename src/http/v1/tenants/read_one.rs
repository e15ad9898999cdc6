//! `GET /v1/tenants/{tenant}`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::Tenant;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InTenant, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadOneTenantProblems: Read, NotFound);

/// Read a tenant
///
/// Any tenant, for the operator of the service; `GET /v1/tenant` is the key's own.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/tenants/{tenant}",
    tag = "tenants",
    params(InTenant),
    responses(
        (status = 200, description = "The tenant.", body = Tenant, example = json!(super::example())),
        ReadOneTenantProblems,
    ),
)]
pub async fn read_one_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InTenant>,
) -> Result<Response, Problem> {
    let tenant = state.service.tenant_by_id(&caller, path.tenant).await?;
    Ok(respond::document(&tenant))
}
