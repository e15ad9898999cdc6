//! `POST /v1/webhooks/{webhook}/test`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::Delivery;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(TestWebhookProblems: PostBare, NotFound, WebhookOff);

/// Send a test
///
/// A message of the type `webhook.test` is sent at once, before everything that waits, and once: read the delivery to see what came of it.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/test",
    tag = "webhooks",
    params(InWebhook, Idempotency),
    responses(
        (status = 202, description = "It is on its way.", body = Delivery,
            headers(("Location" = String, description = "The delivery.")), example = json!(examples::webhook::test())),
        TestWebhookProblems,
    )
)]
pub async fn test_webhook(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let sent = api.service.test_webhook(&caller, webhook, claim).await?;
    let location = format!("/v1/webhooks/{webhook}/deliveries/{}", sent.answer.tag);
    Ok(respond::accepted(sent, &location))
}
