//! `GET /v1/users/{user}`

use axum::extract::State;
use axum::response::Response;
use wire::user::User;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadUserProblems: Read, NotFound);

/// Read a user
///
/// By id or by `platform:native_id`.
///
/// Scope: `users:read`.
#[utoipa::path(
    get,
    path = "/v1/users/{user}",
    tag = "users",
    params(InUser),
    responses(
        (status = 200, description = "The user.", body = User, example = json!(super::example())),
        ReadUserProblems,
    ),
)]
pub async fn read_user(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
) -> Result<Response, Problem> {
    let user = state.service.user(&caller, &path.user).await?;
    Ok(respond::document(&user))
}
