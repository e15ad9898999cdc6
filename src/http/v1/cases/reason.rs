//! `PUT /v1/communities/{community}/cases/{number}/reason`

use axum::extract::State;
use axum::response::Response;
use wire::act::ReasonRequest;
use wire::case::Case;

use crate::http::api::ApiState;
use crate::http::etag::IfMatch;
use crate::http::fields::Fields;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCase, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ChangeReasonProblems: Guarded, NotFound, CommunityArchived, PreconditionRequired, PreconditionFailed, RankTooLow, SelfAction,
    ForbiddenRank);

/// Change a case's reason
///
/// The earlier reason is kept as a revision. Who may act like the case did may also word it.
///
/// Scope: `acts:write`.
#[utoipa::path(
    put,
    path = "/v1/communities/{community}/cases/{number}/reason",
    tag = "cases",
    params(InCase, IfMatch),
    request_body(content = ReasonRequest, example = json!(examples::reason_request())),
    responses(
        (status = 200, description = "The case with its new reason.", body = Case,
            headers(("ETag" = String, description = "Its new version.")), example = json!(examples::reworded_case())),
        ChangeReasonProblems,
    )
)]
pub async fn change_reason(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCase { community, number }): Segments<InCase>,
    seen: IfMatch,
    StrictJson { value, .. }: StrictJson<ReasonRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.reason("/reason", value.reason.as_deref());
    let actor = fields.actor("/actor", value.actor.as_ref());
    fields.finish(Some(()))?;
    let outcome = api
        .service
        .change_reason(&caller, community, number, &seen.tags(), actor, reason)
        .await?;
    Ok(respond::edited(outcome))
}
