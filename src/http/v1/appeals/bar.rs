//! `POST /v1/communities/{community}/appeals/{appeal}/bar`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, BarRequest};

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

problems!(BarAppealProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, ReviewerRecused, AppealStep);

/// Refuse to look at an appeal
///
/// By a reviewer, with a reason that the member is told: it is abusive, or no appeal at all. One that somebody has in hand is released first.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/bar",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = BarRequest, example = json!(examples::appeal::bar_request())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::barred())),
        BarAppealProblems,
    )
)]
pub async fn bar_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<BarRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    let reason = fields.words("/reason", &body.value.reason, LONGEST);
    let handling = fields.finish(reason.map(Handling::Bar))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .handle_appeal(&caller, (community, appeal), (actor, handling), claim)
        .await?;
    Ok(respond::done(outcome))
}
