//! `POST /v1/communities/{community}/appeals/{appeal}/decide`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{DecisionAnswer, DecisionRequest};
use wire::word::AppealOutcome;

use crate::domain::appeal::Outcome;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::DecisionOrder;
use crate::service::caller::Caller;

/// How many characters a reason has at most.
const LONGEST: usize = 2_000;

problems!(DecideAppealProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, ReviewerRecused, AppealStep, AppealClaimed,
    AlreadyVoided, NotVoidable, ClockSkew);

/// Decide an appeal
///
/// By who has it in hand. `uphold` leaves the case as it is; `void` takes it back as a void does, with what followed from it. The decision, what comes of it and
/// the directives for platforms are one: either all of it is there or nothing.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/decide",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = DecisionRequest, example = json!(examples::appeal::decision_request())),
    responses(
        (status = 200, description = "It was decided.", body = DecisionAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::decided())),
        DecideAppealProblems,
    )
)]
pub async fn decide_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<DecisionRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    let reason = fields.words("/reason", &body.value.reason, LONGEST);
    let outcome = match body.value.outcome {
        AppealOutcome::Uphold => Outcome::Uphold,
        AppealOutcome::Void => Outcome::Void,
    };
    let order = fields.finish(reason.map(|reason| DecisionOrder {
        actor,
        outcome,
        reason,
    }))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .decide_appeal(&caller, (community, appeal), order, claim)
        .await?;
    Ok(respond::done(outcome))
}
