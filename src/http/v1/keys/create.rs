//! `POST /v1/keys`

use axum::extract::State;
use axum::response::Response;
use wire::key::{KeyCreated, KeyRequest};

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CreateKeyProblems: Post);

/// Make an API key
///
/// A key makes keys that may do at most what it may do itself: its scopes, its communities, its rank. The secret is in this answer
/// and in no other, because only its hash is kept. A repeat under the same `Idempotency-Key` has `null` in its place: if the first
/// answer was lost, revoke the key and make another. To rotate a key, make the new one, switch over, then revoke the old one.
///
/// Scope: `keys:write`.
#[utoipa::path(
    post,
    path = "/v1/keys",
    tag = "keys",
    params(Idempotency),
    request_body(content = KeyRequest, example = json!({"name": "Discord relay", "scopes": ["acts:write", "cases:read"], "rank": "moderator"})),
    responses(
        (status = 201, description = "The new key with its secret, shown this once.", body = KeyCreated, headers(("Location" = String, description = "Where it can be read")), example = json!(super::created())),
        CreateKeyProblems,
    ),
)]
pub async fn create_key(
    caller: Caller,
    State(state): State<ApiState>,
    repeat: Idempotency,
    body: StrictJson<KeyRequest>,
) -> Result<Response, Problem> {
    let order = super::order(&state.service, &caller, &body.value).await?;
    let outcome = state
        .service
        .create_key(&caller, order, repeat.claim(&body))
        .await?;
    let location = format!("/v1/keys/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
