//! Works off what is being removed: people who are erased, communities and tenants that are deleted; and forgets by what erased
//! people were recognised, once no sanction of theirs is in force.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Stop;
use super::pace::Pace;
use crate::ports::store::Store;
use crate::service::error::{ServiceError, chain};

/// How many rows go in one transaction: few enough that nobody notices who waits for it.
const STEP: u32 = 500;

/// The pause between two portions, in which others get at the store.
const BETWEEN_PORTIONS: Duration = Duration::from_millis(5);

/// How often to look for erased people without a sanction.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// What the job works with.
pub struct Removals {
    /// Where the rows are.
    pub store: Arc<dyn Store>,
    /// How often to look for something to remove when there was nothing.
    pub interval: Duration,
}

impl Removals {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let (mut pace, mut forgot): (_, Option<Instant>) = (Pace::default(), None);
        while !stop.is_told() {
            let pause = match self.round(&mut forgot).await {
                Ok(removed) => {
                    pace.succeeded();
                    if removed { BETWEEN_PORTIONS } else { self.interval }
                }
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(
                            error = chain(&error),
                            "what is to be erased or deleted cannot be removed; trying again"
                        );
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

    /// Removes a portion. False when nothing is left for now.
    async fn round(&self, forgot: &mut Option<Instant>) -> Result<bool, ServiceError> {
        if forgot.is_none_or(|last| last.elapsed() >= FORGET_EVERY) {
            let mut after = None;
            loop {
                after = self.store.forget_erased(after, STEP).await?;
                if after.is_none() {
                    break;
                }
            }
            *forgot = Some(Instant::now());
        }
        Ok(self.store.remove_portion(STEP).await?)
    }
}
