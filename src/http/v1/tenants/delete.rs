//! `DELETE /v1/tenants/{tenant}`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::Tenant;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InTenant, Segments};
use crate::http::problem::Problem;
use crate::http::query::{Confirm, StrictQuery};
use crate::http::respond;
use crate::service::caller::Caller;

problems!(DeleteTenantProblems: Bare, NotFound, NotConfirmed, OwnTenant);

/// Delete a tenant
///
/// For the operator of the service, with a key of another tenant. Everything that it has goes; nothing takes it back. Its keys and
/// communities are gone at once, and all rows soon after.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    delete,
    path = "/v1/tenants/{tenant}",
    tag = "tenants",
    params(InTenant, Confirm),
    responses(
        (status = 200, description = "The tenant as it was.", body = Tenant, example = json!(super::example())),
        DeleteTenantProblems,
    ),
)]
pub async fn delete_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InTenant>,
    StrictQuery(confirm): StrictQuery<Confirm>,
) -> Result<Response, Problem> {
    let outcome = state
        .service
        .delete_tenant(&caller, path.tenant, &confirm.confirm)
        .await?;
    Ok(respond::done(outcome))
}
