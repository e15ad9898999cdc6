//! `POST /v1/communities/{community}/appeals/{appeal}/statements`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, StatementRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::Saying;
use crate::service::caller::Caller;

/// How many characters a statement has at most.
const LONGEST: usize = 4_000;

problems!(AddAppealStatementProblems: Post, NotFound, CommunityArchived, AppealStep, AppealFull);

/// Say something more
///
/// For the member, as long as the appeal is open. Where a reviewer has asked something, this is the answer, and it waits for reviewers again.
///
/// Scope: `appeals:file`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/statements",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = StatementRequest, example = json!(examples::appeal::statement_request())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::filed())),
        AddAppealStatementProblems,
    )
)]
pub async fn add_appeal_statement(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: StrictJson<StatementRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let text = fields.words("/statement", &body.value.statement, LONGEST);
    let evidence = fields.evidence("/evidence", &body.value.evidence);
    let saying = fields.finish(text.map(|text| Saying { text, evidence }))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .add_appeal_statement(&caller, (community, appeal), saying, claim)
        .await?;
    Ok(respond::done(outcome))
}
