//! `POST /v1/communities/{community}/notices/{notice}/acknowledge`

use axum::extract::State;
use axum::response::Response;
use wire::notice::Notice;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InNotice, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(AcknowledgeNoticeProblems: PostBare, NotFound);

/// Acknowledge a notice
///
/// For the member, who has read it: however it came to them. To say so again changes nothing.
///
/// Scope: `notices:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/notices/{notice}/acknowledge",
    tag = "notices",
    params(InNotice, Idempotency),
    responses(
        (status = 200, description = "The notice as it is now.", body = Notice,
            headers(("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat.")),
            example = json!(examples::notice::acknowledged())),
        AcknowledgeNoticeProblems,
    )
)]
pub async fn acknowledge_notice(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InNotice { community, notice }): Segments<InNotice>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let outcome = api
        .service
        .acknowledge_notice(&caller, (community, notice), claim)
        .await?;
    Ok(respond::done(outcome))
}
