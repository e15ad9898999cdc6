//! `PUT /v1/flows/{flow}`

use axum::extract::State;
use axum::response::Response;
use wire::conversation::{Flow, FlowRequest};

use crate::http::api::ApiState;
use crate::http::etag::PerhapsIfMatch;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InOwnFlow, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(PutFlowProblems: Edit, NotFound, TooManyFlows, PreconditionRequired, PreconditionFailed);

/// Write a flow
///
/// Makes the flow, or its next version: then If-Match says which version you have read. A flow is taken only if every state can be reached and
/// leads to an end. Conversations that run go on with the version with which they began.
///
/// Scope: `flows:write`; the key is not bound to communities.
#[utoipa::path(
    put,
    path = "/v1/flows/{flow}",
    tag = "conversations",
    params(InOwnFlow, PerhapsIfMatch, Idempotency),
    request_body(content = FlowRequest, example = json!(examples::conversation::flow_request())),
    responses(
        (status = 200, description = "The new version.", body = Flow, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match")), example = json!(examples::conversation::flow())),
        (status = 201, description = "The new flow.", body = Flow, headers(("ETag" = String, description = "The version, for If-Match and If-None-Match"), ("Location" = String, description = "Where it can be read")), example = json!(examples::conversation::flow())),
        PutFlowProblems,
    )
)]
pub async fn put_flow(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InOwnFlow { flow }): Segments<InOwnFlow>,
    if_match: PerhapsIfMatch,
    repeat: Idempotency,
    body: StrictJson<FlowRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let comment = fields.comment("/comment", body.value.comment.as_deref());
    fields.finish(Some(()))?;
    let expected = if_match.version()?;
    let claim = repeat.claim(&body);
    let written = (&body.value, comment);
    let outcome = api
        .service
        .put_flow(&caller, flow, expected, written, claim)
        .await?;
    if expected.is_some() {
        return Ok(respond::edited(outcome));
    }
    Ok(respond::created_edited(outcome, &format!("/v1/flows/{flow}")))
}
