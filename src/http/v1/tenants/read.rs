//! `GET /v1/tenant`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::Tenant;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadTenantProblems: Read);

/// Read your tenant
///
/// The tenant of the key that asks. Any key may read it.
#[utoipa::path(
    get,
    path = "/v1/tenant",
    tag = "tenants",
    responses(
        (status = 200, description = "The tenant.", body = Tenant, example = json!(super::example())),
        ReadTenantProblems,
    ),
)]
pub async fn read_tenant(caller: Caller, State(state): State<ApiState>) -> Result<Response, Problem> {
    Ok(respond::document(&state.service.tenant(&caller).await?))
}
