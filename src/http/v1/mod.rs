//! Version 1 of the API: one table of all routes, one file for each.

use utoipa_axum::router::OpenApiRouter;

use super::api::ApiState;

/// The routes with their descriptions. The paths stand with the handlers.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
}
