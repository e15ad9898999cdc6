//! `GET /v1/limits/{limit}`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::limit::Limit;

use crate::http::api::ApiState;
use crate::http::etag::IfNoneMatch;
use crate::http::openapi::problems::problems;
use crate::http::path::{InLimit, Segments};
use crate::http::problem::Problem;
use crate::http::query::StrictQuery;
use crate::service::caller::Caller;
use crate::service::limits::LimitPlace;

problems!(ReadLimitProblems: Read, NotFound);

/// Which version of whose limit.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichLimit {
    /// The community whose limit is meant; left out, that of the whole tenant.
    #[serde(default)]
    #[param(value_type = Option<wire::form::CommunityId>, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: Option<String>,
    /// An earlier version; left out, the one that counts.
    #[serde(default)]
    #[param(minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
}

/// Read a rate limit
///
/// Scope: `limits:read`; for the whole tenant the key is not bound to communities.
#[utoipa::path(
    get,
    path = "/v1/limits/{limit}",
    tag = "limits",
    params(InLimit, WhichLimit, IfNoneMatch),
    responses(
        (status = 200, description = "The limit.", body = Limit, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(super::example())),
        (status = 304, description = "Your copy is right."),
        ReadLimitProblems,
    ),
)]
pub async fn read_limit(
    caller: Caller,
    State(state): State<ApiState>,
    Segments(path): Segments<InLimit>,
    StrictQuery(which): StrictQuery<WhichLimit>,
    seen: IfNoneMatch,
) -> Result<Response, Problem> {
    let place = LimitPlace {
        community: super::community(which.community.as_deref())?,
        name: path.limit,
    };
    let (tag, limit) = state.service.limit(&caller, place, which.version).await?;
    Ok(seen.respond(&tag, &limit))
}
