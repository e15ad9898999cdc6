//! `DELETE /v1/communities/{community}/policies/{version}`

use axum::extract::State;
use axum::response::Response;
use wire::policy::Policy;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InPolicyVersion, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(WithdrawPolicyProblems: PostBare, NotFound, NotScheduled);

/// Withdraw a version of the policy that is still to come into force
///
/// It stays in the list, with `withdrawn_at`, and never comes into force. Withdrawing again changes nothing. A version that is or
/// was in force cannot be withdrawn.
///
/// Scope: `policies:write`.
#[utoipa::path(
    delete,
    path = "/v1/communities/{community}/policies/{version}",
    tag = "policies",
    params(InPolicyVersion, Idempotency),
    responses(
        (status = 200, description = "The version, withdrawn.", body = Policy, headers(("ETag" = String, description = "The version, for If-None-Match")), example = json!(super::withdrawn())),
        WithdrawPolicyProblems,
    ),
)]
pub async fn withdraw_policy(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InPolicyVersion>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let outcome = state
        .service
        .withdraw_policy(&caller, path.community, path.version, repeat.claim_bodiless())
        .await?;
    Ok(respond::edited(outcome))
}
