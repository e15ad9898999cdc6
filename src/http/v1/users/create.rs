//! `POST /v1/users`

use axum::extract::State;
use axum::response::Response;
use wire::user::{User, UserRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CreateUserProblems: Post, IdentityTaken);

/// Make a user
///
/// Acts make users by themselves when they meet a new identity; this is for knowing somebody beforehand, or under several
/// identities. If another user has one of them, nothing is made.
///
/// Scope: `users:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/users",
    tag = "users",
    params(Idempotency),
    request_body(content = UserRequest, example = json!({"name": "Ferris", "identities": [{"platform": "discord", "id": "80351110224678912"}]})),
    responses(
        (status = 201, description = "The new user.", body = User, headers(("Location" = String, description = "Where it can be read")), example = json!(super::example())),
        CreateUserProblems,
    ),
)]
pub async fn create_user(
    caller: Caller,
    State(state): State<ApiState>,
    repeat: Idempotency,
    body: StrictJson<UserRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let name = super::name(&mut fields, body.value.name.as_deref());
    let identities = super::identities(&mut fields, "/identities", &body.value.identities);
    let identities = fields.finish(identities)?;
    let language = body.value.language.map(Into::into);
    let outcome = state
        .service
        .create_user(&caller, (name, language), identities, repeat.claim(&body))
        .await?;
    let location = format!("/v1/users/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
