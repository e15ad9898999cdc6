//! `GET /v1/directives`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::DirectivePage;

use crate::domain::directive::State as Stand;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;
use crate::service::directives::DirectiveQuery;

problems!(ListDirectivesProblems: Page, NotFound);

/// Which directives.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DirectiveFilters {
    /// Only of this community.
    #[param(value_type = Option<wire::form::CommunityId>)]
    community: Option<String>,
    /// Only about this member: a user's id, or `platform:native_id`.
    #[param(value_type = Option<wire::form::Person>, example = "discord:80351110224678912")]
    member: Option<String>,
    /// Only on this platform.
    #[param(value_type = Option<wire::form::Platform>)]
    platform: Option<String>,
    /// Only those that stand so.
    #[param(value_type = Option<wire::word::DirectiveState>, example = "failed")]
    state: Option<String>,
}

/// List directives
///
/// Newest first: what platforms are to do, did, or could not do. `state=open` are those still to be carried out, `failed`, `unsupported` and
/// `unreachable` those that were given up.
///
/// Scope: `directives:read`.
#[utoipa::path(
    get,
    path = "/v1/directives",
    tag = "directives",
    params(DirectiveFilters, PageParams),
    responses(
        (status = 200, description = "A page of directives.", body = DirectivePage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::directive::page())),
        ListDirectivesProblems,
    )
)]
pub async fn list_directives(
    caller: Caller,
    State(api): State<ApiState>,
    page: Paged<DirectiveFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let asked = &page.filters;
    let query = DirectiveQuery {
        community: asked.community.as_deref().map(query::community).transpose()?,
        member: asked
            .member
            .as_deref()
            .map(|member| query::person("member", member))
            .transpose()?,
        platform: asked.platform.as_deref().map(query::platform).transpose()?,
        state: asked.state.as_deref().map(stand).transpose()?,
    };
    let listed = api.service.directives(&caller, query, after).await?;
    page.respond(&caller, listed.next, |next_cursor| DirectivePage {
        items: listed.items,
        next_cursor,
    })
}

fn stand(text: &str) -> Result<Stand, Problem> {
    let all: Vec<&str> = Stand::ALL.into_iter().map(Stand::name).collect();
    Stand::named(text).ok_or_else(|| query::refused("state", &format!("one of {}", all.join(", "))))
}
