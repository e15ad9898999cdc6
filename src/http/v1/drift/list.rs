//! `GET /v1/communities/{community}/drift`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::DriftPage;

use crate::domain::directive::Effect;
use crate::domain::identity::NativeId;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::DriftFilter;
use crate::service::caller::Caller;

problems!(ListDriftProblems: Page, NotFound);

/// Which differences.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DriftFilters {
    /// Only on this platform.
    #[param(value_type = Option<wire::form::Platform>)]
    platform: Option<String>,
    /// Only in this space.
    #[param(value_type = Option<wire::form::NativeId>)]
    space: Option<String>,
    /// Only of this effect.
    #[param(value_type = Option<wire::word::LastingEffect>, example = "ban")]
    effect: Option<String>,
}

/// List drift
///
/// Where what was observed on platforms is not as desired now, the difference that was found last first: each with what is desired, what was
/// observed, since when it is known, and the latest directive about it, which is `open` while it is still to be carried out. A page may
/// have fewer items than `limit` although another one follows, because what has come right meanwhile is left out.
///
/// Scope: `directives:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/drift",
    tag = "drift",
    params(InCommunity, DriftFilters, PageParams),
    responses(
        (status = 200, description = "A page of differences.", body = DriftPage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::drift::page())),
        ListDriftProblems,
    )
)]
pub async fn list_drift(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<DriftFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let asked = &page.filters;
    let filter = DriftFilter {
        platform: asked.platform.as_deref().map(query::platform).transpose()?,
        space: asked.space.as_deref().map(space).transpose()?,
        effect: asked.effect.as_deref().map(effect).transpose()?,
    };
    let listed = api.service.drifts(&caller, community, &filter, after).await?;
    page.respond(&caller, listed.next, |next_cursor| DriftPage {
        items: listed.items,
        next_cursor,
    })
}

fn space(text: &str) -> Result<NativeId, Problem> {
    NativeId::parse(text).map_err(|why| query::refused("space", &why.to_string()))
}

fn effect(text: &str) -> Result<Effect, Problem> {
    let found = Effect::named(text).filter(|effect| effect.lasts());
    found.ok_or_else(|| query::refused("effect", "one of restrict, mute, ban"))
}
