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
use crate::http::v1::policies::policy;
use crate::service::caller::Caller;
use crate::service::policies::NewPolicy;

problems!(PutPolicyProblems: Edit, NotFound, CommunityArchived, PreconditionRequired, PreconditionFailed);

/// Write the next version of the policy
///
/// Versions are immutable; this makes the next one, in force at once or from `activate_at` on. It judges what comes from then on:
/// points, latches and sanctions stay as they are. One version at most is to come into force: the next one that is written before
/// takes its place, whether for at once or for later. What `rules` leaves out takes the default, not the value of the version
/// before. Everything that is wrong with the rules is named at once, and `warnings` names what is allowed and hardly meant. With
/// `dry_run` nothing is written, and `warnings` also says how many sanctions that hold while the points are high would lose their end.
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
    let request = &body.value;
    let comment = fields.comment("/comment", request.comment.as_deref());
    let activate_at = fields.instant("/activate_at", request.activate_at);
    let policy = policy(&mut fields, &request.rules);
    let policy = fields.finish(policy)?;
    let new = NewPolicy {
        expected: if_match.newest()?,
        comment,
        activate_at,
        dry_run: request.dry_run,
    };
    let claim = repeat.claim(&body);
    let outcome = state
        .service
        .put_policy(&caller, path.community, new, policy, claim)
        .await?;
    Ok(respond::edited(outcome))
}
