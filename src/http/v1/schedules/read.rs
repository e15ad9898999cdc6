//! `GET /v1/communities/{community}/schedules/{schedule}`

use axum::extract::State;
use axum::response::Response;
use wire::schedule::Schedule;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InSchedule, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadScheduleProblems: Read, NotFound);

/// Read a schedule
///
/// When it runs next, and what its last run came to.
///
/// Scope: `schedules:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/schedules/{schedule}",
    tag = "schedules",
    params(InSchedule),
    responses(
        (status = 200, description = "The schedule.", body = Schedule, example = json!(examples::schedule::act_that_failed())),
        ReadScheduleProblems,
    )
)]
pub async fn read_schedule(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InSchedule { community, schedule }): Segments<InSchedule>,
) -> Result<Response, Problem> {
    Ok(respond::document(
        &api.service.schedule(&caller, community, schedule).await?,
    ))
}
