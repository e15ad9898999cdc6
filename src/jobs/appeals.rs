//! Writes down what time has done to appeals: what came to pass while nobody served first, then each thing as its time comes.
//!
//! Where an appeal is follows from the clock; this adds the events, ends what is over, and looks whether a lift has left something to decide. Replicas
//! share nothing: of those that try, the appeal's row lets one write each thing down.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// How many are looked at in a row.
const TAKEN: u32 = 100;

/// What the job works with.
pub struct Appeals {
    /// Where the appeals are.
    pub store: Arc<dyn Store>,
    /// What writes it down.
    pub service: Service,
    /// What time it is here.
    pub clock: Arc<dyn Clock>,
    /// How often to look, at the least: other replicas take appeals in too.
    pub interval: Duration,
}

impl Appeals {
    /// Runs until told to stop. A round that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            match self.round().await {
                // There may be more that is overdue.
                Ok(looked) if looked > 0 => {
                    pace.succeeded();
                    continue;
                }
                Ok(_) => {
                    if pace.succeeded() {
                        tracing::info!("what time does to appeals is written down again");
                    }
                }
                Err(error) if pace.failed() => {
                    tracing::warn!(
                        error = chain(&error),
                        "what time does to appeals cannot be written down; trying again"
                    );
                }
                Err(_) => {}
            }
            let pause = pace.pause(self.until_next().await);
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Looks at those whose time has come, the longest overdue first; at how many. One that fails does not keep the others waiting.
    async fn round(&self) -> Result<usize, ServiceError> {
        let (mut looked, mut failure) = (0, None);
        for due in self.store.due_appeals(TAKEN).await? {
            match self.service.tick_appeal(&due).await {
                Ok(done) => looked += usize::from(done),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(looked), Err)
    }

    /// How long nothing can happen, as far as is known; at most the interval.
    async fn until_next(&self) -> Duration {
        let next = self.store.next_appeal().await.ok().flatten();
        let wait = next.and_then(|at| (at - self.clock.now()).to_std().ok());
        wait.unwrap_or(self.interval).min(self.interval)
    }
}
