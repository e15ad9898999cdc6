//! `POST /v1/communities/{community}/cases/{number}/appeals`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, AppealRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::Saying;
use crate::service::caller::Caller;

/// How many characters a statement has at most.
const LONGEST: usize = 4_000;

problems!(FileAppealProblems: Post, NotFound, CommunityArchived, AlreadyVoided, AppealOpen);

/// File an appeal
///
/// For the member of the case, who asks that it be looked at again. It waits for a reviewer from now on. A case has one appeal at a time.
///
/// Scope: `appeals:file`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/cases/{number}/appeals",
    tag = "appeals",
    params(InCase, Idempotency),
    request_body(content = AppealRequest, example = json!(examples::appeal::request())),
    responses(
        (status = 201, description = "It waits for a reviewer.", body = Appeal,
            headers(
                ("Location" = String, description = "The appeal."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::appeal::filed())),
        FileAppealProblems,
    )
)]
pub async fn file_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    repeat: Idempotency,
    body: StrictJson<AppealRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let text = fields.words("/statement", &body.value.statement, LONGEST);
    let evidence = fields.evidence("/evidence", &body.value.evidence);
    let saying = fields.finish(text.map(|text| Saying { text, evidence }))?;
    let claim = repeat.claim(&body);
    let filed = api
        .service
        .file_appeal(&caller, (community, number), saying, claim)
        .await?;
    let location = format!("/v1/communities/{community}/appeals/{}", filed.answer.tag);
    Ok(respond::created(filed, &location))
}
