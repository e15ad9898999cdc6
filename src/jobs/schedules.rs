//! Carries out what was to be done at a time: what fell due while nobody served first, in the order of its times, then each as its time comes.
//!
//! Replicas share the work by leases, which keep the order of each community and save work. That a run has one effect is not due to them: its
//! schedule moves on in the transaction of the effect, whoever carries it out and however often.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};
use crate::service::runs::{Carried, WriteProblem};

/// How many are taken at once: as many as a few batches hold.
const TAKEN: u32 = 500;

/// For how long nobody else is given what was taken. A process that dies meanwhile delays it by so much.
const LEASE: Duration = Duration::from_secs(30);

/// The store decides what is due, by its clock, which may be ahead of ours by so much while we count as ready.
const AHEAD: Duration = Duration::from_secs(2);

/// What the job works with.
pub struct Schedules {
    /// Where the schedules are.
    pub store: Arc<dyn Store>,
    /// What carries one out.
    pub service: Service,
    /// How a refusal is written down.
    pub problem: WriteProblem,
    /// What time it is here.
    pub clock: Arc<dyn Clock>,
    /// How often to look, at the least: other replicas take schedules in too.
    pub interval: Duration,
}

/// What a round came to.
#[derive(Default)]
struct Round {
    /// How many schedules it was given.
    taken: usize,
    /// Why the first one that comes again does.
    failure: Option<ServiceError>,
}

impl Schedules {
    /// Runs until told to stop. A round that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            let round = self.round().await;
            let full = matches!(&round, Ok(round) if round.taken > 0);
            let failure = round.and_then(|round| round.failure.map_or(Ok(()), Err));
            note(&mut pace, failure.as_ref().err());
            if full && failure.is_ok() {
                // There may be more that is overdue.
                continue;
            }
            let pause = pace.pause(self.until_next().await);
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes what is due, the longest overdue first, and carries it out.
    async fn round(&self) -> Result<Round, ServiceError> {
        let now = self.clock.now();
        let due = self.store.next_schedule().await?;
        let overdue = due.map(|due| until(due, now)).unwrap_or_default();
        metrics::gauge!("tribune_schedules_overdue_seconds").set(overdue.as_secs_f64());
        if due.is_none_or(|due| until(now, due) > AHEAD) {
            return Ok(Round::default());
        }
        let carried = self.service.run_schedules(TAKEN, LEASE, self.problem).await?;
        let mut round = Round {
            taken: carried.len(),
            failure: None,
        };
        for carried in carried {
            let outcome = match carried {
                Carried::Succeeded => "succeeded",
                Carried::Held => "held",
                Carried::Failed => "failed",
                Carried::Overtaken => "overtaken",
                Carried::Unreadable(error) => {
                    let error = ServiceError::from(error);
                    tracing::error!(error = chain(&error), "a schedule that is due cannot be read");
                    "unreadable"
                }
                Carried::Postponed(error) => {
                    round.failure = round.failure.or(Some(error));
                    "postponed"
                }
            };
            metrics::counter!("tribune_schedule_runs_total", "outcome" => outcome).increment(1);
        }
        Ok(round)
    }

    /// How long nothing can fall due, as far as is known; at most the interval.
    async fn until_next(&self) -> Duration {
        match self.store.next_schedule().await {
            Ok(Some(due)) => match until(self.clock.now(), due) {
                // Due, and yet not given to us: somebody else has it, or our clock is ahead.
                Duration::ZERO => self.interval,
                wait => wait.min(self.interval),
            },
            _ => self.interval,
        }
    }
}

/// How long it is from one moment to a later one; zero if it is not later.
fn until(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

/// Writes into the log what has changed since the last round.
fn note(pace: &mut Pace, failure: Option<&ServiceError>) {
    match failure {
        Some(error) => {
            if pace.failed() {
                tracing::warn!(
                    error = chain(error),
                    "what is due cannot be carried out; trying again"
                );
            }
        }
        None => {
            if pace.succeeded() {
                tracing::info!("what is due is carried out again");
            }
        }
    }
}
