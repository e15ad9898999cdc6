//! `POST /v1/communities/{community}/schedules/{schedule}/cancel`

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

problems!(CancelScheduleProblems: PostBare, NotFound, ScheduleEnded);

/// Cancel a schedule
///
/// Once this is answered, nothing more of it is done: a run that is under way is either over by then, or comes to nothing. To cancel what
/// was cancelled changes nothing.
///
/// Scope: `schedules:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/schedules/{schedule}/cancel",
    tag = "schedules",
    params(InSchedule, Idempotency),
    responses(
        (status = 200, description = "It is cancelled, or was before.", body = Schedule, example = json!(examples::schedule::cancelled())),
        CancelScheduleProblems,
    )
)]
pub async fn cancel_schedule(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InSchedule { community, schedule }): Segments<InSchedule>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .cancel_schedule(&caller, community, schedule, claim)
        .await?;
    Ok(respond::done(outcome))
}
