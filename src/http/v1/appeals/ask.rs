//! `POST /v1/communities/{community}/appeals/{appeal}/ask`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, AskRequest};

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

/// How many characters there are at most.
const LONGEST: usize = 2_000;

problems!(AskAppellantProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, ReviewerRecused, AppealStep, AppealClaimed, AppealFull);

/// Ask the member something
///
/// By a reviewer; where somebody has it in hand, by them alone. It waits for the member then, as long as the policy says (by default 14 days), and after that
/// it expires. What the member says (`…/statements`) brings it back to the reviewers; the time does not count as theirs.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/ask",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = AskRequest, example = json!(examples::appeal::ask_request())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::asked())),
        AskAppellantProblems,
    )
)]
pub async fn ask_appellant(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<AskRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    let question = fields.words("/question", &body.value.question, LONGEST);
    let handling = fields.finish(question.map(Handling::Ask))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .handle_appeal(&caller, (community, appeal), (actor, handling), claim)
        .await?;
    Ok(respond::done(outcome))
}
