//! `GET /v1/communities/{community}/jobs`

use axum::extract::State;
use axum::response::Response;
use wire::page::JobPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListJobsProblems: Page, NotFound);

/// List jobs
///
/// Newest first. A job is kept for 30 days after it ended.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/jobs",
    tag = "jobs",
    params(InCommunity, PageParams),
    responses(
        (status = 200, description = "A page of jobs.", body = JobPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::bulk::job_page())),
        ListJobsProblems,
    )
)]
pub async fn list_jobs(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let listed = api.service.jobs(&caller, community, after).await?;
    page.respond(&caller, listed.next, |next_cursor| JobPage {
        items: listed.items,
        next_cursor,
    })
}
