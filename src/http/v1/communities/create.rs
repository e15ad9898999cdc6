//! `POST /v1/communities`

use axum::extract::State;
use axum::response::Response;
use wire::community::{Community, CommunityRequest};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::policies::policy;
use crate::service::Looks;
use crate::service::caller::Caller;

problems!(CreateCommunityProblems: Post, LinkTaken);

/// Make a community
///
/// It begins with version 1 of its policy: the default one, or that of `rules`. History that is imported is judged by the version that was
/// in force at its time, which is the first one for what was before. If another community has one of the spaces, nothing is made.
///
/// Scope: `communities:write`, and `policies:write` for `rules`; the key is not bound to communities.
#[utoipa::path(
    post,
    path = "/v1/communities",
    tag = "communities",
    params(Idempotency),
    request_body(content = CommunityRequest, example = json!({"name": "Rust Cologne", "links": [{"platform": "discord", "space": "81384788765712384"}]})),
    responses(
        (status = 201, description = "The new community.", body = Community, headers(("Location" = String, description = "Where it can be read")), example = json!(super::example())),
        CreateCommunityProblems,
    ),
)]
pub async fn create_community(
    caller: Caller,
    State(state): State<ApiState>,
    repeat: Idempotency,
    body: StrictJson<CommunityRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let name = fields.name("/name", &body.value.name);
    let links = super::links(&mut fields, "/links", &body.value.links);
    let rules = body.value.rules.as_ref();
    let policy = rules.map(|rules| policy(&mut fields, rules));
    let looks = Looks {
        language: body.value.language.map(Into::into),
        colour: body
            .value
            .colour
            .as_deref()
            .and_then(|text| super::colour(&mut fields, text)),
    };
    let (name, links) = fields.finish(name.zip(links))?;
    let outcome = state
        .service
        .create_community(
            &caller,
            (name, looks),
            links,
            policy.flatten(),
            repeat.claim(&body),
        )
        .await?;
    let location = format!("/v1/communities/{}", outcome.answer.tag);
    Ok(respond::created(outcome, &location))
}
