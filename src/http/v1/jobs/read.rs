//! `GET /v1/communities/{community}/jobs/{job}`

use axum::extract::State;
use axum::response::Response;
use wire::job::Job;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InJob, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadJobProblems: Read, NotFound);

/// Read a job
///
/// Its state and its progress, which is counted portion by portion.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/jobs/{job}",
    tag = "jobs",
    params(InJob),
    responses(
        (status = 200, description = "The job.", body = Job, example = json!(examples::bulk::job())),
        ReadJobProblems,
    )
)]
pub async fn read_job(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InJob { community, job }): Segments<InJob>,
) -> Result<Response, Problem> {
    let job = api.service.job(&caller, community, job).await?;
    Ok(respond::document(&job))
}
