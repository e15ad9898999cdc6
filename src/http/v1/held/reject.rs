//! `POST /v1/communities/{community}/held-acts/{held}/reject`

use axum::extract::State;
use axum::response::Response;
use wire::held::{HeldAct, RejectRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InHeld, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(RejectHeldActProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, HeldActSettled, ClockSkew);

/// Reject a held act
///
/// It will never be carried out. Who issued it may always withdraw it so; anybody else needs the least rank of its kind and stands
/// above the member. The body may be left out.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/held-acts/{held}/reject",
    tag = "held acts",
    params(InHeld, Idempotency),
    request_body(content = Option<RejectRequest>, example = json!(examples::held::reject_request())),
    responses(
        (status = 200, description = "It was rejected.", body = HeldAct,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::held::rejected())),
        RejectHeldActProblems,
    )
)]
pub async fn reject_held_act(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InHeld { community, held }): Segments<InHeld>,
    repeat: Idempotency,
    body: Option<StrictJson<RejectRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let reason = fields.reason("/reason", body.value.reason.as_deref());
    let actor = fields.actor("/actor", body.value.actor.as_ref());
    fields.finish(Some(()))?;
    let claim = repeat.claim(&body);
    let rejected = (actor, reason);
    let outcome = api
        .service
        .reject(&caller, community, held, rejected, claim)
        .await?;
    Ok(respond::done(outcome))
}
