//! `POST /v1/webhooks/{webhook}/rotate-secret`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::{RotateRequest, WebhookCreated};

use crate::domain::time::Span;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

/// For how long both secrets sign, in seconds: unless the call says so, and at the most.
const USUAL: i64 = 86_400;
const LONGEST: i64 = 7 * 86_400;

problems!(RotateWebhookSecretProblems: Post, NotFound);

/// Draw another secret
///
/// Deliveries are signed with the new one from now on, and with the one before too until the overlap is over: each then has two signatures, of
/// which a receiver needs one. The new secret is in this answer alone; if it was lost, draw another: secrets from before keep signing for the time that they
/// were given, nine of them at the most.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/rotate-secret",
    tag = "webhooks",
    params(InWebhook, Idempotency),
    request_body(content = RotateRequest, example = json!({"overlap": "PT12H"})),
    responses(
        (status = 200, description = "The webhook with its new secret.", body = WebhookCreated, example = json!(examples::webhook::rotated())),
        RotateWebhookSecretProblems,
    )
)]
pub async fn rotate_webhook_secret(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    repeat: Idempotency,
    body: StrictJson<RotateRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let overlap = match &body.value.overlap {
        Some(given) => fields.duration("/overlap", Some(given)),
        None => Span::new(USUAL).ok(),
    };
    if overlap.is_some_and(|span| span.seconds() > LONGEST) {
        fields.refuse("/overlap", "seven days (604800, P7D) at the most");
    }
    let overlap = fields.finish(overlap)?;
    let claim = repeat.claim(&body);
    let rotated = api
        .service
        .rotate_webhook(&caller, webhook, overlap, claim)
        .await?;
    Ok(respond::done(rotated))
}
