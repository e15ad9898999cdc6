//! `POST /v1/communities/{community}/appeals/{appeal}/comments`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, CommentRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::{Handling, Saying};
use crate::service::caller::Caller;

/// How many characters there are at most.
const LONGEST: usize = 4_000;

problems!(CommentOnAppealProblems: Post, NotFound, CommunityArchived, RankTooLow, SelfAction, ForbiddenRank, AppealFull);

/// Say something to the other moderators
///
/// By whoever has the rank for it, also who acted; the member never sees it. Who shows something (`evidence`) is a witness from then on, and does not review the
/// appeal. `GET …/review` lists the comments.
///
/// Scope: `appeals:review`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/comments",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = CommentRequest, example = json!(examples::appeal::comment_request())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::claimed())),
        CommentOnAppealProblems,
    )
)]
pub async fn comment_on_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<CommentRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let actor = fields.actor("/actor", Some(&body.value.actor));
    let text = fields.words("/text", &body.value.text, LONGEST);
    let evidence = fields.evidence("/evidence", &body.value.evidence);
    let saying = text.map(|text| Saying { text, evidence });
    let handling = fields.finish(saying.map(Handling::Comment))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .handle_appeal(&caller, (community, appeal), (actor, handling), claim)
        .await?;
    Ok(respond::done(outcome))
}
