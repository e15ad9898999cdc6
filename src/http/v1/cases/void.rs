//! `POST /v1/communities/{community}/cases/{number}/void`

use axum::extract::State;
use axum::response::Response;
use wire::act::{VoidAnswer, VoidRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::voids::CaseOrder;

problems!(VoidCaseProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, NotVoidable, AlreadyVoided, ClockSkew);

/// Void a case
///
/// It stays on record and no longer counts: the points and the latches of the rungs become as if the case had never been, its
/// sanction ends, and what it escalated to goes with it or becomes milder. A void is final. The body may be left out.
///
/// A void never makes, lengthens or strengthens anything. So an escalated sanction that the rest of the history would have brought
/// only later is not made anew: to void an early warn may end the mute although the points still reach its rung, and the rung stays
/// latched.
///
/// With `dry_run` nothing is written, and the answer is what would come of it.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/cases/{number}/void",
    tag = "cases",
    params(InCase, Idempotency),
    request_body(content = Option<VoidRequest>, example = json!(examples::void_request())),
    responses(
        (status = 200, description = "It was voided.", body = VoidAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(examples::void_answer())),
        VoidCaseProblems,
    )
)]
pub async fn void_case(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    repeat: Idempotency,
    body: Option<StrictJson<VoidRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let reason = fields.reason("/reason", body.value.reason.as_deref());
    let actor = fields.actor("/actor", body.value.actor.as_ref());
    fields.finish(Some(()))?;
    let of = CaseOrder {
        community,
        number,
        actor,
        dry_run: body.value.dry_run,
        claim: repeat.claim(&body),
    };
    let outcome = api.service.void(&caller, of, reason).await?;
    Ok(respond::done(outcome))
}
