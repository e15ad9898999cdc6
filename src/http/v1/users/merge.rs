//! `POST /v1/users/{user}/merge`

use axum::extract::State;
use axum::response::Response;
use wire::merge::{MergeAnswer, MergeRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InUser, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(MergeUsersProblems: Post, NotFound, SameUser, TooManyMerged, UserErased, TooManySanctions);

/// Merge two users
///
/// Two users turn out to be one person, such as a Discord user and a Telegram user. From now on `from` is the user in the path,
/// whoever names them: by the old id, or by one of their identities, which move.
///
/// In every community in which `from` is a member, the cases of both are listed as the one member's, the sanctions of both hold,
/// and both balances of that moment are carried over as one entry, which the explanation names. Rungs that were crossed stay
/// crossed, offences of both count with their dates, the higher rank and the protection of either remain. Nothing fires.
///
/// It can be undone: [`POST …/merges/{merge}/undo`](#operation/undo_merge). With `dry_run` the answer is what would happen, and
/// nothing is written.
///
/// Scope: `users:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/users/{user}/merge",
    tag = "users",
    params(InUser, Idempotency),
    request_body(content = MergeRequest, example = json!({"from": "telegram:4711", "reason": "Said so in the ticket, and proved it", "dry_run": true})),
    responses(
        (status = 200, description = "They are one, or would be.", body = MergeAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(super::merge_answer())),
        MergeUsersProblems,
    ),
)]
pub async fn merge_users(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InUser>,
    repeat: Idempotency,
    body: StrictJson<MergeRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let from = fields.person("/from", &body.value.from);
    let reason = fields.reason("/reason", body.value.reason.as_deref());
    let from = fields.finish(from)?;
    let dry_run = body.value.dry_run;
    let claim = if dry_run { None } else { repeat.claim(&body) };
    let outcome = state
        .service
        .merge_users(&caller, (&path.user, &from), reason, dry_run, claim)
        .await?;
    Ok(respond::done(outcome))
}
