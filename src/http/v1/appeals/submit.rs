//! `POST /v1/communities/{community}/appeals/{appeal}/submit`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, SubmitRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::appeals::file::answers;
use crate::service::appeals::{More, Saying};
use crate::service::caller::Caller;

/// How many characters a statement has at most.
const LONGEST: usize = 4_000;

problems!(SubmitAppealProblems: Post, NotFound, CommunityArchived, AppealStep, AppealFull, AppealAnswers);

/// Hand a draft in
///
/// For the member. From now on it waits for a reviewer. What is given here is added to what the draft says; answers take the place of earlier ones.
///
/// Scope: `appeals:file`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/submit",
    tag = "appeals",
    params(InAppeal, Idempotency),
    request_body(content = Option<SubmitRequest>, example = json!(examples::appeal::submit_request())),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::filed())),
        SubmitAppealProblems,
    )
)]
pub async fn submit_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
    body: Option<StrictJson<SubmitRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let text = body.value.statement.as_deref();
    let text = text.and_then(|text| fields.words("/statement", text, LONGEST));
    let evidence = fields.evidence("/evidence", &body.value.evidence);
    if body.value.statement.is_none() && !body.value.evidence.is_empty() {
        fields.refuse("/evidence", "links are given with a statement");
    }
    let answers = answers(&mut fields, &body.value.answers);
    let saying = text.map(|text| Saying { text, evidence });
    let more = fields.finish(Some(More { saying, answers }))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .submit_appeal(&caller, (community, appeal), more, claim)
        .await?;
    Ok(respond::done(outcome))
}
