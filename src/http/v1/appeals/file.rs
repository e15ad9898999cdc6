//! `POST /v1/communities/{community}/cases/{number}/appeals`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use wire::appeal::{Appeal, AppealRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::{StrictJson, escape_pointer};
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::appeals::{Filing, Saying};
use crate::service::caller::Caller;

/// How many characters a statement has at most.
const LONGEST: usize = 4_000;
/// How many questions a policy asks at most.
const MOST_ANSWERS: usize = 10;

problems!(FileAppealProblems: Post, NotFound, CommunityArchived, AlreadyVoided, AppealOpen, NotAppealable, AppealAnswers);

/// File an appeal
///
/// For the member of the case, who asks that it be looked at again. It waits for a reviewer from now on; a `draft` waits for the member, who hands it in
/// (`…/submit`). A case has one appeal at a time. `GET …/cases/{number}/appeal-eligibility` says whether there may be one, and what the policy asks.
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
    let answers = answers(&mut fields, &body.value.answers);
    let filing = fields.finish(text.map(|text| Filing {
        saying: Saying { text, evidence },
        answers,
        draft: body.value.draft,
    }))?;
    let claim = repeat.claim(&body);
    let filed = api
        .service
        .file_appeal(&caller, (community, number), filing, claim)
        .await?;
    let location = format!("/v1/communities/{community}/appeals/{}", filed.answer.tag);
    Ok(respond::created(filed, &location))
}

/// What a member says to the policy's questions.
pub(crate) fn answers(fields: &mut Fields, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    if given.len() > MOST_ANSWERS {
        fields.refuse("/answers", format!("at most {MOST_ANSWERS} answers"));
        return answers;
    }
    for (id, text) in given {
        let pointer = format!("/answers/{}", escape_pointer(id));
        if !(1..=64).contains(&id.len()) {
            fields.refuse(pointer, "the id of a question has 1 to 64 characters");
        } else if let Some(text) = fields.words(&pointer, text, LONGEST) {
            answers.insert(id.clone(), text);
        }
    }
    answers
}
