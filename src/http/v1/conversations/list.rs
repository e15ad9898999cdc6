//! `GET /v1/communities/{community}/conversations`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::ConversationPage;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;

problems!(ListConversationsProblems: Page, NotFound);

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConversationFilters {
    /// Those that run, or those that have ended. One whose time is over is listed as running until that is written down, which takes seconds.
    #[param(value_type = Option<wire::word::ConversationStatus>, example = "running")]
    status: Option<String>,
    /// With this person: a user's id, or `platform:native_id`.
    #[param(value_type = Option<wire::form::Person>, example = "discord:80351110224678912")]
    member: Option<String>,
}

/// List conversations
///
/// Newest first. One is kept for 30 days after it ended.
///
/// Scope: `conversations:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/conversations",
    tag = "conversations",
    params(InCommunity, ConversationFilters, PageParams),
    responses(
        (status = 200, description = "A page of conversations.", body = ConversationPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::conversation::page())),
        ListConversationsProblems,
    )
)]
pub async fn list_conversations(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<ConversationFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let asked = &page.filters;
    let running = match asked.status.as_deref() {
        None => None,
        Some("running") => Some(true),
        Some("ended") => Some(false),
        Some(_) => return Err(query::refused("status", "running or ended")),
    };
    let member = asked.member.as_deref();
    let member = member.map(|member| query::person("member", member)).transpose()?;
    let which = (running, member);
    let listed = api
        .service
        .conversations(&caller, community, which, after)
        .await?;
    page.respond(&caller, listed.next, |next_cursor| ConversationPage {
        items: listed.items,
        next_cursor,
    })
}
