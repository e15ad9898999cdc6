//! One of many items in an answer that has all of them: what a request for it alone would have been answered with.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::problem::Problem;
use crate::service::Outcome;
use crate::service::error::ServiceError;

/// [`wire::bulk::BulkItem`], with the document as it is kept.
#[derive(Debug, Serialize)]
pub struct Item {
    index: i64,
    status: u16,
    act: Option<Box<RawValue>>,
    void: Option<Box<RawValue>>,
    problem: Option<Box<RawValue>>,
}

impl Item {
    /// What came of an act, or would come of it.
    #[must_use]
    pub fn of_act(index: i64, outcome: Result<Outcome, ServiceError>, dry_run: bool, request: &str) -> Self {
        let status = if dry_run {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        match outcome {
            Ok(outcome) => Self {
                index,
                status: status.as_u16(),
                act: Some(raw(outcome.answer.body)),
                void: None,
                problem: None,
            },
            Err(error) => Self::refused(index, error.into(), request),
        }
    }

    /// That it was refused. A failure of ours goes into the log here, because the answer as a whole is a success.
    fn refused(index: i64, problem: Problem, request: &str) -> Self {
        if problem.is_servers_fault() {
            let (code, cause) = (problem.code().name(), problem.chain());
            tracing::warn!(code, request_id = request, index, cause, "an item was not served");
        }
        Self {
            index,
            status: problem.code().status().as_u16(),
            act: None,
            void: None,
            problem: serde_json::value::to_raw_value(&problem.document(request)).ok(),
        }
    }

    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.problem.is_none()
    }
}

/// A document that we wrote.
fn raw(document: String) -> Box<RawValue> {
    RawValue::from_string(document).unwrap_or_else(|error| {
        tracing::error!(%error, "a kept answer is no JSON");
        RawValue::NULL.to_owned()
    })
}
