//! `POST /v1/tenants/{tenant}/archive`

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

problems!(ArchiveTenantProblems: PostBare, NotFound, OwnTenant);

/// Archive a tenant
///
/// For the operator of the service, with a key of another tenant. From now on the tenant's keys can only read: whatever would change
/// something in it is refused with `tenant_archived`, but for revoking keys and erasing people. Time goes on, and sanctions end when they
/// end; acts of jobs that were accepted before are refused one by one. Lists leave it out unless asked. One that is archived already
/// stays so.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/tenants/{tenant}/archive",
    tag = "tenants",
    params(InTenant, Idempotency),
    responses(
        (status = 200, description = "The tenant as it is now.", body = Tenant, example = json!(super::archived())),
        ArchiveTenantProblems,
    ),
)]
pub async fn archive_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InTenant>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = state
        .service
        .archive_tenant(&caller, path.tenant, true, claim)
        .await?;
    Ok(respond::done(outcome))
}
