//! `POST /v1/tenants`

use axum::extract::State;
use axum::response::Response;
use wire::tenant::{TenantCreated, TenantRequest};

use crate::domain::plan::Plan;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CreateTenantProblems: Post);

/// Make a tenant
///
/// For the operator of the service. The tenant comes with a first key, which may do everything there but make tenants; its secret
/// is in this answer and in no other. A repeat under the same `Idempotency-Key` has `null` in its place.
///
/// Scope: `tenants:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/tenants",
    tag = "tenants",
    params(Idempotency),
    request_body(content = TenantRequest, example = json!({"name": "Rust Cologne"})),
    responses(
        (status = 201, description = "The new tenant, its first key, and that key's secret, shown this once.", body = TenantCreated, headers(("Location" = String, description = "Where it can be read")), example = json!(super::created())),
        CreateTenantProblems,
    ),
)]
pub async fn create_tenant(
    caller: Caller,
    State(state): State<ApiState>,
    repeat: Idempotency,
    body: StrictJson<TenantRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let name = fields.name("/name", &body.value.name);
    let name = fields.finish(name)?;
    let plan = body.value.plan.map_or(Plan::default(), Into::into);
    let outcome = state
        .service
        .create_tenant(&caller, name, plan, repeat.claim(&body))
        .await?;
    let location = format!("/v1/tenants/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
