//! One of many items in an answer that has all of them: what a request for it alone would have been answered with.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::problem::{Code, Problem};
use crate::domain::job::{Job, JobKind};
use crate::service::ItemResult;
use crate::service::Outcome;
use crate::service::error::ServiceError;

/// [`wire::bulk::BulkItem`], with the document as it is kept.
#[derive(Debug, Serialize)]
pub struct Item {
    index: i64,
    status: u16,
    act: Option<Box<RawValue>>,
    held: Option<Box<RawValue>>,
    void: Option<Box<RawValue>>,
    problem: Option<Box<RawValue>>,
    /// Whether it waits for others, or would.
    #[serde(skip)]
    waits: bool,
}

impl Item {
    /// What came of an act, or would come of it.
    #[must_use]
    pub fn of_act(index: i64, outcome: Result<Outcome, ServiceError>, dry_run: bool, request: &str) -> Self {
        match outcome {
            Ok(outcome) => {
                let waits = outcome.is_held();
                let status = match (dry_run, waits) {
                    (true, _) => StatusCode::OK,
                    (false, true) => StatusCode::ACCEPTED,
                    (false, false) => StatusCode::CREATED,
                };
                let document = Some(raw(outcome.answer.body));
                // What was only tried out is told by `hold` in the answer.
                let (act, held) = if waits && !dry_run {
                    (None, document)
                } else {
                    (document, None)
                };
                Self {
                    index,
                    status: status.as_u16(),
                    act,
                    held,
                    void: None,
                    problem: None,
                    waits,
                }
            }
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
            held: None,
            void: None,
            waits: false,
            problem: serde_json::value::to_raw_value(&problem.document(request)).ok(),
        }
    }

    /// What an item of a job came to, as it is kept.
    #[must_use]
    pub fn of_job(job: &Job, result: ItemResult) -> Self {
        let (index, document) = (result.item, raw(result.document));
        let mut item = Self {
            index,
            status: StatusCode::OK.as_u16(),
            act: None,
            held: None,
            void: None,
            problem: None,
            waits: result.held,
        };
        match job.kind {
            _ if !result.done => {
                let problem = serde_json::from_str::<wire::problem::Problem>(document.get());
                let internal = Code::Internal.status().as_u16();
                item.status = problem.map_or(internal, |problem| problem.status);
                item.problem = Some(document);
            }
            // What would be held is told by `hold` in the answer.
            JobKind::Acts if job.dry_run => item.act = Some(document),
            JobKind::Acts if result.held => {
                item.status = StatusCode::ACCEPTED.as_u16();
                item.held = Some(document);
            }
            JobKind::Acts => {
                item.status = StatusCode::CREATED.as_u16();
                item.act = Some(document);
            }
            JobKind::Voids => item.void = Some(document),
        }
        item
    }

    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.problem.is_none() && !self.waits
    }

    /// Whether it waits for others, or would.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.waits
    }
}

/// The problem document of an item of a job, to be kept with it. `job` stands for the request, and is what the log has it under.
#[must_use]
pub fn kept_problem(error: ServiceError, job: &str) -> String {
    let problem = Problem::from(error);
    if problem.is_servers_fault() {
        let (code, cause) = (problem.code().name(), problem.chain());
        tracing::warn!(code, request_id = job, cause, "an item of a job was not served");
    }
    serde_json::to_string(&problem.document(job)).unwrap_or_default()
}

/// A document that we wrote.
pub fn raw(document: String) -> Box<RawValue> {
    RawValue::from_string(document).unwrap_or_else(|error| {
        tracing::error!(%error, "a kept answer is no JSON");
        RawValue::NULL.to_owned()
    })
}
