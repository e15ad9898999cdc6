//! `POST /v1/communities/{community}/cases/{number}/reduce`

use axum::extract::State;
use axum::response::Response;
use wire::act::{ReduceRequest, VoidAnswer};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::voids::{CaseOrder, Less};

problems!(ReduceCaseProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, NotVoidable, AlreadyVoided,
    NotReducible, ClockSkew);

/// Reduce a case
///
/// It counts fewer points from now on, its sanction ends earlier, or both; what is left out stays. Points and rungs become what they
/// would be had it been so from the start, and what it escalated to falls or becomes milder as with a void. The new end is counted
/// from the original start; where that lies behind, the sanction ends now. A reduction only lowers. The record keeps what the case
/// counted at first. With `dry_run` nothing is written, and the answer is what would come of it.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/cases/{number}/reduce",
    tag = "cases",
    params(InCase, Idempotency),
    request_body(content = ReduceRequest, example = json!(examples::reduce_request())),
    responses(
        (status = 200, description = "It was reduced.", body = VoidAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(examples::reduce_answer())),
        ReduceCaseProblems,
    )
)]
pub async fn reduce_case(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    repeat: Idempotency,
    body: StrictJson<ReduceRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let request = &body.value;
    let less = Less {
        points: request
            .points
            .as_ref()
            .and_then(|text| fields.points("/points", text)),
        duration: fields.duration("/duration", request.duration.as_ref()),
        reason: fields.reason("/reason", request.reason.as_deref()),
    };
    if request.points.is_none() && request.duration.is_none() {
        fields.refuse("", "say what is left: points, duration, or both");
    }
    let actor = fields.actor("/actor", request.actor.as_ref());
    let less = fields.finish(Some(less))?;
    let of = CaseOrder {
        community,
        number,
        actor,
        dry_run: body.value.dry_run,
        claim: repeat.claim(&body),
    };
    let outcome = api.service.reduce(&caller, of, less).await?;
    Ok(respond::done(outcome))
}
