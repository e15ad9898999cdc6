//! `POST /v1/communities/{community}/jobs/{job}/resume`

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

problems!(ResumeJobProblems: PostBare, NotFound, JobNotCancelled);

/// Take up a job
///
/// Goes on with a job that was stopped, where it was stopped. It acts with the key that asked for it, as before.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/jobs/{job}/resume",
    tag = "jobs",
    params(InJob, Idempotency),
    responses(
        (status = 200, description = "It goes on.", body = Job, example = json!(examples::bulk::job())),
        ResumeJobProblems,
    )
)]
pub async fn resume_job(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InJob { community, job }): Segments<InJob>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .redirect_job(&caller, community, job, true, claim)
        .await?;
    Ok(respond::done(outcome))
}
