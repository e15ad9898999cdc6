//! `POST /v1/communities/{community}/held-acts/{held}/approve`

use axum::extract::State;
use axum::response::Response;
use wire::act::ActAnswer;
use wire::held::{ApprovalPreview, ApproveRequest, HeldAct};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InHeld, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::acts::create::recorded;
use crate::service::caller::Caller;

problems!(ApproveHeldActProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, TargetImmune, OwnAct, AlreadyApproved,
    HeldActSettled, DuplicateAct, UnknownKind, SanctionNotActive, TooManySanctions, ClockSkew);

/// Approve a held act
///
/// By a person who did not issue it, holds the rank that it needs and stands above the member. With the last approval that it needs,
/// which is the first where a budget was spent, the act is carried out and answered as such: it counts from this moment, and what
/// would refuse it now refuses the approval. Before that the answer is 202 and the held act. With `dry_run` the answer is what would
/// happen now, and nothing is written.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/held-acts/{held}/approve",
    tag = "held acts",
    params(InHeld, Idempotency),
    request_body(content = ApproveRequest, example = json!(examples::held::approve_request())),
    responses(
        (status = 200, description = "What would happen (`dry_run`).", body = ApprovalPreview,
            example = json!(examples::held::approval_preview())),
        (status = 201, description = "It was carried out.", body = ActAnswer,
            headers(
                ("Location" = String, description = "The act's case."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::held::released())),
        (status = 202, description = "It was approved, and waits for more approvals.", body = HeldAct,
            headers(
                ("Location" = String, description = "The held act."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::held::approved())),
        ApproveHeldActProblems,
    )
)]
pub async fn approve_held_act(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InHeld { community, held }): Segments<InHeld>,
    repeat: Idempotency,
    body: StrictJson<ApproveRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    fields.finish(Some(()))?;
    let dry_run = body.value.dry_run;
    let claim = if dry_run { None } else { repeat.claim(&body) };
    let approved = api
        .service
        .approve(&caller, community, held, (actor, dry_run), claim);
    match approved.await {
        Ok(outcome) if dry_run => Ok(respond::done(outcome)),
        outcome => recorded(community, outcome),
    }
}
