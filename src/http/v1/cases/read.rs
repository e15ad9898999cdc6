//! `GET /v1/communities/{community}/cases/{number}`

use axum::extract::State;
use axum::response::Response;
use wire::case::Case;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::service::caller::Caller;

problems!(ReadCaseProblems: Read, NotFound);

/// Read a case
///
/// Its ETag changes with its reason and when it is voided.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/cases/{number}",
    tag = "cases",
    params(InCase, IfNoneMatch),
    responses(
        (status = 200, description = "The case.", body = Case,
            headers(("ETag" = String, description = "Its version, for `If-Match`.")), example = json!(examples::case())),
        (status = 304, description = "The copy that `If-None-Match` names is still right."),
        ReadCaseProblems,
    )
)]
pub async fn read_case(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let (case, version) = api.service.case(&caller, community, number).await?;
    Ok(known.respond(&version, &case))
}
