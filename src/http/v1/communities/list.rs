//! `GET /v1/communities`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::CommunityPage;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::page::{PageParams, Paged};
use crate::http::path::parse_link;
use crate::http::problem::{Code, Problem};
use crate::service::caller::Caller;

problems!(ListCommunitiesProblems: Page);

/// Which communities to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommunityFilter {
    /// Only the one that is linked to this space: `platform:space`.
    #[param(value_type = Option<wire::form::IdentityText>, example = "discord:81384788765712384")]
    pub link: Option<String>,
    /// Archived ones too.
    #[serde(default)]
    pub archived: bool,
}

/// List the communities
///
/// Oldest first, and without those that are archived unless asked for; a key that is bound to communities sees these alone. With `link` the list has the one community that is linked to
/// that space, or none.
///
/// Scope: `communities:read`.
#[utoipa::path(
    get,
    path = "/v1/communities",
    tag = "communities",
    params(CommunityFilter, PageParams),
    responses(
        (status = 200, description = "A page of communities.", body = CommunityPage, example = json!({"items": [super::example()], "next_cursor": null})),
        ListCommunitiesProblems,
    ),
)]
pub async fn list_communities(
    caller: Caller,
    State(state): State<ApiState>,
    page: Paged<CommunityFilter>,
) -> Result<Response, Problem> {
    let link = match page.filters.link.as_deref() {
        None => None,
        Some(text) => Some(parse_link(text).ok_or_else(|| {
            Problem::new(Code::BadQuery)
                .detail("The parameter link is platform:space, such as discord:81384788765712384.")
        })?),
    };
    let found = state
        .service
        .communities(
            &caller,
            link.as_ref(),
            page.filters.archived,
            page.after(&caller)?,
        )
        .await?;
    let items = found.items;
    page.respond(&caller, found.next, |next_cursor| CommunityPage {
        items,
        next_cursor,
    })
}
