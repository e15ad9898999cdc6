//! `PATCH /v1/communities/{community}`

use axum::extract::State;
use axum::response::Response;
use wire::community::{Community, CommunityPatch};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UpdateCommunityProblems: Edit, NotFound, CommunityArchived);

/// Rename a community
///
/// What is left out stays.
///
/// Scope: `communities:write`.
#[utoipa::path(
    patch,
    path = "/v1/communities/{community}",
    tag = "communities",
    params(InCommunity, Idempotency),
    request_body(content = CommunityPatch, example = json!({"name": "Rust Cologne e. V."})),
    responses(
        (status = 200, description = "The community as it is now.", body = Community, example = json!(super::example())),
        UpdateCommunityProblems,
    ),
)]
pub async fn update_community(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<CommunityPatch>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let given = body.value.name.as_deref();
    let name = given.and_then(|name| fields.name("/name", name));
    fields.finish(Some(()))?;
    let outcome = state
        .service
        .rename_community(&caller, path.community, name, repeat.claim(&body))
        .await?;
    Ok(respond::done(outcome))
}
