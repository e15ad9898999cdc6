//! `GET /v1/communities/{community}/sanctions/{sanction}`

use axum::extract::State;
use axum::response::Response;
use wire::sanction::Sanction;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InSanction, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadSanctionProblems: Read, NotFound);

/// Read a sanction
///
/// Its state follows from time alone: it is `expired` from its end on.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/sanctions/{sanction}",
    tag = "sanctions",
    params(InSanction),
    responses(
        (status = 200, description = "The sanction.", body = Sanction, example = json!(examples::sanction())),
        ReadSanctionProblems,
    )
)]
pub async fn read_sanction(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InSanction { community, sanction }): Segments<InSanction>,
) -> Result<Response, Problem> {
    let sanction = api.service.sanction(&caller, community, sanction).await?;
    Ok(respond::document(&sanction))
}
