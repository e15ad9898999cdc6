//! `POST /v1/checks/batch`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use wire::limit::{CheckItem, ChecksAnswer, ChecksRequest};

use crate::http::api::ApiState;
use crate::http::exchange::Exchange;
use crate::http::fields::Fields;
use crate::http::json::QuickJson;
use crate::http::openapi::problems::problems;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::service::caller::Caller;
use crate::service::limits::MOST_CHECKS;

problems!(CheckManyProblems: Ask);

/// Check many rate limits
///
/// Up to 1 000 checks, decided in their order, each for itself: what one spends the next one sees, and a limit that is not there or a value
/// that is missing in one is no matter to the others. Each item has the status and the answer or the problem that the check alone would
/// have got. Only what could be no check at all refuses the request, before anything is spent.
///
/// Scope: `limits:check`. A key that is bound to communities names one in each check.
#[utoipa::path(
    post,
    path = "/v1/checks/batch",
    tag = "limits",
    request_body(content = ChecksRequest, example = json!({"checks": [super::request(), super::several()]})),
    responses(
        (status = 200, description = "What came of them, in their order.", body = ChecksAnswer, example = json!({"items": [
            {"status": 200, "answer": super::example(), "problem": null},
            {"status": 200, "answer": super::denied(), "problem": null},
        ]})),
        CheckManyProblems,
    ),
)]
pub async fn check_limits(
    caller: Caller,
    State(state): State<ApiState>,
    Extension(exchange): Extension<Exchange>,
    QuickJson(body): QuickJson<ChecksRequest>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let checks = &body.checks;
    if checks.is_empty() || checks.len() > MOST_CHECKS {
        fields.refuse("/checks", format!("from 1 to {MOST_CHECKS} checks"));
    }
    fields.finish(Some(()))?;
    let answers = state.service.checks(&caller, checks).await?;
    let items = answers.into_iter().map(|answer| match answer {
        Ok(answer) => CheckItem {
            status: 200,
            answer: Some(answer),
            problem: None,
        },
        Err(error) => {
            let problem = Problem::from(error);
            CheckItem {
                status: problem.code().status().as_u16(),
                answer: None,
                problem: Some(problem.document(exchange.id())),
            }
        }
    });
    Ok(respond::document(&ChecksAnswer {
        items: items.collect(),
    }))
}
