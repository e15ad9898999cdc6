//! `DELETE /v1/webhooks/{webhook}`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::Webhook;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(DeleteWebhookProblems: PostBare, NotFound);

/// Delete a webhook
///
/// Nothing is sent to it any more, and its deliveries are gone with it. To keep them, turn it off.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{webhook}",
    tag = "webhooks",
    params(InWebhook, Idempotency),
    responses(
        (status = 200, description = "The webhook as it was.", body = Webhook, example = json!(examples::webhook::webhook())),
        DeleteWebhookProblems,
    )
)]
pub async fn delete_webhook(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let deleted = api.service.delete_webhook(&caller, webhook, claim).await?;
    Ok(respond::done(deleted))
}
