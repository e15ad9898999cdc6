//! `GET /v1/communities/{community}/consistency`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::insight::Consistency;
use wire::time::Time;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::insight::ConsistencyQuery;

problems!(ReadConsistencyProblems: Read, NotFound);

/// What to report on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyParams {
    /// At or after.
    from: Option<Time>,
    /// Before.
    until: Option<Time>,
    /// How many acts a reason needs to be looked at.
    #[param(minimum = 2, maximum = 1_000, default = 3)]
    min_cases: Option<u32>,
    /// How many reasons at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// Compare what was done for the same reason
///
/// For each reason that several acts gave: which kinds and durations moderators chose, how often and who, and the newest cases of
/// each. Least agreement comes first: `agreement_percent` is the share of the most frequent outcome, so 100 means that all were
/// treated alike. Looked at are acts by people and keys that count; notes, lifts, escalations, ends by time and voided acts are
/// not. Reasons are grouped without regard to case and white space. One answer looks at the newest 1 000 000 cases, tells 20 000
/// combinations of reason, outcome and moderator apart, and says how many cases it did not look at.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/consistency",
    tag = "insight",
    params(InCommunity, ConsistencyParams),
    responses(
        (status = 200, description = "The report.", body = Consistency, example = json!(super::consistency_example())),
        ReadConsistencyProblems,
    )
)]
pub async fn read_consistency(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    StrictQuery(asked): StrictQuery<ConsistencyParams>,
) -> Result<Response, Problem> {
    let query = ConsistencyQuery {
        window: super::window(asked.from, asked.until)?,
        min_cases: super::bounded("min_cases", asked.min_cases, 3, (2, 1_000))?,
        limit: super::bounded("limit", asked.limit, 20, (1, 100))?,
    };
    let report = api.service.consistency(&caller, community, query).await?;
    Ok(respond::document(&report))
}
