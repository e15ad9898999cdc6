//! `POST /v1/tenants/{tenant}/unarchive`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::Tenant;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InTenant, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UnarchiveTenantProblems: PostBare, NotFound, OwnTenant);

/// Unarchive a tenant
///
/// For the operator of the service. It can be used again as before; its communities that are archived themselves stay so. One that is
/// not archived stays so.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/tenants/{tenant}/unarchive",
    tag = "tenants",
    params(InTenant, Idempotency),
    responses(
        (status = 200, description = "The tenant as it is now.", body = Tenant, example = json!(super::example())),
        UnarchiveTenantProblems,
    ),
)]
pub async fn unarchive_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InTenant>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = state
        .service
        .archive_tenant(&caller, path.tenant, false, claim)
        .await?;
    Ok(respond::done(outcome))
}
