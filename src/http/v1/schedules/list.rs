//! `GET /v1/communities/{community}/schedules`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::SchedulePage;

use crate::domain::schedule::{State as Stand, TaskKind};
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{PageParams, Paged};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query;
use crate::service::caller::Caller;
use crate::service::schedules::ScheduleQuery;

problems!(ListSchedulesProblems: Page, NotFound);

/// Which schedules.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScheduleFilters {
    /// Only those in this state.
    #[param(value_type = Option<wire::word::ScheduleState>, example = "active")]
    state: Option<String>,
    /// Only acts, or only reminders.
    #[param(value_type = Option<wire::word::ScheduleKind>, example = "reminder")]
    kind: Option<String>,
    /// Only upon or about this member: a user's id, or `platform:native_id`.
    #[param(value_type = Option<wire::form::Person>, example = "discord:80351110224678912")]
    member: Option<String>,
}

/// List schedules
///
/// Newest first. Each says when it runs next, and what its last run came to. A schedule is kept for 30 days after it ended.
///
/// Scope: `schedules:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/schedules",
    tag = "schedules",
    params(InCommunity, ScheduleFilters, PageParams),
    responses(
        (status = 200, description = "A page of schedules.", body = SchedulePage,
            headers(("Link" = String, description = "The next page, as `rel=\"next\"`.")), example = json!(examples::schedule::page())),
        ListSchedulesProblems,
    )
)]
pub async fn list_schedules(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    page: Paged<ScheduleFilters>,
) -> Result<Response, Problem> {
    let after = page.after(&caller)?;
    let asked = &page.filters;
    let query = ScheduleQuery {
        state: asked.state.as_deref().map(stand).transpose()?,
        kind: asked.kind.as_deref().map(kind).transpose()?,
        member: asked
            .member
            .as_deref()
            .map(|member| query::person("member", member))
            .transpose()?,
    };
    let listed = api.service.schedules(&caller, community, query, after).await?;
    page.respond(&caller, listed.next, |next_cursor| SchedulePage {
        items: listed.items,
        next_cursor,
    })
}

fn stand(text: &str) -> Result<Stand, Problem> {
    let all: Vec<&str> = Stand::ALL.iter().map(|state| state.name()).collect();
    Stand::named(text).ok_or_else(|| query::refused("state", &format!("one of {}", all.join(", "))))
}

fn kind(text: &str) -> Result<TaskKind, Problem> {
    TaskKind::named(text).ok_or_else(|| query::refused("kind", "act or reminder"))
}
