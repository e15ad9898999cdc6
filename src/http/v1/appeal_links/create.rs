//! `POST /v1/communities/{community}/cases/{number}/appeal-link`

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use wire::appeal_link::{AppealLinkCreated, AppealLinkRequest};
use wire::duration::Duration;

use crate::domain::appeal_link::{DEFAULT_LIFE, LONGEST_LIFE, SHORTEST_LIFE};
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(CreateAppealLinkProblems: Post, NotFound, CommunityArchived, NoPublicUrl);

/// Make a link for a member
///
/// To pages that need no account: the member sees the case, how they stand and what becomes of it, and may appeal. It is good for that case
/// alone, and works while they are banned. Give it to them and to nobody else, for instance in a direct message. A case may have several.
///
/// Scope: `appeals:link`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/cases/{number}/appeal-link",
    tag = "appeals",
    params(InCase, Idempotency),
    request_body(content = Option<AppealLinkRequest>, example = json!(examples::appeal_link::request())),
    responses(
        (status = 201, description = "The link.", body = AppealLinkCreated,
            headers(
                ("Location" = String, description = "The links to the case."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::appeal_link::created())),
        CreateAppealLinkProblems,
    )
)]
pub async fn create_appeal_link(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    repeat: Idempotency,
    body: Option<StrictJson<AppealLinkRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let life = life(body.value.expires_in.as_ref())?;
    let claim = repeat.claim(&body);
    let made = api
        .service
        .create_appeal_link(&caller, (community, number), life, claim)
        .await?;
    let location = format!("/v1/communities/{community}/cases/{number}/appeal-links");
    Ok(respond::created(made, &location))
}

/// For how long.
fn life(given: Option<&Duration>) -> Result<TimeDelta, Problem> {
    if given.is_none() {
        return Ok(DEFAULT_LIFE);
    }
    let mut fields = Fields::default();
    let span = fields.duration("/expires_in", given);
    let life = span.map(|span| TimeDelta::seconds(span.seconds()));
    let bounded = life.filter(|life| (SHORTEST_LIFE..=LONGEST_LIFE).contains(life));
    if life.is_some() && bounded.is_none() {
        fields.refuse("/expires_in", "1 minute to 90 days");
    }
    fields.finish(bounded)
}
