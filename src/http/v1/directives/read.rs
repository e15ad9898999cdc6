//! `GET /v1/directives/{directive}`

use axum::extract::State;
use axum::response::Response;
use wire::directive::Directive;

use crate::http::api::ApiState;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InDirective, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ReadDirectiveProblems: Read, NotFound);

/// Read a directive
///
/// How it stands, and the last receipt.
///
/// Scope: `directives:read`.
#[utoipa::path(
    get,
    path = "/v1/directives/{directive}",
    tag = "directives",
    params(InDirective),
    responses(
        (status = 200, description = "The directive.", body = Directive, example = json!(examples::directive::applied())),
        ReadDirectiveProblems,
    )
)]
pub async fn read_directive(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDirective { directive }): Segments<InDirective>,
) -> Result<Response, Problem> {
    Ok(respond::document(
        &api.service.directive(&caller, directive).await?,
    ))
}
