//! `GET /v1/events`

use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::page::EventPage;

use super::filter;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::page::{self, check_limit};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::After;
use crate::service::caller::Caller;
use crate::service::events::Stretch;

problems!(ListEventsProblems: Page, EventsGone, NotFound);

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventFilters {
    /// After this position: `next_cursor` of an earlier answer, or an event's id. From the beginning, unless given. A position
    /// beyond the log's end is refused.
    #[param(max_length = 20, pattern = "^[0-9]+$", example = "42")]
    after: Option<String>,
    /// How many events at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Only of this community.
    #[param(value_type = Option<wire::form::CommunityId>)]
    community: Option<String>,
    /// Only of communities that are linked to a space of this platform.
    #[param(value_type = Option<wire::form::Platform>)]
    platform: Option<String>,
    /// Only of these types, separated by commas.
    #[serde(rename = "type")]
    #[param(required = false, style = Form, explode = false, value_type = Vec<wire::form::EventType>, min_items = 1, max_items = 100, example = json!(["case.created", "case.voided"]))]
    types: Option<String>,
}

/// Read events
///
/// In the order in which they happened. Keep `next_cursor` and ask again later: whoever goes on from there misses nothing that is kept. What a
/// community forgets sooner than others leaves gaps, which `missed_up_to` tells; after a position behind which nothing is kept, the answer
/// is `410 events_gone`. A key that is bound to communities sees the events of those alone.
///
/// Scope: `events:read`.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(EventFilters),
    responses(
        (status = 200, description = "A stretch of the log.", body = EventPage,
            headers(("Link" = String, description = "What comes next, as `rel=\"next\"`, if there was more already.")), example = json!(examples::event_page())),
        ListEventsProblems,
    )
)]
pub async fn list_events(
    caller: Caller,
    State(api): State<ApiState>,
    uri: Uri,
    StrictQuery(filters): StrictQuery<EventFilters>,
) -> Result<Response, Problem> {
    let page = After {
        after: filters.after.as_deref().map(filter::position).transpose()?,
        limit: check_limit(filters.limit)?,
    };
    let query = filter::events(
        filters.community.as_deref(),
        filters.types.as_deref(),
        filters.platform.as_deref(),
    )?;
    let stretch = api.service.events(&caller, query, page).await?;
    let mut response = respond::document(&stretch);
    if let Some(link) = link(&uri, page.limit, &stretch) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

/// Where the log goes on, with the same filters, if there was more already. Whoever follows these comes to the end and stops.
fn link(uri: &Uri, limit: u32, stretch: &Stretch) -> Option<HeaderValue> {
    let is_filter =
        |pair: &&str| !pair.is_empty() && !pair.starts_with("after=") && !pair.starts_with("limit=");
    let pairs = uri.query().unwrap_or_default().split('&');
    let filters: Vec<&str> = pairs.filter(is_filter).collect();
    let at = ("after", stretch.next_cursor.as_str());
    stretch
        .has_more
        .then(|| page::next(uri.path(), &filters.join("&"), limit, at))?
}
