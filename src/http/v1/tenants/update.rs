//! `PATCH /v1/tenants/{tenant}`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::{Tenant, TenantPatch};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InTenant, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UpdateTenantProblems: Edit, NotFound);

/// Rename a tenant, or give it another plan
///
/// For the operator of the service. What is left out stays. A plan says how many requests each of the tenant's API keys may make; a new
/// one holds at once where it was set, and within seconds on other replicas.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    patch,
    path = "/v1/tenants/{tenant}",
    tag = "tenants",
    params(InTenant, Idempotency),
    request_body(content = TenantPatch, example = json!({"plan": "large"})),
    responses(
        (status = 200, description = "The tenant as it is now.", body = Tenant, example = json!(super::large())),
        UpdateTenantProblems,
    ),
)]
pub async fn update_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InTenant>,
    repeat: Idempotency,
    body: StrictJson<TenantPatch>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let given = body.value.name.as_deref();
    let name = given.and_then(|name| fields.name("/name", name));
    fields.finish(Some(()))?;
    let what = (name, body.value.plan.map(Into::into));
    let outcome = state
        .service
        .update_tenant(&caller, path.tenant, what, repeat.claim(&body))
        .await?;
    Ok(respond::done(outcome))
}
