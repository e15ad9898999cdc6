//! `PUT /v1/limits/{limit}`

use axum::extract::State;
use axum::response::Response;
use wire::limit::{Limit, LimitRequest};

use super::WhoseLimits;
use crate::http::api::ApiState;
use crate::http::etag::PerhapsIfMatch;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InLimit, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::limits::LimitPlace;

problems!(PutLimitProblems: Edit, NotFound, CommunityArchived, TooManyLimits, PreconditionRequired, PreconditionFailed);

/// Write a rate limit
///
/// Makes the limit, or its next version: then If-Match says which version you have read. It counts from the next check on, within seconds
/// on other replicas. What was spent stays spent, unless the algorithm or the period changes: then keys begin afresh. A community's
/// limit comes before the tenant's of the same name where a check names the community.
///
/// Scope: `limits:write`; for the whole tenant the key is not bound to communities.
#[utoipa::path(
    put,
    path = "/v1/limits/{limit}",
    tag = "limits",
    params(InLimit, WhoseLimits, PerhapsIfMatch, Idempotency),
    request_body(content = LimitRequest, example = json!(super::request())),
    responses(
        (status = 200, description = "The new version.", body = Limit, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(super::example())),
        (status = 201, description = "The new limit.", body = Limit, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match"), ("Location" = String, description = "Where it can be read")), example = json!(super::example())),
        PutLimitProblems,
    ),
)]
pub async fn put_limit(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InLimit>,
    StrictQuery(whose): StrictQuery<WhoseLimits>,
    if_match: PerhapsIfMatch,
    repeat: Idempotency,
    body: StrictJson<LimitRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let comment = fields.comment("/comment", body.value.comment.as_deref());
    fields.finish(Some(()))?;
    let place = LimitPlace {
        community: super::community(whose.community.as_deref())?,
        name: path.limit,
    };
    let expected = if_match.version()?;
    let claim = repeat.claim(&body);
    let limit = (&body.value, comment);
    let outcome = state
        .service
        .put_limit(&caller, place, expected, limit, claim)
        .await?;
    if expected.is_some() {
        return Ok(respond::edited(outcome));
    }
    let query = whose
        .community
        .map(|id| format!("?community={id}"))
        .unwrap_or_default();
    Ok(respond::created_edited(
        outcome,
        &format!("/v1/limits/{}{query}", place.name),
    ))
}
