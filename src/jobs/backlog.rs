//! Works off jobs, a part at a time: the one that has waited longest first, and each goes to the end of the queue with every part.
//! So neither a long job nor many of them keep acts waiting that somebody asks for now, or each other.
//!
//! Replicas share the work by leases, which only save work: that an item is done once is due to the key that it claims in the
//! transaction of its effect. A process that dies leaves its part to whoever takes the job when the lease is over; what it had
//! done is found under those keys.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::domain::job::{JobFailure, JobState};
use crate::ports::jobs::{Part, Report, Taken};
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::bulk::ItemOutcome;
use crate::service::error::{ServiceError, chain};

/// For how long nobody else is given a job that was taken.
const LEASE: Duration = Duration::from_secs(30);
/// When to try again what came to nothing for a reason that passes.
const AGAIN: Duration = Duration::from_secs(2);

/// Makes the problem document of an item that was refused; the second text stands for the request's id.
pub type WriteProblem = fn(ServiceError, &str) -> String;

/// What the job works with.
pub struct Backlog {
    /// Where the jobs are.
    pub store: Arc<dyn Store>,
    /// What carries an item out.
    pub service: Service,
    /// How a refusal is written down.
    pub problem: WriteProblem,
    /// How often to look for a job when there was none.
    pub interval: Duration,
}

impl Backlog {
    /// Runs until told to stop. A part that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            let pause = match self.round().await {
                Ok(true) => {
                    pace.succeeded();
                    continue;
                }
                Ok(false) => {
                    pace.succeeded();
                    self.interval
                }
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(error = chain(&error), "jobs cannot be worked off; trying again");
                    }
                    pace.pause(self.interval)
                }
            };
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes a job and works off its next part. False when no job waits.
    async fn round(&self) -> Result<bool, ServiceError> {
        let Some(Taken { job, part, key_works }) = self.store.take_job(LEASE).await? else {
            return Ok(false);
        };
        let end = async |state, failure| self.store.end_job(&job, state, failure).await;
        match part {
            _ if job.state == JobState::Cancelling => end(JobState::Cancelled, None).await?,
            None => end(JobState::Done, None).await?,
            // A key that is revoked stops at once, here too.
            Some(_) if !key_works => end(JobState::Failed, Some(JobFailure::KeyEnded)).await?,
            Some(part) => match self.service.work_off(&job, &part).await {
                None => end(JobState::Failed, Some(JobFailure::Unreadable)).await?,
                Some(outcomes) => {
                    let report = self.report(&part, outcomes, &job.id.to_string());
                    self.store.report_part(&job, &report).await?;
                }
            },
        }
        Ok(true)
    }

    /// What a part came to. What failed for a reason that passes is neither done nor refused: the part comes again.
    fn report(&self, part: &Part, outcomes: Vec<(i64, ItemOutcome)>, job: &str) -> Report {
        let mut report = Report {
            part: part.number,
            ..Report::default()
        };
        for (item, outcome) in outcomes {
            let counted = match outcome {
                Ok(outcome) if outcome.is_held() => {
                    report.held += 1;
                    "held"
                }
                Ok(_) => {
                    report.succeeded += 1;
                    "done"
                }
                Err(error) if error.is_passing() => {
                    report.again_in = Some(AGAIN);
                    "postponed"
                }
                Err(error) => {
                    report.refused.push((item, (self.problem)(error, job)));
                    "refused"
                }
            };
            metrics::counter!("tribune_job_items_total", "outcome" => counted).increment(1);
        }
        let before = i64::try_from(part.refused.len()).unwrap_or_default();
        report.all_refused = before + i64::try_from(report.refused.len()).unwrap_or_default();
        report
    }
}
