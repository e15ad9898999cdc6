//! The whole HTTP interface: the API's routes, their description, the documentation, and the edge around them.

use std::sync::Arc;

use axum::Router;

use super::client::Proxies;
use super::edge::{self, Edge, EdgeLimits};
use super::gate::Gate;
use super::idempotency::in_flight::InFlight;
use super::pages::Visits;
use super::{docs, openapi, pages, v1};
use crate::service::Service;

/// What handlers work with. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub service: Service,
    /// Idempotency keys of requests that have no answer yet.
    pub in_flight: InFlight,
    /// The operator's own proxies.
    pub proxies: Proxies,
    /// How often pages are asked for.
    pub visits: Arc<Visits>,
}

impl ApiState {
    /// For the use cases, with no request under way.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self {
            service,
            in_flight: InFlight::default(),
            proxies: Proxies::default(),
            visits: Arc::default(),
        }
    }

    /// Behind these proxies of the operator's own.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }
}

/// All routes, without the edge: for whoever has more routes to put inside it.
pub fn routes(state: ApiState) -> Router {
    let (v1, _) = v1::routes().split_for_parts();
    Router::new()
        .merge(v1)
        .merge(docs::router())
        .merge(pages::router())
        .merge(openapi::router())
        .with_state(state)
}

/// All routes inside the edge, and nobody counted at the gate.
pub fn router(state: ApiState, limits: EdgeLimits) -> Router {
    edge::wrap(routes(state), &Edge::new(limits), &Gate::open())
}
