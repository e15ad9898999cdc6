//! `POST /v1/communities/{community}/conversations`

use axum::extract::State;
use axum::response::Response;
use wire::conversation::{Conversation, ConversationRequest};

use super::answers;
use crate::domain::conversation::{FlowName, MAX_CHANNEL};
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::conversations::StartOrder;

problems!(StartConversationProblems: Post, NotFound, CommunityArchived, ConversationRunning);

/// Begin a conversation
///
/// Draw its `prompt` on your platform, and say what the person does with `…/advance`. A person has one conversation of a flow in a channel at a
/// time. What a shipped flow does needs its own scope besides: `tribune.appeal` files an appeal, `tribune.confirm_act` submits an act, and
/// `tribune.link_account` with `tribune.enter_code` merges two users, which needs a key that is not bound to communities.
///
/// Scope: `conversations:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/conversations",
    tag = "conversations",
    params(InCommunity, Idempotency),
    request_body(content = ConversationRequest, example = json!(examples::conversation::request())),
    responses(
        (status = 201, description = "It runs.", body = Conversation,
            headers(
                ("Location" = String, description = "The conversation."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::conversation::started())),
        StartConversationProblems,
    )
)]
pub async fn start_conversation(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<ConversationRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let asked = &body.value;
    let flow = fields.take("/flow", FlowName::parse(&asked.flow));
    let member = fields.person("/member", &asked.member);
    let channel = fields.words("/channel", &asked.channel, MAX_CHANNEL);
    if asked.channel.contains(['\n', '\t']) {
        fields.refuse("/channel", "no control characters");
    }
    let data = answers(&mut fields, "/data", &asked.data);
    let order = flow.zip(member).zip(channel);
    let order = fields.finish(order.map(|((flow, member), channel)| StartOrder {
        flow,
        member,
        channel,
        data,
    }))?;
    let claim = repeat.claim(&body);
    let started = api
        .service
        .start_conversation(&caller, community, order, claim)
        .await?;
    let location = format!("/v1/communities/{community}/conversations/{}", started.answer.tag);
    Ok(respond::created(started, &location))
}
