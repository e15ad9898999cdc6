//! `DELETE /v1/limits/{limit}`

use axum::extract::State;
use axum::response::Response;
use wire::limit::Limit;

use super::WhoseLimits;
use crate::http::api::ApiState;
use crate::http::etag::IfMatch;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::problems::problems;
use crate::http::path::{InLimit, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::limits::LimitPlace;

problems!(DeleteLimitProblems: PostBare, NotFound, CommunityArchived, PreconditionRequired, PreconditionFailed);

/// Delete a rate limit
///
/// With all its versions. Checks that name it are refused from then on, within seconds on other replicas. One that is made again under
/// the same name counts afresh.
///
/// Scope: `limits:write`; for the whole tenant the key is not bound to communities.
#[utoipa::path(
    delete,
    path = "/v1/limits/{limit}",
    tag = "limits",
    params(InLimit, WhoseLimits, IfMatch, Idempotency),
    responses(
        (status = 200, description = "The limit as it was.", body = Limit, example = json!(super::example())),
        DeleteLimitProblems,
    ),
)]
pub async fn delete_limit(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InLimit>,
    StrictQuery(whose): StrictQuery<WhoseLimits>,
    if_match: IfMatch,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let place = LimitPlace {
        community: super::community(whose.community.as_deref())?,
        name: path.limit,
    };
    let (expected, claim) = (if_match.version()?, repeat.claim_bodiless());
    let outcome = state
        .service
        .delete_limit(&caller, place, expected, claim)
        .await?;
    Ok(respond::done(outcome))
}
