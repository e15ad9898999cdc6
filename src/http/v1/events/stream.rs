//! `GET /v1/events/stream`

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::filter;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::problem::{Code, Problem};
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::feed::Follow;

problems!(StreamEventsProblems: Read, BadCursor, EventsGone, NotFound, TooManyReaders);

/// The header with which a reader that was cut off says where it was.
const LAST: &str = "last-event-id";

/// What to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamFilters {
    /// After this position: an event's id, or `next_cursor` of `GET /v1/events`. From now on, unless given. The header `Last-Event-ID`, which
    /// clients of such streams send when they come back, goes before it.
    #[param(max_length = 20, pattern = "^[0-9]+$", example = "42")]
    after: Option<String>,
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

/// Follow events
///
/// A stream without an end (`text/event-stream`, as `EventSource` reads it): first the position where it begins, then each event as
/// soon as it is committed, with its position as `id`, its type as `event`, and the document that `GET /v1/events` has of it as `data`. Every 15 seconds
/// without one there is a comment, with the position up to which there was nothing to tell. Whoever is cut off (the server stops, the reader was too
/// slow, the key is no longer good) comes back with `Last-Event-ID` and misses nothing.
///
/// Scope: `events:read`.
#[utoipa::path(
    get,
    path = "/v1/events/stream",
    tag = "events",
    params(StreamFilters, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event, or position, that the reader was given.",
        max_length = 20, pattern = "^[0-9]+$", example = "42")),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream", example = json!(examples::event_stream())),
        StreamEventsProblems,
    )
)]
pub async fn stream_events(
    caller: Caller,
    State(api): State<ApiState>,
    headers: HeaderMap,
    StrictQuery(filters): StrictQuery<StreamFilters>,
) -> Result<Response, Problem> {
    let last = headers.get(LAST).filter(|value| !value.is_empty());
    let last = last.map(|value| value.to_str().map_err(|_| Code::BadCursor));
    let from = match last.transpose()?.or(filters.after.as_deref()) {
        Some(after) => Follow::After(filter::position(after)?),
        None => Follow::Now,
    };
    let query = filter::events(
        filters.community.as_deref(),
        filters.types.as_deref(),
        filters.platform.as_deref(),
    )?;
    let reader = api.service.follow_events(&caller, query, from).await?;
    let text = stream::unfold(reader, async |mut reader| {
        let text = reader.next().await?;
        Some((Ok::<_, Infallible>(text), reader))
    });
    Ok(respond::stream(Body::from_stream(text)))
}
