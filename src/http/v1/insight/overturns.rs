//! `GET /v1/communities/{community}/overturns`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::appeal::Overturns;
use wire::time::Time;
use wire::word::OverturnBy;

use crate::domain::appeal::By;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::service::appeals::OverturnQuery;
use crate::service::caller::Caller;

problems!(CountOverturnsProblems: Read, NotFound);

/// What to count.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OverturnParams {
    /// By what.
    #[param(inline)]
    by: OverturnBy,
    /// Decided at or after.
    from: Option<Time>,
    /// Decided before.
    until: Option<Time>,
    /// How many groups at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Count how often appeals changed something
///
/// By who acted, by the rule or rung that did, or by the reason of the case; those that changed most first. An appeal changed something where its case was reduced,
/// replaced or voided. One answer looks at the newest 100 000 decided appeals.
///
/// Scope: `appeals:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/overturns",
    tag = "insight",
    params(InCommunity, OverturnParams),
    responses(
        (status = 200, description = "The counts.", body = Overturns, example = json!(examples::appeal::overturns())),
        CountOverturnsProblems,
    )
)]
pub async fn count_overturns(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    StrictQuery(asked): StrictQuery<OverturnParams>,
) -> Result<Response, Problem> {
    let query = OverturnQuery {
        by: match asked.by {
            OverturnBy::Moderator => By::Moderator,
            OverturnBy::Rule => By::Rule,
            OverturnBy::Reason => By::Reason,
        },
        window: super::window(asked.from, asked.until)?,
        limit: super::bounded("limit", asked.limit, 50, (1, 500))?,
    };
    let counts = api.service.overturns(&caller, community, query).await?;
    Ok(respond::document(&counts))
}
