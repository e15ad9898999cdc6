//! `GET /v1/communities/{community}/members/{member}`

use axum::extract::State;
use axum::response::Response;
use wire::user::Member;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InMember, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadMemberProblems: Read, NotFound);

/// Read a member
///
/// By user id or by `platform:native_id`. A user of whom the community knows nothing is a plain member.
///
/// Scope: `users:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/members/{member}",
    tag = "members",
    params(InMember),
    responses(
        (status = 200, description = "The member.", body = Member, example = json!(super::example())),
        ReadMemberProblems,
    ),
)]
pub async fn read_member(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InMember>,
) -> Result<Response, Problem> {
    let member = state
        .service
        .member(&caller, path.community, &path.member)
        .await?;
    Ok(respond::document(&member))
}
