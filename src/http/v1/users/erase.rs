//! `POST /v1/users/{user}/erase`

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use wire::user::{EraseRequest, User};

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(EraseUserProblems: Post, NotFound);

/// Erase a user
///
/// For a request by the person to be forgotten. Nothing takes it back. Name and identities go at once. What was written about them
/// (reasons of their cases, evidence, context, messages, earlier reasons, reasons of voids and reductions, also in the log, in kept
/// answers and in jobs) goes in portions soon after: `erasure_done_at` says when the last of it was gone. So do the identities by
/// which they were named where they acted as a moderator. A text that goes leaves `[erased]`.
///
/// What was done stays: kinds, points, sanctions, instants and who acted. Ledgers and standings are what they were. As long as a
/// sanction of theirs is in force, their identities are recognised by a keyed hash, so that a ban holds when they come back; with the
/// last one that goes too, within minutes.
///
/// To erase somebody again takes out what was written since. The page `docs/privacy.md` says all of it in plain words.
///
/// Scope: `users:erase`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/users/{user}/erase",
    tag = "users",
    params(InUser, Idempotency),
    request_body(content = EraseRequest, example = json!({"confirm": "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f"})),
    responses(
        (status = 200, description = "The user, without name and identities.", body = User,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(example())),
        EraseUserProblems,
    ),
)]
pub async fn erase_user(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
    repeat: Idempotency,
    body: StrictJson<EraseRequest>,
) -> Result<Response, Problem> {
    let claim = repeat.claim(&body);
    let confirm = &body.value.confirm;
    let outcome = state
        .service
        .erase_user(&caller, &path.user, confirm, claim)
        .await?;
    Ok(respond::done(outcome))
}

/// An erased user.
fn example() -> Value {
    let mut user = super::example();
    user["name"] = Value::Null;
    user["identities"] = json!([]);
    user["erased_at"] = json!("2026-11-26T12:00:00.000000Z");
    user
}
