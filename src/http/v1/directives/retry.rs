//! `POST /v1/directives/{directive}/retry`

use axum::extract::State;
use axum::response::Response;
use wire::directive::Directive;

use crate::http::api::ApiState;
use crate::http::idempotency::Idempotency;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InDirective, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(RetryDirectiveProblems: PostBare, NotFound, DirectiveSettled);

/// Try a directive again
///
/// From now on, whatever came of it before: one that was given up once its cause is mended, or one that waits for its next try. Of what lasts only the latest
/// directive can be tried again; an earlier one would undo it.
///
/// Scope: `directives:work`.
#[utoipa::path(
    post,
    path = "/v1/directives/{directive}/retry",
    tag = "directives",
    params(InDirective, Idempotency),
    responses(
        (status = 200, description = "The directive as it stands now.", body = Directive, example = json!(examples::directive::issued())),
        RetryDirectiveProblems,
    )
)]
pub async fn retry_directive(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDirective { directive }): Segments<InDirective>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let done = api.service.retry_directive(&caller, directive, claim).await?;
    Ok(respond::done(done))
}
