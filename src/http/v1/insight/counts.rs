//! `GET /v1/communities/{community}/counts`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::insight::{CountBy, Counts};
use wire::time::Time;

use crate::http::api::ApiState;
use crate::http::openapi::problems::problems;
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::http::respond;
use crate::http::v1::cases::list::{kind, moderator};
use crate::service::caller::Caller;
use crate::service::insight::CountQuery;

problems!(CountCasesProblems: Read, NotFound);

/// What to count.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CountParams {
    /// By what.
    #[param(inline)]
    by: CountBy,
    /// At or after.
    from: Option<Time>,
    /// Before.
    until: Option<Time>,
    /// Of this kind.
    #[param(value_type = Option<wire::form::KindName>, example = "warn")]
    kind: Option<String>,
    /// By this actor: a user id, `platform:native_id`, a key id (`key_…`), `escalation` or `system`.
    #[param(
        max_length = 161,
        pattern = r##"^(escalation|system|(key|usr)_[0-9a-f]{32}|[a-z][a-z0-9_-]{0,31}:[!"$&-.0->@-~]{1,128})$"##,
        example = "discord:53908232506183680"
    )]
    moderator: Option<String>,
    /// How many groups at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// Count cases
///
/// By moderator, kind, reason or week (Monday to Sunday, UTC), largest first, weeks in order. `cases` are what people and keys did
/// and what still counts; voided acts, lifts, escalations and ends by time are numbers of their own beside them. Reasons are
/// grouped without regard to case and white space. One answer looks at the newest 1 000 000 cases, tells 20 000 groups apart, and
/// says how many cases it did not look at.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/counts",
    tag = "insight",
    params(InCommunity, CountParams),
    responses(
        (status = 200, description = "The counts.", body = Counts, example = json!(super::counts_example())),
        CountCasesProblems,
    )
)]
pub async fn count_cases(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    StrictQuery(asked): StrictQuery<CountParams>,
) -> Result<Response, Problem> {
    let query = CountQuery {
        by: asked.by.into(),
        window: super::window(asked.from, asked.until)?,
        kind: asked.kind.as_deref().map(kind).transpose()?,
        moderator: asked.moderator.as_deref().map(moderator).transpose()?,
        limit: super::bounded("limit", asked.limit, 50, (1, 500))?,
    };
    let counts = api.service.counts(&caller, community, query).await?;
    Ok(respond::document(&counts))
}
