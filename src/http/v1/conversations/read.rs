//! `GET /v1/communities/{community}/conversations/{conversation}`

use axum::extract::State;
use axum::response::Response;
use wire::conversation::Conversation;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InConversation, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadConversationProblems: Read, NotFound);

/// Read a conversation
///
/// As it stands at this moment: time has led on as far as it does.
///
/// Scope: `conversations:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/conversations/{conversation}",
    tag = "conversations",
    params(InConversation),
    responses(
        (status = 200, description = "The conversation.", body = Conversation, example = json!(examples::conversation::started())),
        ReadConversationProblems,
    )
)]
pub async fn read_conversation(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InConversation {
        community,
        conversation,
    }): Segments<InConversation>,
) -> Result<Response, Problem> {
    let place = (community, conversation);
    let conversation = api.service.conversation(&caller, place).await?;
    Ok(respond::document(&conversation))
}
