//! `PATCH /v1/communities/{community}`

use axum::extract::State;
use axum::response::Response;
use wire::community::{Community, CommunityPatch};
use wire::duration::Duration;

use crate::domain::time::Span;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::LooksChange;
use crate::service::caller::Caller;

/// The shortest time for which events are kept, in seconds.
const SHORTEST: i64 = 86_400;

problems!(UpdateCommunityProblems: Edit, NotFound, CommunityArchived);

/// Change a community
///
/// Its name, for how long its events are kept, or how it presents itself to members: the language in which it speaks to those of whom it does not know
/// theirs, and the colour of its pages. What is left out stays.
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
    let retention = body.value.event_retention.as_ref();
    let retention = retention.map(|given| given.as_ref().and_then(|given| kept(&mut fields, given)));
    let colour = body.value.colour.as_ref();
    let looks = LooksChange {
        language: body.value.language.map(|given| given.map(Into::into)),
        colour: colour.map(|given| given.as_deref().and_then(|text| super::colour(&mut fields, text))),
    };
    fields.finish(Some(()))?;
    let outcome = state
        .service
        .update_community(
            &caller,
            path.community,
            (name, looks),
            retention,
            repeat.claim(&body),
        )
        .await?;
    Ok(respond::done(outcome))
}

/// For how long events are kept: readers need a day to come back after they were away.
fn kept(fields: &mut Fields, given: &Duration) -> Option<Span> {
    let span = match given {
        Duration::Seconds(seconds) => Span::new(*seconds),
        Duration::Iso(text) => Span::parse_iso(text),
    };
    let span = span.ok().filter(|span| span.seconds() >= SHORTEST);
    if span.is_none() {
        let form = "a day (86400, P1D) at the least and 3650 days at the most; null for as long as the server keeps events";
        fields.refuse("/event_retention", form);
    }
    span
}
