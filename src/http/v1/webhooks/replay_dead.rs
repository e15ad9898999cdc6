//! `POST /v1/webhooks/{webhook}/replay`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::{ReplayRequest, Replayed};

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::problems::problems;
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

/// The most that one request sends anew.
const MOST: u32 = 1_000;

problems!(ReplayDeadDeliveriesProblems: Post, NotFound);

/// Send anew what was given up
///
/// The oldest first, each under its id and with all tries ahead.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/replay",
    tag = "webhooks",
    params(InWebhook, Idempotency),
    request_body(content = ReplayRequest, example = json!({"limit": 100})),
    responses(
        (status = 200, description = "They are on their way.", body = Replayed, example = json!({"replayed": 12})),
        ReplayDeadDeliveriesProblems,
    )
)]
pub async fn replay_dead_deliveries(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    repeat: Idempotency,
    body: StrictJson<ReplayRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let given = body.value.limit.map_or(Ok(MOST), u32::try_from).ok();
    let limit = given.filter(|limit| (1..=MOST).contains(limit));
    let limit = fields.take("/limit", limit.ok_or(format!("1 to {MOST}")));
    let limit = fields.finish(limit)?;
    let claim = repeat.claim(&body);
    let sent = api.service.replay_dead(&caller, webhook, limit, claim).await?;
    Ok(respond::done(sent))
}
