//! `POST /v1/directives/{directive}/cancel`

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

problems!(CancelDirectiveProblems: PostBare, NotFound, DirectiveSettled);

/// Take a directive back
///
/// One that is still to be carried out never will be. What is decided stays decided; the platform is left as it is.
///
/// Scope: `directives:work`.
#[utoipa::path(
    post,
    path = "/v1/directives/{directive}/cancel",
    tag = "directives",
    params(InDirective, Idempotency),
    responses(
        (status = 200, description = "The directive as it stands now.", body = Directive, example = json!(examples::directive::cancelled())),
        CancelDirectiveProblems,
    )
)]
pub async fn cancel_directive(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InDirective { directive }): Segments<InDirective>,
    repeat: Idempotency,
) -> Result<Response, Problem> {
    let claim = repeat.claim_bodiless();
    let done = api.service.cancel_directive(&caller, directive, claim).await?;
    Ok(respond::done(done))
}
