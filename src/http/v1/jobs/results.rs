//! `GET /v1/communities/{community}/jobs/{job}/results`

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use wire::page::JobResultPage;

use crate::http::api::ApiState;
use crate::http::item::Item;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InJob, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListJobResultsProblems: Page, NotFound);

/// List what a job's items came to
///
/// In the order of the items, those that were done or refused so far; while the job runs, the list ends where the work has come to.
/// Those of a `dry_run` say what would come of each item, with the status 200.
/// The `request_id` of a problem is the job's id.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/jobs/{job}/results",
    tag = "jobs",
    params(InJob, PageParams),
    responses(
        (status = 200, description = "A page of results.", body = JobResultPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::bulk::result_page())),
        ListJobResultsProblems,
    )
)]
pub async fn list_job_results(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InJob { community, job: id }): Segments<InJob>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let (job, listed) = api.service.job_results(&caller, community, id, after).await?;
    let items = listed
        .items
        .into_iter()
        .map(|result| Item::of_job(&job, result))
        .collect();
    page.respond(&caller, listed.next, |next_cursor| Shown { items, next_cursor })
}

/// [`JobResultPage`], with the documents as they are kept.
#[derive(Debug, Serialize)]
struct Shown {
    items: Vec<Item>,
    next_cursor: Option<String>,
}
