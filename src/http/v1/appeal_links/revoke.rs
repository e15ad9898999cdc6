//! `DELETE /v1/communities/{community}/appeal-links/{appeal_link}`

use axum::extract::State;
use axum::response::Response;
use wire::appeal_link::AppealLink;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppealLink, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(RevokeAppealLinkProblems: PostBare, NotFound);

/// Revoke a link
///
/// It lets nobody in any more, at once and on every server. What was done by it stays. To revoke it again changes nothing.
///
/// Scope: `appeals:link`.
#[utoipa::path(
    delete,
    path = "/v1/communities/{community}/appeal-links/{appeal_link}",
    tag = "appeals",
    params(InAppealLink, Idempotency),
    responses(
        (status = 200, description = "The link, revoked.", body = AppealLink,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal_link::revoked())),
        RevokeAppealLinkProblems,
    )
)]
pub async fn revoke_appeal_link(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppealLink {
        community,
        appeal_link,
    }): Segments<InAppealLink>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let revoked = api
        .service
        .revoke_appeal_link(&caller, (community, appeal_link), claim)
        .await?;
    Ok(respond::done(revoked))
}
