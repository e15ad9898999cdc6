//! `POST /v1/communities/{community}/undo-plans/{plan}/apply`

use axum::extract::State;
use axum::response::Response;
use wire::act::VoidRequest;
use wire::job::Job;

use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InPlan, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;

problems!(ApplyUndoPlanProblems: Post, NotFound, PlanExpired, PlanApplied);

/// Carry out a plan to undo
///
/// As a job that voids the cases of the plan, the newest first, and nothing else. Each void is checked as a single one is, so the
/// actor needs the rank for each; a case that was voided meanwhile is left as it is, and the results say so. The body, which says who
/// voids and why, may be left out.
///
/// Scope: `acts:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/undo-plans/{plan}/apply",
    tag = "jobs",
    params(InPlan, Idempotency),
    request_body(content = Option<VoidRequest>, example = json!(examples::void_request())),
    responses(
        (status = 202, description = "It is carried out from now on.", body = Job,
            headers(("Location" = String, description = "The job.")), example = json!(examples::bulk::void_job())),
        ApplyUndoPlanProblems,
    )
)]
pub async fn apply_undo_plan(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InPlan { community, plan }): Segments<InPlan>,
    repeat: Idempotency,
    body: Option<StrictJson<VoidRequest>>,
) -> Result<Response, Problem> {
    let body = StrictJson::or_empty(body)?;
    let mut fields = Fields::default();
    let reason = fields.reason("/reason", body.value.reason.as_deref());
    let actor = fields.actor("/actor", body.value.actor.as_ref());
    fields.finish(Some(()))?;
    let claim = repeat.claim(&body);
    let accepted = api
        .service
        .apply_undo(&caller, (community, plan), actor, reason, claim)
        .await?;
    let location = format!("/v1/communities/{community}/jobs/{}", accepted.answer.tag);
    Ok(respond::accepted(accepted, &location))
}
