//! `GET /v1/communities/{community}/cases/{number}/appeal-links`

use axum::extract::State;
use axum::response::Response;
use wire::page::AppealLinkPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{NoFilters, PageParams, Paged};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ListAppealLinksProblems: Page, NotFound);

/// List the links to a case
///
/// Newest first, without their addresses: these are not kept. A link is forgotten 30 days after it has expired.
///
/// Scope: `appeals:link`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/cases/{number}/appeal-links",
    tag = "appeals",
    params(InCase, PageParams),
    responses(
        (status = 200, description = "A page of links.", body = AppealLinkPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::appeal_link::page())),
        ListAppealLinksProblems,
    )
)]
pub async fn list_appeal_links(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    page: Paged<NoFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let listed = api
        .service
        .appeal_links(&caller, (community, number), after)
        .await?;
    page.respond(&caller, listed.next, |next_cursor| AppealLinkPage {
        items: listed.items,
        next_cursor,
    })
}
