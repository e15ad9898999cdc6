//! `POST /v1/communities/{community}/appeals/{appeal}/withdraw`

use axum::extract::State;
use axum::response::Response;
use wire::appeal::Appeal;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InAppeal, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(WithdrawAppealProblems: PostBare, NotFound, CommunityArchived, AppealStep);

/// Withdraw an appeal
///
/// For the member, at any time before it is decided.
///
/// Scope: `appeals:file`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/appeals/{appeal}/withdraw",
    tag = "appeals",
    params(InAppeal, Idempotency),
    responses(
        (status = 200, description = "The appeal as it is now.", body = Appeal,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::appeal::withdrawn())),
        WithdrawAppealProblems,
    )
)]
pub async fn withdraw_appeal(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InAppeal { community, appeal }): Segments<InAppeal>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .withdraw_appeal(&caller, (community, appeal), claim)
        .await?;
    Ok(respond::done(outcome))
}
