//! `POST /v1/communities/{community}/appeals/{appeal}/claim`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, ReviewerRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::Handling;
use crate::service::caller::Caller;

problems!(ClaimAppealProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, ReviewerRecused, AppealStep, AppealClaimed, AppealVoted);

/// Take an appeal in hand
///
/// By a person who may act so upon the member, and who neither acted in the case, approved it or showed something for it, nor acted in what it
/// followed from or in an offence that its rung counted. Nobody else decides it for as long as the policy says, by default an hour; claim it again to
/// keep it for so long again. The owner may also where they stood behind the case and nobody else in the community can; the claim says so.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/claim",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = ReviewerRequest, example = json!(examples::appeal::reviewer())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::claimed())),
        ClaimAppealProblems,
    )
)]
pub async fn claim_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<ReviewerRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    fields.finish(Some(()))?;
    let handling = Handling::Claim;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .handle_appeal(&caller, (community, appeal), (actor, handling), claim)
        .await?;
    Ok(respond::done(outcome))
}
