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

/// What was seen to so far.
struct Seen {
    /// When erased people without a sanction were last looked for.
    forgot: Option<Instant>,
    /// Whether the store's log may have something of what was removed. At the start it may: of a process that died.
    in_log: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            forgot: None,
            in_log: true,
        }
    }
}

impl Removals {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let (mut pace, mut seen) = (Pace::default(), Seen::default());
        while !stop.is_told() {
            let pause = match self.round(&mut seen).await {
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
    async fn round(&self, seen: &mut Seen) -> Result<bool, ServiceError> {
        if seen.forgot.is_none_or(|last| last.elapsed() >= FORGET_EVERY) {
            let mut after = None;
            loop {
                after = self.store.forget_erased(after, STEP).await?;
                if after.is_none() {
                    break;
                }
            }
            seen.forgot = Some(Instant::now());
        }
        let removed = self.store.remove_portion(STEP).await?;
        if removed {
            seen.in_log = true;
        } else if seen.in_log {
            seen.in_log = !self.store.cut_log().await?;
        }
        Ok(removed)
    }
}
