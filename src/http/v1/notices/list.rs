//! `GET /v1/communities/{community}/notices`

use std::ops::RangeInclusive;

use axum::extract::State as Api;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::NoticePage;

use crate::domain::notice::State;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::NoticeFilter;
use crate::service::caller::Caller;

/// Which numbers cases have: what JSON readers everywhere can hold.
const NUMBERS: RangeInclusive<i64> = 1..=9_007_199_254_740_991;

problems!(ListNoticesProblems: Page, NotFound);

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeFilters {
    /// In this state.
    #[param(value_type = Option<wire::word::NoticeState>, example = "queued")]
    state: Option<String>,
    /// About the case of this number.
    #[param(value_type = Option<wire::form::CaseNumber>, example = 12)]
    case: Option<i64>,
}

/// List notices
///
/// Newest first.
///
/// Scope: `notices:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/notices",
    tag = "notices",
    params(InCommunity, NoticeFilters, PageParams),
    responses(
        (status = 200, description = "A page of notices.", body = NoticePage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::notice::page())),
        ListNoticesProblems,
    )
)]
pub async fn list_notices(
    caller: Caller,
    Api(api): Api<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<NoticeFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let state = page.filters.state.as_deref().map(state).transpose()?;
    if page.filters.case.is_some_and(|case| !NUMBERS.contains(&case)) {
        return Err(query::refused(
            "case",
            "the number of a case, from 1 to 9007199254740991",
        ));
    }
    let filter = NoticeFilter {
        state,
        case: page.filters.case,
    };
    let listed = api.service.notices(&caller, community, filter, after).await?;
    page.respond(&caller, listed.next, |next_cursor| NoticePage {
        items: listed.items,
        next_cursor,
    })
}

fn state(text: &str) -> Result<State, Problem> {
    let names = State::ALL.map(State::name).join(", ");
    State::named(text).ok_or_else(|| query::refused("state", &format!("one of {names}")))
}
