//! `POST /v1/users/{user}/identities`

use axum::extract::State;
use axum::response::Response;
use wire::user::{Identity, User};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(AddIdentityProblems: Post, NotFound, IdentityTaken);

/// Add an identity to a user
///
/// An identity belongs to one user at a time: taken by another, it is refused. One that the user has already stays theirs: the
/// answer is the same, and the log says nothing.
///
/// Scope: `users:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/users/{user}/identities",
    tag = "users",
    params(InUser, Idempotency),
    request_body(content = Identity, example = json!({"platform": "telegram", "id": "4711"})),
    responses(
        (status = 201, description = "The user with their identities.", body = User, headers(("Location" = String, description = "Where it can be read")), example = json!(super::example())),
        AddIdentityProblems,
    ),
)]
pub async fn add_identity(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
    repeat: Idempotency,
    body: StrictJson<Identity>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let identity = fields.identity("", &body.value.platform, &body.value.id);
    let identity = fields.finish(identity)?;
    let outcome = state
        .service
        .add_identity(&caller, &path.user, identity, repeat.claim(&body))
        .await?;
    let location = format!("/v1/users/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
