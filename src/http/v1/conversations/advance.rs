//! `POST /v1/communities/{community}/conversations/{conversation}/advance`

use axum::extract::State;
use axum::response::Response;
use wire::conversation::{AdvanceRequest, Conversation};

use super::answers;
use crate::domain::name::Name;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InConversation, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::conversations::AdvanceOrder;

problems!(AdvanceConversationProblems: Post, NotFound, CommunityArchived, ConversationEvent, ConversationMoved, ConversationOfAnother,
    SameUser, TooManyMerged, TooManySanctions, UserErased);

/// Say what happens in a conversation
///
/// The event is one of `next`, `step` what you saw: so a second press of a button, or a press too late, is told apart and changes nothing. Answers
/// come with the event `submit`; what is wrong with them is said for each, and the conversation stays where it is. What a shipped flow does is done
/// in the same transaction, but for the act of `tribune.confirm_act`, which has its own: in the rare case that it has to wait, `prompt` is null and
/// it is submitted shortly, once.
///
/// Scope: `conversations:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/conversations/{conversation}/advance",
    tag = "conversations",
    params(InConversation, Idempotency),
    request_body(content = AdvanceRequest, example = json!(examples::conversation::advance())),
    responses(
        (status = 200, description = "The conversation as it is now.", body = Conversation,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::conversation::advanced())),
        AdvanceConversationProblems,
    )
)]
pub async fn advance_conversation(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InConversation {
        community,
        conversation,
    }): Segments<InConversation>,
    repeat: Idempotency,
    body: StrictJson<AdvanceRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let asked = &body.value;
    let event = fields.take("/event", Name::new(&asked.event));
    let by = asked.by.as_deref().and_then(|by| fields.person("/by", by));
    if asked.step < 1 {
        fields.refuse("/step", "the step of the conversation as you saw it, from 1");
    }
    let answers = answers(&mut fields, "/answers", &asked.answers);
    let order = fields.finish(event.map(|event| AdvanceOrder {
        step: asked.step,
        event,
        answers,
        by,
    }))?;
    let claim = repeat.claim(&body);
    let outcome = api
        .service
        .advance_conversation(&caller, (community, conversation), order, claim)
        .await?;
    Ok(respond::done(outcome))
}
