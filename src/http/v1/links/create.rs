//! `POST /v1/communities/{community}/links`

use axum::extract::State;
use axum::response::Response;
use wire::community::{Community, Link};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::communities;
use crate::service::caller::Caller;

problems!(CreateLinkProblems: Post, NotFound, CommunityArchived, LinkTaken);

/// Link a community to a space
///
/// A space belongs to one community at a time: linked to any already, this one included, it is refused.
///
/// Scope: `communities:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/links",
    tag = "communities",
    params(InCommunity, Idempotency),
    request_body(content = Link, example = json!({"platform": "telegram", "space": "-1001234567890"})),
    responses(
        (status = 201, description = "The community with its links.", body = Community, headers(("Location" = String, description = "Where it can be read")), example = json!(communities::example())),
        CreateLinkProblems,
    ),
)]
pub async fn create_link(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<Link>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let link = communities::link(&mut fields, "", &body.value);
    let link = fields.finish(link)?;
    let outcome = state
        .service
        .add_link(&caller, path.community, link, repeat.claim(&body))
        .await?;
    let location = format!("/v1/communities/{}", path.community);
    Ok(respond::created(outcome, &location))
}
