//! `POST /v1/communities/{community}/appeals/{appeal}/decide`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{DecisionAnswer, DecisionRequest};
use wire::word::AppealOutcome;

use crate::domain::appeal::Finding;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::cases::replace::milder_act;
use crate::service::appeals::DecisionOrder;
use crate::service::caller::Caller;

/// How many characters a reason has at most.
const LONGEST: usize = 2_000;

problems!(DecideAppealProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, ReviewerRecused, AppealStep, AppealClaimed,
    AppealVoted, AppealOvertaken, AlreadyVoided, NotVoidable, NotReducible, NotMilder, UnknownKind, ClockSkew);

/// Decide an appeal
///
/// By who has it in hand. `uphold` leaves the case as it is. `reduce` lowers its points, shortens its sanction, or both: it ends so long after its start, and at
/// once where that is over. `replace` puts a milder act in its place, from the same start. `void` takes it back. Points, rungs and what the case escalated to become
/// what they would be had it been so from the start. The decision, what comes of it and the directives for platforms are one: either all of it is there or nothing.
///
/// Where the policy has several reviewers agree, this is one vote, and the appeal is anybody's again until enough have come to the same (`votes`).
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
    let finding = finding(&mut fields, &body.value);
    let whole = reason.zip(finding).map(|(reason, finding)| DecisionOrder {
        actor,
        finding,
        reason,
    });
    let order = fields.finish(whole)?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .decide_appeal(&caller, (community, appeal), order, claim)
        .await?;
    Ok(respond::done(outcome))
}

/// What the reviewer came to. What belongs to another outcome is refused.
fn finding(fields: &mut Fields, request: &DecisionRequest) -> Option<Finding> {
    let (reduces, replaces) = (
        request.outcome == AppealOutcome::Reduce,
        request.outcome == AppealOutcome::Replace,
    );
    let misplaced = [
        ("/points", request.points.is_some() && !reduces, "reduce"),
        ("/duration", request.duration.is_some() && !reduces, "reduce"),
        ("/act", request.act.is_some() && !replaces, "replace"),
    ];
    for (pointer, _, outcome) in misplaced.iter().filter(|(_, is, _)| *is) {
        fields.refuse(*pointer, format!("this belongs to the outcome `{outcome}`"));
    }
    match request.outcome {
        AppealOutcome::Uphold => Some(Finding::Uphold),
        AppealOutcome::Void => Some(Finding::Void),
        AppealOutcome::Reduce => {
            let points = request.points.as_ref();
            if points.is_none() && request.duration.is_none() {
                fields.refuse(
                    "/points",
                    "say how many points are left, or in `duration` for how long, or both",
                );
                return None;
            }
            Some(Finding::Reduce {
                points: points.and_then(|points| fields.points("/points", points)),
                duration: fields.duration("/duration", request.duration.as_ref()),
            })
        }
        AppealOutcome::Replace => {
            let Some(act) = &request.act else {
                fields.refuse("/act", "say which milder act takes the place of the case");
                return None;
            };
            let asked = (&act.kind, act.duration.as_ref(), act.capabilities.as_slice());
            let (kind, detail) = milder_act(fields, "/act", asked)?;
            Some(Finding::Replace { kind, detail })
        }
    }
}
