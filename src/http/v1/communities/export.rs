//! `GET /v1/communities/{community}/export`: a whole community as lines.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ExportCommunityProblems: Read, NotFound);

/// Export a community
///
/// Everything that is kept of it, as it stands at one moment, in lines (NDJSON): policies, people, members, cases with their
/// earlier reasons, sanctions. The first line says what the file is, the last one has the number and the digest of the lines before
/// it; without that line the file is cut off. Links and events are not in it. docs/export.md says more.
///
/// Scope: `history:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/export",
    tag = "history",
    params(InCommunity),
    responses(
        (status = 200, description = "The lines.", body = String, content_type = "application/x-ndjson",
            example = json!(examples::export_lines())),
        ExportCommunityProblems,
    )
)]
pub async fn export_community(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
) -> Result<Response, Problem> {
    let lines = api.service.export(&caller, community).await?;
    let pieces = stream::unfold(lines, async |mut lines| {
        let line = lines.recv().await?;
        // An error breaks the answer off, so that nobody takes it for whole.
        Some((line.map(Bytes::from), lines))
    });
    Ok(respond::lines(Body::from_stream(pieces)))
}
