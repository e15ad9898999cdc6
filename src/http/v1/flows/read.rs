//! `GET /v1/flows/{flow}`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::conversation::Flow;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InFlow, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::service::caller::Caller;

problems!(ReadFlowProblems: Read, NotFound);

/// Which version.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichFlow {
    /// An earlier version; left out, the newest.
    #[serde(default)]
    #[param(minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
}

/// Read a flow
///
/// A shipped flow shows also the states in which the service is at work: they have neither a prompt nor an end.
///
/// Scope: `conversations:read`.
#[utoipa::path(
    get,
    path = "/v1/flows/{flow}",
    tag = "conversations",
    params(InFlow, WhichFlow, IfNoneMatch),
    responses(
        (status = 200, description = "The flow.", body = Flow, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(examples::conversation::flow())),
        (status = 304, description = "Your copy is right."),
        ReadFlowProblems,
    )
)]
pub async fn read_flow(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InFlow { flow }): Segments<InFlow>,
    StrictQuery(which): StrictQuery<WhichFlow>,
    seen: IfNoneMatch,
) -> Result<Response, Problem> {
    let (tag, flow) = api.service.flow(&caller, &flow, which.version).await?;
    Ok(seen.respond(&tag, &flow))
}
