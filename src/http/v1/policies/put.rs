//! `PUT /v1/communities/{community}/policy`

use axum::extract::State;
use axum::response::Response;
use wire::policy::{Policy, PolicyRequest};

use crate::http::api::ApiState;
use crate::http::etag::IfMatch;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::rules;

problems!(PutPolicyProblems: Edit, NotFound, CommunityArchived, PreconditionRequired, PreconditionFailed);

/// The longest comment, in characters.
const MAX_COMMENT: usize = 500;

/// Write the next version of the policy
///
/// Versions are immutable; this makes the next one, in force at once. It judges what comes from now on: points, latches and
/// sanctions stay as they are. What `rules` leaves out takes the default, not the value of the version before. Everything that is
/// wrong with the rules is named at once.
///
/// Scope: `policies:write`.
#[utoipa::path(
    put,
    path = "/v1/communities/{community}/policy",
    tag = "policies",
    params(InCommunity, IfMatch, Idempotency),
    request_body(content = PolicyRequest, example = json!(super::request())),
    responses(
        (status = 200, description = "The new version.", body = Policy, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(super::example())),
        PutPolicyProblems,
    ),
)]
pub async fn put_policy(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    if_match: IfMatch,
    repeat: Idempotency,
    body: StrictJson<PolicyRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let comment = body.value.comment.as_deref();
    let comment = comment.and_then(|text| fields.text("/comment", text, MAX_COMMENT));
    let policy = match rules::policy(&body.value.rules) {
        Ok(policy) => Some(policy),
        Err(findings) => {
            findings
                .into_iter()
                .for_each(|finding| fields.refuse(finding.pointer, finding.detail));
            None
        }
    };
    let policy = fields.finish(policy)?;
    let (seen, claim) = (if_match.version()?, repeat.claim(&body));
    let outcome = state
        .service
        .put_policy(&caller, path.community, seen, policy, comment, claim)
        .await?;
    Ok(respond::edited(outcome))
}
