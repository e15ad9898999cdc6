//! `POST /v1/communities/{community}/policies/{version}/restore`

use axum::extract::State;
use axum::response::Response;
use wire::policy::{Policy, PolicyRestore};

use crate::http::api::ApiState;
use crate::http::etag::IfMatch;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InPolicyVersion, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::policies::NewPolicy;

problems!(RestorePolicyProblems: Edit, NotFound, CommunityArchived, PreconditionRequired, PreconditionFailed);

/// Restore an earlier version of the policy
///
/// Makes the next version with the rules of an earlier one, as writing them would. The body may be left out.
///
/// Scope: `policies:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/policies/{version}/restore",
    tag = "policies",
    params(InPolicyVersion, IfMatch, Idempotency),
    request_body(content = Option<PolicyRestore>, example = json!(super::restore_request())),
    responses(
        (status = 200, description = "The new version.", body = Policy, headers(
            ("ETag" = String, description = "The version, for If-Match and If-None-Match"),
            ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(super::example())),
        RestorePolicyProblems,
    ),
)]
pub async fn restore_policy(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InPolicyVersion>,
    if_match: IfMatch,
    repeat: Idempotency,
    body: Option<StrictJson<PolicyRestore>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let comment = fields.comment("/comment", body.value.comment.as_deref());
    let activate_at = fields.instant("/activate_at", body.value.activate_at);
    fields.finish(Some(()))?;
    let new = NewPolicy {
        expected: if_match.newest()?,
        comment,
        activate_at,
        dry_run: body.value.dry_run,
    };
    let claim = repeat.claim(&body);
    let outcome = state
        .service
        .restore_policy(&caller, path.community, path.version, new, claim)
        .await?;
    Ok(respond::edited(outcome))
}
