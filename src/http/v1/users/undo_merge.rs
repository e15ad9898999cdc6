//! `POST /v1/users/{user}/merges/{merge}/undo`

use axum::extract::State;
use axum::response::Response;
use wire::merge::{UndoMergeAnswer, UndoMergeRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InMerge, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UndoMergeProblems: Post, NotFound, MergeUndone, UserErased);

/// Undo a merge
///
/// The two are two again. Identities, cases and sanctions of before go back to whom they belonged. A case recorded since the merge
/// stays with the one who remained, unless it named an identity that goes back: then it goes with the identity, and so do its
/// sanction and what it escalated to.
///
/// Each has the points that they would have had alone. Nothing is made, lengthened or strengthened, and nothing fires: an
/// escalation to which neither alone would have come no longer counts, or a milder sanction takes its place. Voids and reductions
/// since the merge stand. The body may be left out; with `dry_run` the answer is what would happen, and nothing is written.
///
/// Scope: `users:write`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/users/{user}/merges/{merge}/undo",
    tag = "users",
    params(InMerge, Idempotency),
    request_body(content = Option<UndoMergeRequest>, example = json!({"reason": "They share a computer", "dry_run": true})),
    responses(
        (status = 200, description = "They are two, or would be.", body = UndoMergeAnswer,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")), example = json!(super::undo_merge_answer())),
        UndoMergeProblems,
    ),
)]
pub async fn undo_merge(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InMerge>,
    repeat: Idempotency,
    body: Option<StrictJson<UndoMergeRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let reason = fields.reason("/reason", body.value.reason.as_deref());
    fields.finish(Some(()))?;
    let dry_run = body.value.dry_run;
    let claim = if dry_run { None } else { repeat.claim(&body) };
    let outcome = state
        .service
        .undo_merge(&caller, (&path.user, path.merge), reason, dry_run, claim)
        .await?;
    Ok(respond::done(outcome))
}
