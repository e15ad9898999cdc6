//! `POST /v1/communities/{community}/conversations/{conversation}/cancel`

use axum::extract::State;
use axum::response::Response;
use wire::conversation::Conversation;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InConversation, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CancelConversationProblems: PostBare, NotFound, ConversationEvent);

/// Cancel a conversation
///
/// By the flow's own way for that, where the state has the event `cancel`; otherwise it just ends, as `cancelled`. It can be done in an archived
/// community too.
///
/// Scope: `conversations:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/conversations/{conversation}/cancel",
    tag = "conversations",
    params(InConversation, Idempotency),
    responses(
        (status = 200, description = "The conversation as it is now.", body = Conversation,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::conversation::cancelled())),
        CancelConversationProblems,
    )
)]
pub async fn cancel_conversation(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InConversation {
        community,
        conversation,
    }): Segments<InConversation>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .cancel_conversation(&caller, (community, conversation), claim)
        .await?;
    Ok(respond::done(outcome))
}
