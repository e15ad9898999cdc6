//! `GET /v1/keys/{key}`

use axum::extract::State;
use axum::response::Response;
use wire::key::ApiKey;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InKey, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadKeyProblems: Read, NotFound);

/// Read an API key
///
/// Without its secret; a revoked or expired one too.
///
/// Scope: `keys:write`. A key that is bound to communities may read itself alone.
#[utoipa::path(
    get,
    path = "/v1/keys/{key}",
    tag = "keys",
    params(InKey),
    responses(
        (status = 200, description = "The key.", body = ApiKey, example = json!(super::example())),
        ReadKeyProblems,
    ),
)]
pub async fn read_key(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InKey>,
) -> Result<Response, Problem> {
    let key = state.service.key(&caller, path.key).await?;
    Ok(respond::document(&key))
}
