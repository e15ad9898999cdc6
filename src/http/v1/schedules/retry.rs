//! `POST /v1/communities/{community}/schedules/{schedule}/retry`

use axum::extract::State;
use axum::response::Response;
use wire::schedule::Schedule;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InSchedule, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(RetryScheduleProblems: PostBare, NotFound, CommunityArchived, ScheduleEnded, NothingToRetry, TooManySchedules, RankTooLow,
    SelfAction, ForbiddenRank, TargetImmune, UnknownKind, ClockSkew);

/// Retry a schedule
///
/// The last run, which failed, is carried out once more now, and a schedule that was given up goes on. From then on it acts with the key that
/// makes this call: so a schedule outlives the key that made it.
///
/// For an act the key needs the scope acts:write besides.
///
/// Scope: `schedules:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/schedules/{schedule}/retry",
    tag = "schedules",
    params(InSchedule, Idempotency),
    responses(
        (status = 200, description = "It runs now.", body = Schedule, example = json!(examples::schedule::retried())),
        RetryScheduleProblems,
    )
)]
pub async fn retry_schedule(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InSchedule { community, schedule }): Segments<InSchedule>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .retry_schedule(&caller, community, schedule, claim)
        .await?;
    Ok(respond::done(outcome))
}
