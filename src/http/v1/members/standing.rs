//! `GET /v1/communities/{community}/members/{member}/standing`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::standing::Standing;
use wire::time::Time;

use crate::domain::time::Instant;
use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InMember, Segments};
use crate::http::problem::Problem;
use crate::http::query::{self, StrictQuery};
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadStandingProblems: Read, NotFound, ClockSkew);

/// At which moment.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// The moment, to the second; now, unless given. A past one with what is known now, voids applied; a future one as if
    /// nothing else happened.
    at: Option<Time>,
}

impl Moment {
    /// The moment, within the ledger's years.
    ///
    /// # Errors
    /// `bad_query`.
    pub fn instant(&self) -> Result<Option<Instant>, Problem> {
        self.at.map(|time| query::instant("at", time)).transpose()
    }
}

/// Read a member's standing
///
/// Points, restrictions, and when each will end or drop if nothing else happens. People whom nobody has seen have no points.
///
/// Scope: `cases:read`.
#[utoipa::path(
    get,
    path = "/v1/communities/{community}/members/{member}/standing",
    tag = "standing",
    params(InMember, Moment),
    responses(
        (status = 200, description = "The standing.", body = Standing, example = json!(examples::standing())),
        ReadStandingProblems,
    )
)]
pub async fn read_standing(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InMember { community, member }): Segments<InMember>,
    StrictQuery(moment): StrictQuery<Moment>,
) -> Result<Response, Problem> {
    let at = moment.instant()?;
    let standing = api.service.standing(&caller, community, &member, at).await?;
    Ok(respond::document(&standing))
}
