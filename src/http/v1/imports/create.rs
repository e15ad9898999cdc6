//! `POST /v1/communities/{community}/imports`: acts of another bot's records.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::import::{ImportReport, ImportedAct};

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::imports::Reader;
use crate::http::ndjson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ImportActsProblems: Post, NotFound, BadQuery, CommunityArchived, TooManyImports);

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportParams {
    /// Check everything, say what would become of it, and write nothing.
    #[param(default = false)]
    dry_run: Option<bool>,
}

/// Import acts
///
/// Acts of another bot's records, one line each (NDJSON), at most 64 MiB: all of them, or none. Every line that cannot be taken is
/// named with its number. Cases get the next numbers in the order of their moments, points decay as if they had been there, and
/// latches are set, but nothing fires: the log gets one event. A record (`source` and `external_id`) that is there already stays
/// as it is, so the same file can be sent again. Other acts in the community wait meanwhile. docs/import.md says more.
///
/// Scope: `history:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/imports",
    tag = "history",
    params(InCommunity, ImportParams, Idempotency),
    request_body(content = ImportedAct, content_type = "application/x-ndjson", description = "Lines, each an act.",
        example = json!(examples::import_lines())),
    responses(
        (status = 200, description = "It was done, or would be (`dry_run`).", body = ImportReport,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::import_report())),
        ImportActsProblems,
    )
)]
pub async fn import_acts(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    StrictQuery(params): StrictQuery<ImportParams>,
    repeat: Idempotency,
    request: Request,
) -> Result<Response, Problem> {
    let intake = api.service.may_import(&caller, community).await?;
    let mut reader = Reader::default();
    let digest = ndjson::read(request, ndjson::LARGEST, |piece| Ok(reader.feed(piece)?)).await?;
    let acts = reader.finish()?;
    let dry_run = params.dry_run.unwrap_or_default();
    let claim = if dry_run {
        None
    } else {
        repeat.claim_of_digest(&digest)
    };
    let outcome = api
        .service
        .import(&caller, intake, community, acts, dry_run, claim)
        .await?;
    Ok(respond::done(outcome))
}
