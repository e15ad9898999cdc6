//! `GET /v1/communities/{community}/appeals/queue`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::AppealPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::service::QueueFilter;
use crate::service::caller::Caller;

problems!(ListAppealQueueProblems: Page, NotFound);

/// Which appeals that wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct QueueFilters {
    /// Those that wait longer than they should, or those that do not.
    #[param(example = true)]
    overdue: Option<bool>,
    /// Those that somebody has in hand, or those that nobody has.
    #[param(example = false)]
    claimed: Option<bool>,
}

/// List appeals that wait for reviewers
///
/// The oldest first: `created_at` is their age, `decide_by` is when they are late. What waits for the member is not among them.
///
/// Scope: `appeals:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/appeals/queue",
    tag = "appeals",
    params(InCommunity, QueueFilters, PageParams),
    responses(
        (status = 200, description = "A page of appeals.", body = AppealPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::appeal::page())),
        ListAppealQueueProblems,
    )
)]
pub async fn list_appeal_queue(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<QueueFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let filter = QueueFilter {
        overdue: page.filters.overdue,
        claimed: page.filters.claimed,
    };
    let listed = api
        .service
        .appeal_queue(&caller, community, filter, after)
        .await?;
    page.respond(&caller, listed.next, |next_cursor| AppealPage {
        items: listed.items,
        next_cursor,
    })
}
