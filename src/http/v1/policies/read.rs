//! `GET /v1/communities/{community}/policy`

use axum::extract::State;
use axum::response::Response;
use wire::policy::Policy;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ReadPolicyProblems: Read, NotFound);

/// Read the policy in force
///
/// The ETag is its version, such as `"3"`; while another one is to come into force, its version too: `"3+4"`. Send it as If-Match
/// to change the policy.
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/policy",
    tag = "policies",
    params(InCommunity, IfNoneMatch),
    responses(
        (status = 200, description = "The version in force.", body = Policy, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(super::example())),
        (status = 304, description = "Your copy is still the version in force, and what is to come is the same."),
        ReadPolicyProblems,
    ),
)]
pub async fn read_policy(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    seen: IfNoneMatch,
) -> Result<Response, Problem> {
    let (tag, policy) = state.service.policy_in_force(&caller, path.community).await?;
    Ok(seen.respond(&tag, &policy))
}
