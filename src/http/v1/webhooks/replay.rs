//! `POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::Delivery;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InDelivery, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReplayDeliveryProblems: PostBare, NotFound);

/// Send a delivery anew
///
/// Under its id, with all tries ahead: one that was given up, or one that arrived and got lost after that. While the webhook is off it waits.
///
/// Scope: `webhooks:write`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/deliveries/{delivery}/replay",
    tag = "webhooks",
    params(InDelivery, Idempotency),
    responses(
        (status = 200, description = "It is on its way.", body = Delivery, example = json!(examples::webhook::replayed())),
        ReplayDeliveryProblems,
    )
)]
pub async fn replay_delivery(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDelivery { webhook, delivery }): Segments<InDelivery>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let which = (webhook, delivery);
    let sent = api.service.replay_delivery(&caller, which, claim).await?;
    Ok(respond::done(sent))
}
