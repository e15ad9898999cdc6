//! `GET /v1/webhooks/{webhook}/deliveries/{delivery}`

use axum::extract::State;
use axum::response::Response;
use wire::webhook::Delivery;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InDelivery, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadDeliveryProblems: Read, NotFound);

/// Read a delivery
///
/// With what came of its tries.
///
/// Scope: `webhooks:read`.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhook}/deliveries/{delivery}",
    tag = "webhooks",
    params(InDelivery),
    responses(
        (status = 200, description = "The delivery.", body = Delivery, example = json!(examples::webhook::dead())),
        ReadDeliveryProblems,
    )
)]
pub async fn read_delivery(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDelivery { webhook, delivery }): Segments<InDelivery>,
) -> Result<Response, Problem> {
    let found = api.service.delivery(&caller, webhook, delivery).await?;
    Ok(respond::document(&found))
}
