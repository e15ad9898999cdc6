//! `GET /v1/directives/stream`

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::directive::Directive;

use super::{LEASE, seconds};
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::problem::Problem;
use crate::http::query::{self, StrictQuery};
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::directives::{Next, Work};

problems!(StreamDirectivesProblems: Read, NotFound, TooManyReaders);

/// How many directives are taken at once: no more than a relay carries out within a short lease.
const AT_ONCE: u32 = 20;

/// What to take.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamParameters {
    /// The platform that the relay serves.
    #[param(value_type = wire::form::Platform, example = "discord")]
    platform: String,
    /// Only of this community.
    #[param(value_type = Option<wire::form::CommunityId>)]
    community: Option<String>,
    /// For how many seconds nobody else is given a directive.
    #[param(minimum = 5, maximum = 600, default = 30)]
    lease: Option<i64>,
}

/// Follow directives
///
/// A stream without an end (`text/event-stream`) of the directives of a platform, each as soon as it is due, as an event `directive` with
/// the directive as `data`. It is in the reader's hands from then on, for `lease` seconds: post a receipt by then, or it is handed out again, to
/// anybody. So several relays may follow at a time, and nothing is lost with any of them. Every 15 seconds without one there is a comment.
///
/// Scope: `directives:work`.
#[utoipa::path(
    get,
    path = "/v1/directives/stream",
    tag = "directives",
    params(StreamParameters),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream",
            example = json!(examples::directive::stream())),
        StreamDirectivesProblems,
    )
)]
pub async fn stream_directives(
    caller: Caller,
    State(api): State<ApiState>,
    StrictQuery(asked): StrictQuery<StreamParameters>,
) -> Result<Response, Problem> {
    let (usual, bounds) = LEASE;
    let lease = asked.lease.unwrap_or(usual);
    if !bounds.contains(&lease) {
        return Err(query::refused(
            "lease",
            &format!("seconds from {} to {}", bounds.start(), bounds.end()),
        ));
    }
    let work = Work {
        platform: query::platform(&asked.platform)?,
        community: asked.community.as_deref().map(query::community).transpose()?,
        limit: AT_ONCE,
        lease: seconds(lease),
    };
    let shift = api.service.begin_shift(&caller, work).await?;
    let text = stream::unfold((shift, true), async |(mut shift, first)| {
        if first {
            return Some((
                Ok::<_, Infallible>(Bytes::from_static(b"retry: 1000\n\n")),
                (shift, false),
            ));
        }
        let text = match shift.next().await? {
            Next::Work(found) => found.iter().map(message).collect::<String>().into(),
            Next::Quiet => Bytes::from_static(b": still here\n\n"),
        };
        Some((Ok(text), (shift, false)))
    });
    Ok(respond::stream(Body::from_stream(text)))
}

fn message(directive: &Directive) -> String {
    // A document of texts and numbers can always be written.
    let document = serde_json::to_string(directive).unwrap_or_default();
    format!("event: directive\ndata: {document}\n\n")
}
