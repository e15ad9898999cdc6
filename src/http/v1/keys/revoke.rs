//! `DELETE /v1/keys/{key}`

use axum::extract::State;
use axum::response::Response;
use wire::key::ApiKey;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InKey, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(RevokeKeyProblems: PostBare, NotFound);

/// Revoke an API key
///
/// It stops working now and for ever: at once on this server, within seconds on every other. The key stays in the list. Revoking it
/// again changes nothing.
///
/// Scope: `keys:write`. A key that is bound to communities may revoke itself alone.
#[utoipa::path(
    delete,
    path = "/v1/keys/{key}",
    tag = "keys",
    params(InKey, Idempotency),
    responses(
        (status = 200, description = "The key, revoked.", body = ApiKey, example = json!(super::revoked())),
        RevokeKeyProblems,
    ),
)]
pub async fn revoke_key(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InKey>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let outcome = state
        .service
        .revoke_key(&caller, path.key, repeat.claim_bodiless())
        .await?;
    Ok(respond::done(outcome))
}
