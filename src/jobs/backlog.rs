//! Works off jobs, a part at a time: the one that has waited longest first, and each goes to the end of the queue with every part.
//! So neither a long job nor many of them keep acts waiting that somebody asks for now, or each other.
//!
//! Replicas share the work by leases, which only save work: that an item is done once is due to the key that it claims in the
//! transaction of its effect. A process that dies leaves its part to whoever takes the job when the lease is over; what it had
//! done is found under those keys. A job that only tries its items out is worked off in the same turns; one of them at a time is in
//! hand here, because what its items would leave is kept in memory.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::domain::job::{Job, JobFailure, JobState};
use crate::ports::jobs::{Part, Report, Taken};
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::bulk::ItemOutcome;
use crate::service::dry_runs::{DryRun, Tried};
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
        let (mut pace, mut in_hand) = (Pace::default(), None);
        while !stop.is_told() {
            let pause = match self.round(&mut in_hand).await {
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
    async fn round(&self, in_hand: &mut Option<DryRun>) -> Result<bool, ServiceError> {
        let Some(Taken { job, part, key_works }) = self.store.take_job(LEASE).await? else {
            let place = in_hand.as_ref().map(DryRun::place);
            if let Some(place) = place
                && !self.service.goes_on(place).await?
            {
                *in_hand = None;
            }
            return Ok(false);
        };
        let end = async |state, failure| self.store.end_job(&job, state, failure).await;
        match part {
            _ if job.state == JobState::Cancelling => end(JobState::Cancelled, None).await?,
            None => end(JobState::Done, None).await?,
            // A key that is revoked stops at once, here too.
            Some(_) if !key_works => end(JobState::Failed, Some(JobFailure::KeyEnded)).await?,
            Some(part) if job.dry_run => self.try_out(in_hand, &job, &part).await?,
            Some(part) => match self.service.work_off(&job, &part).await {
                None => end(JobState::Failed, Some(JobFailure::Unreadable)).await?,
                Some(outcomes) => {
                    let report = self.report(&job, &part, outcomes);
                    self.store.report_part(&job, &report).await?;
                }
            },
        }
        Ok(true)
    }

    /// Tries out the next part of a job. Another one that is in hand comes first, as long as it goes on.
    async fn try_out(
        &self,
        in_hand: &mut Option<DryRun>,
        job: &Job,
        part: &Part,
    ) -> Result<(), ServiceError> {
        let again = async |pause| {
            let report = Report {
                part: part.number,
                again_in: Some(pause),
                ..Report::default()
            };
            self.store.report_part(job, &report).await
        };
        let another = in_hand.as_ref().filter(|run| !run.is_of(job)).map(DryRun::place);
        if let Some(another) = another
            && self.service.goes_on(another).await?
        {
            return Ok(again(AGAIN).await?);
        }
        let run = in_hand.take().filter(|run| run.is_of(job) && run.leads_to(part));
        let mut run = run.unwrap_or_else(|| DryRun::of(job));
        match self.service.try_out(&mut run, part).await? {
            Tried::Part(outcomes) => {
                let report = self.report(job, part, outcomes);
                self.store.report_part(job, &report).await?;
                *in_hand = Some(run);
            }
            Tried::Earlier => {
                again(Duration::ZERO).await?;
                *in_hand = Some(run);
            }
            Tried::Later => again(AGAIN).await?,
            Tried::Unreadable => {
                let failure = Some(JobFailure::Unreadable);
                self.store.end_job(job, JobState::Failed, failure).await?;
            }
        }
        Ok(())
    }

    /// What a part came to. What failed for a reason that passes is neither done nor refused: the part comes again.
    fn report(&self, job: &Job, part: &Part, outcomes: Vec<(i64, ItemOutcome)>) -> Report {
        let name = job.id.to_string();
        let mut report = Report {
            part: part.number,
            ..Report::default()
        };
        for (item, outcome) in outcomes {
            let counted = match outcome {
                Ok(outcome) => {
                    let held = outcome.is_held();
                    *(if held {
                        &mut report.held
                    } else {
                        &mut report.succeeded
                    }) += 1;
                    if job.dry_run {
                        report.tried.push((item, outcome.answer));
                    }
                    if held { "held" } else { "done" }
                }
                Err(error) if error.is_passing() => {
                    report.again_in = Some(AGAIN);
                    "postponed"
                }
                Err(error) => {
                    report.refused.push((item, (self.problem)(error, &name)));
                    "refused"
                }
            };
            let counted = if job.dry_run { "tried_out" } else { counted };
            metrics::counter!("tribune_job_items_total", "outcome" => counted).increment(1);
        }
        let before = i64::try_from(part.refused.len()).unwrap_or_default();
        report.all_refused = before + i64::try_from(report.refused.len()).unwrap_or_default();
        report
    }
}
