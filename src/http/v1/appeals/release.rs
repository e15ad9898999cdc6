//! `POST /v1/communities/{community}/appeals/{appeal}/release`

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

problems!(ReleaseAppealProblems: Post, NotFound, CommunityArchived, AppealStep, AppealClaimed);

/// Put an appeal back
///
/// By who has it in hand. Others may claim it at once.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/release",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = ReviewerRequest, example = json!(examples::appeal::reviewer())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::filed())),
        ReleaseAppealProblems,
    )
)]
pub async fn release_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<ReviewerRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    fields.finish(Some(()))?;
    let handling = Handling::Release;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .handle_appeal(&caller, (community, appeal), (actor, handling), claim)
        .await?;
    Ok(respond::done(outcome))
}
