//! Writes down that versions of policies have come into force: those whose moment passed while nobody served first, then each
//! at its moment.
//!
//! A version judges by time alone; this adds the event, and has a look taken at the sanctions that hold while the points are
//! high. Replicas share nothing: of those that try, the community's row lets one succeed.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// How many are taken at once.
const TAKEN: u32 = 100;

/// What the job works with.
pub struct Activations {
    /// Where the versions are.
    pub store: Arc<dyn Store>,
    /// What writes it down.
    pub service: Service,
    /// What time it is here.
    pub clock: Arc<dyn Clock>,
    /// How often to look, at the least: other replicas schedule versions too.
    pub interval: Duration,
}

impl Activations {
    /// Runs until told to stop. A round that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            match self.round().await {
                // There may be more that is overdue.
                Ok(written) if written > 0 => {
                    pace.succeeded();
                    continue;
                }
                Ok(_) => drop(pace.succeeded()),
                Err(error) if pace.failed() => {
                    tracing::warn!(
                        error = chain(&error),
                        "it cannot be recorded which policies are in force; trying again"
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

    /// Takes what has come into force, the longest overdue first; how many this process wrote down.
    async fn round(&self) -> Result<usize, ServiceError> {
        let mut written = 0;
        for due in self.store.due_policies(TAKEN).await? {
            written += usize::from(self.service.activate_policy(&due).await?);
        }
        Ok(written)
    }

    /// How long nothing can come into force, as far as is known; at most the interval.
    async fn until_next(&self) -> Duration {
        let next = self.store.next_policy().await.ok().flatten();
        let wait = next.and_then(|at| (at.to_utc() - self.clock.now()).to_std().ok());
        wait.unwrap_or(self.interval).min(self.interval)
    }
}
