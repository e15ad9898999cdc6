//! `GET /v1/webhooks/{webhook}`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::Webhook;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadWebhookProblems: Read, NotFound);

/// Read a webhook
///
/// With how its tries have gone; without its secret.
///
/// Scope: `webhooks:read`.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhook}",
    tag = "webhooks",
    params(InWebhook),
    responses(
        (status = 200, description = "The webhook.", body = Webhook, example = json!(examples::webhook::failing())),
        ReadWebhookProblems,
    )
)]
pub async fn read_webhook(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
) -> Result<Response, Problem> {
    let found = api.service.webhook(&caller, webhook).await?;
    Ok(respond::document(&found))
}
