//! Records the end of sanctions whose time is over: those that fell due while nobody served first, then each as it falls due.
//!
//! A sanction ends by time alone; this only writes down that it has. Replicas share the work by leases, and that each end is
//! recorded once is the ledger's doing: the command names the sanction's version, and its commit deletes the timer.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// How many timers are taken at once: as many as a few batches hold.
const TAKEN: u32 = 500;

/// For how long nobody else is given a timer that was taken. A process that dies meanwhile delays its ends by so much.
const LEASE: Duration = Duration::from_secs(30);

/// The store decides what is due, by its clock, which may be ahead of ours by so much while we count as ready.
const AHEAD: Duration = Duration::from_secs(2);

/// What the job works with.
pub struct Timers {
    /// Where the timers are.
    pub store: Arc<dyn Store>,
    /// What records an end.
    pub service: Service,
    /// What time it is here.
    pub clock: Arc<dyn Clock>,
    /// How often to look, at the least: other replicas set timers too.
    pub interval: Duration,
}

/// What a round came to.
struct Round {
    /// How many timers it was given.
    taken: usize,
    /// What the first one that failed says.
    failure: Option<ServiceError>,
}

impl Timers {
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

    /// Takes what is due, the longest overdue first, and records its end.
    async fn round(&self) -> Result<Round, ServiceError> {
        let due = match self.store.next_due().await? {
            Some(at) => at.to_utc(),
            None => {
                overdue(Duration::ZERO);
                return Ok(Round {
                    taken: 0,
                    failure: None,
                });
            }
        };
        let now = self.clock.now();
        overdue((now - due).to_std().unwrap_or_default());
        if until(now, due) > AHEAD {
            return Ok(Round {
                taken: 0,
                failure: None,
            });
        }
        let timers = self.store.lease_due(TAKEN, LEASE).await?;
        let ends = join_all(timers.iter().map(|timer| self.service.expire(timer))).await;
        let mut failure = None;
        for end in ends {
            let outcome = match &end {
                Ok(true) => "recorded",
                Ok(false) => "moved_on",
                Err(_) => "failed",
            };
            metrics::counter!("tribune_expiries_total", "outcome" => outcome).increment(1);
            failure = failure.or(end.err());
        }
        Ok(Round {
            taken: timers.len(),
            failure,
        })
    }

    /// How long nothing can fall due, as far as is known; at most the interval.
    async fn until_next(&self) -> Duration {
        match self.store.next_due().await {
            Ok(Some(at)) => match until(self.clock.now(), at.to_utc()) {
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

fn overdue(by: Duration) {
    metrics::gauge!("tribune_timers_overdue_seconds").set(by.as_secs_f64());
}

/// Writes to the log when rounds begin to fail, and when they succeed again.
fn note(pace: &mut Pace, failure: Option<&ServiceError>) {
    match failure {
        Some(error) if pace.failed() => {
            tracing::warn!(
                error = chain(error),
                "the ends of sanctions cannot be recorded; trying again"
            );
        }
        Some(_) => {}
        None if pace.succeeded() => tracing::info!("the ends of sanctions are recorded again"),
        None => {}
    }
}
