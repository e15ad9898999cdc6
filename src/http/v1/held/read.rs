//! `GET /v1/communities/{community}/held-acts/{held}`

use axum::extract::State;
use axum::response::Response;
use wire::held::HeldAct;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InHeld, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadHeldActProblems: Read, NotFound);

/// Read a held act
///
/// What it waits for, who has approved it so far, and what became of it.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/held-acts/{held}",
    tag = "held acts",
    params(InHeld),
    responses(
        (status = 200, description = "The held act.", body = HeldAct, example = json!(examples::held::act())),
        ReadHeldActProblems,
    )
)]
pub async fn read_held_act(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InHeld { community, held }): Segments<InHeld>,
) -> Result<Response, Problem> {
    let held = api.service.held_act(&caller, community, held).await?;
    Ok(respond::document(&held))
}
