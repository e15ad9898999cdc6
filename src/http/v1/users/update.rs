//! `PATCH /v1/users/{user}`

use axum::extract::State;
use axum::response::Response;
use wire::user::{User, UserPatch};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UpdateUserProblems: Edit, NotFound);

/// Change a user
///
/// The name, or the language in which they are spoken to. `null` forgets it; what is left out stays.
///
/// Scope: `users:write`; the key is not bound to communities.
#[utoipa::path(
    patch,
    path = "/v1/users/{user}",
    tag = "users",
    params(InUser, Idempotency),
    request_body(content = UserPatch, example = json!({"name": "Ferris"})),
    responses(
        (status = 200, description = "The user as they are now.", body = User, example = json!(super::example())),
        UpdateUserProblems,
    ),
)]
pub async fn update_user(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
    repeat: Idempotency,
    body: StrictJson<UserPatch>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let given = body.value.name.as_ref();
    let name = given.map(|name| super::name(&mut fields, name.as_deref()));
    fields.finish(Some(()))?;
    let language = body.value.language.map(|given| given.map(Into::into));
    let outcome = state
        .service
        .update_user(&caller, &path.user, (name, language), repeat.claim(&body))
        .await?;
    Ok(respond::done(outcome))
}
