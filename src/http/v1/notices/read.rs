//! `GET /v1/communities/{community}/notices/{notice}`

use axum::extract::State;
use axum::response::Response;
use wire::notice::Notice;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InNotice, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadNoticeProblems: Read, NotFound);

/// Read a notice
///
/// What the member is told, as it was written then, and what became of telling them under each of their names.
///
/// Scope: `notices:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/notices/{notice}",
    tag = "notices",
    params(InNotice),
    responses(
        (status = 200, description = "The notice.", body = Notice, example = json!(examples::notice::sent())),
        ReadNoticeProblems,
    )
)]
pub async fn read_notice(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InNotice { community, notice }): Segments<InNotice>,
) -> Result<Response, Problem> {
    let notice = api.service.notice(&caller, community, notice).await?;
    Ok(respond::document(&notice))
}
