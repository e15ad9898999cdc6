//! `GET /v1/communities/{community}/policies/{version}`

use axum::extract::State;
use axum::response::Response;
use wire::policy::Policy;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::problems::problems;
use crate::http::path::{InPolicyVersion, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ReadPolicyVersionProblems: Read, NotFound);

/// Read a version of the policy
///
/// Every case names the version that judged it. Of a version nothing ever changes but that it may be withdrawn before it comes into
/// force.
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/policies/{version}",
    tag = "policies",
    params(InPolicyVersion, IfNoneMatch),
    responses(
        (status = 200, description = "The version.", body = Policy, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(super::example())),
        (status = 304, description = "Your copy is right."),
        ReadPolicyVersionProblems,
    ),
)]
pub async fn read_policy_version(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InPolicyVersion>,
    seen: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = state
        .service
        .policy_version(&caller, path.community, path.version);
    let (tag, policy) = found.await?;
    Ok(seen.respond(&tag, &policy))
}
