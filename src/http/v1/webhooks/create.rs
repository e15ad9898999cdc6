//! `POST /v1/webhooks`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::{WebhookCreated, WebhookRequest};

use super::{communities, kinds, platform, target};
use crate::domain::webhook::Selection;
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::position;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::webhooks::WebhookOrder;

/// What a field wants that holds no position.
const NO_POSITION: &str = "a position is a number such as \"42\": digits alone";

problems!(CreateWebhookProblems: Post, TooManyWebhooks, BadCursor, EventsGone);

/// Make a webhook
///
/// Events are posted to its address as they happen, each as a request of its own, signed after the Standard Webhooks. The secret is in this
/// answer and in no other: if the answer was lost, a repeat under the same `Idempotency-Key` has `null` in its place, and another secret can be
/// drawn. Needs a key that is not bound to communities.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "webhooks",
    params(Idempotency),
    request_body(content = WebhookRequest, example = json!(examples::webhook::request())),
    responses(
        (status = 201, description = "Events are sent from now on.", body = WebhookCreated,
            headers(
                ("Location" = String, description = "The webhook."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::webhook::created())),
        CreateWebhookProblems,
    )
)]
pub async fn create_webhook(
    caller: Caller,
    State(api): State<ApiState>,
    repeat: Idempotency,
    body: StrictJson<WebhookRequest>,
) -> Result<Response, Problem> {
    let order = read(&body.value)?;
    let claim = repeat.claim(&body);
    let made = api.service.create_webhook(&caller, order, claim).await?;
    let location = format!("/v1/webhooks/{}", made.answer.tag);
    Ok(respond::created(made, &location))
}

/// What a request describes, or everything that is wrong with it.
fn read(request: &WebhookRequest) -> Result<WebhookOrder, Problem> {
    let mut fields = Fields::default();
    let to = target(&mut fields, &request.url);
    let given = request.description.as_deref();
    let description = given.and_then(|text| fields.name("/description", text));
    let selection = Selection {
        kinds: request.types.as_deref().map(|all| kinds(&mut fields, all)),
        communities: request
            .communities
            .as_deref()
            .map(|all| communities(&mut fields, all)),
        platform: request
            .platform
            .as_deref()
            .and_then(|name| platform(&mut fields, name)),
    };
    let after = request.after.as_deref();
    let after = after.and_then(|text| fields.take("/after", position::parse(text).ok_or(NO_POSITION)));
    fields.finish(to.map(|target| WebhookOrder {
        target,
        description,
        selection,
        after,
    }))
}
