//! `PATCH /v1/webhooks/{webhook}`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::{Webhook, WebhookPatch};
use wire::word::Switch;

use super::{communities, kinds, platform, target};
use crate::domain::webhook::Edit;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InWebhook, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(UpdateWebhookProblems: Edit, NotFound);

/// Change a webhook
///
/// Its address, which events it is sent, or whether it is sent any. What is left out stays. A webhook that is turned on again goes on where it
/// stopped, as far back as events are kept.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{webhook}",
    tag = "webhooks",
    params(InWebhook, Idempotency),
    request_body(content = WebhookPatch, example = json!({"types": ["case.created", "sanction.ended"]})),
    responses(
        (status = 200, description = "The webhook as it is now.", body = Webhook, example = json!(examples::webhook::webhook())),
        UpdateWebhookProblems,
    )
)]
pub async fn update_webhook(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InWebhook { webhook }): Segments<InWebhook>,
    repeat: Idempotency,
    body: StrictJson<WebhookPatch>,
) -> Result<Response, Problem> {
    let edit = read(&body.value)?;
    let claim = repeat.claim(&body);
    let changed = api.service.update_webhook(&caller, webhook, edit, claim).await?;
    Ok(respond::done(changed))
}

/// What a patch describes, or everything that is wrong with it.
fn read(patch: &WebhookPatch) -> Result<Edit, Problem> {
    let mut fields = Fields::default();
    let given = patch.url.as_deref();
    let target = given.and_then(|url| target(&mut fields, url));
    let description = patch.description.as_ref().map(|given| {
        given
            .as_deref()
            .and_then(|text| fields.name("/description", text))
    });
    let kinds = patch
        .types
        .as_ref()
        .map(|given| given.as_deref().map(|all| kinds(&mut fields, all)));
    let communities = patch
        .communities
        .as_ref()
        .map(|given| given.as_deref().map(|all| communities(&mut fields, all)));
    let platform = patch
        .platform
        .as_ref()
        .map(|given| given.as_deref().and_then(|name| platform(&mut fields, name)));
    fields.finish(Some(Edit {
        target,
        description,
        kinds,
        communities,
        platform,
        active: patch.state.map(|state| state == Switch::Active),
    }))
}
