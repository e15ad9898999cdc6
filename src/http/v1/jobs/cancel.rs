//! `POST /v1/communities/{community}/jobs/{job}/cancel`

use axum::extract::State;
use axum::response::Response;
use wire::job::Job;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InJob, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CancelJobProblems: PostBare, NotFound, JobEnded);

/// Stop a job
///
/// It ends as soon as the portion under way is done. What was done stays done, and the job can be taken up again. To stop a job
/// that is stopped changes nothing.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/jobs/{job}/cancel",
    tag = "jobs",
    params(InJob, Idempotency),
    responses(
        (status = 200, description = "It stops, or was stopped before.", body = Job, example = json!(examples::bulk::cancelled_job())),
        CancelJobProblems,
    )
)]
pub async fn cancel_job(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InJob { community, job }): Segments<InJob>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .redirect_job(&caller, community, job, false, claim)
        .await?;
    Ok(respond::done(outcome))
}
