//! `GET /v1/communities/{community}/undo-plans/{plan}`

use axum::extract::State;
use axum::response::Response;
use wire::undo::UndoPlan;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InPlan, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadUndoPlanProblems: Read, NotFound);

/// Read a plan to undo
///
/// As it was made; `job` is set once it was applied.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/undo-plans/{plan}",
    tag = "jobs",
    params(InPlan),
    responses(
        (status = 200, description = "The plan.", body = UndoPlan, example = json!(examples::bulk::undo_plan())),
        ReadUndoPlanProblems,
    )
)]
pub async fn read_undo_plan(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InPlan { community, plan }): Segments<InPlan>,
) -> Result<Response, Problem> {
    let plan = api.service.undo_plan(&caller, community, plan).await?;
    Ok(respond::document(&plan))
}
