//! `POST /v1/communities/{community}/sanctions/{sanction}/lift`

use axum::extract::State;
use axum::response::Response;
use wire::act::{ActAnswer, LiftRequest};

use crate::domain::case::Particulars;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InSanction, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::acts::LiftOrder;
use crate::service::caller::Caller;

problems!(LiftSanctionProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, TargetImmune, SanctionNotActive,
    ClockSkew);

/// Lift a sanction
///
/// Ends this one sanction; others of the member go on. To end all of a kind, act `unmute` or `unban`. The body may
/// be left out. With `dry_run` the answer is what would happen now, and nothing is written.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/sanctions/{sanction}/lift",
    tag = "sanctions",
    params(InSanction, Idempotency),
    request_body(content = Option<LiftRequest>, example = json!(examples::lift_request())),
    responses(
        (status = 200, description = "What would happen (`dry_run`).", body = ActAnswer, example = json!(examples::dry_lift_answer())),
        (status = 201, description = "It was lifted.", body = ActAnswer,
            headers(
                ("Location" = String, description = "The case of the lift."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::lift_answer())),
        LiftSanctionProblems,
    )
)]
pub async fn lift_sanction(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InSanction { community, sanction }): Segments<InSanction>,
    repeat: Idempotency,
    body: Option<StrictJson<LiftRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let particulars = Particulars {
        reason: fields.reason("/reason", body.value.reason.as_deref()),
        break_glass: body.value.break_glass,
        ..Particulars::default()
    };
    let actor = fields.actor("/actor", body.value.actor.as_ref());
    if particulars.break_glass && particulars.reason.is_none() {
        fields.refuse("/reason", "breaking the glass needs a reason");
    }
    fields.finish(Some(()))?;
    let dry_run = body.value.dry_run;
    let order = LiftOrder {
        sanction,
        actor,
        particulars,
        dry_run,
    };
    let claim = if dry_run { None } else { repeat.claim(&body) };
    let outcome = api.service.lift(&caller, community, order, claim).await?;
    if dry_run {
        return Ok(respond::done(outcome));
    }
    let location = format!("/v1/communities/{community}/cases/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
