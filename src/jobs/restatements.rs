//! Says what is on record of members where it was not said yet: under another name of theirs, or in another space of their community.

use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::service::Service;
use crate::service::error::chain;

/// The pause between two portions, in which others get at the members.
const BETWEEN_PORTIONS: Duration = Duration::from_millis(5);

/// What the job works with.
pub struct Restatements {
    /// What says it.
    pub service: Service,
    /// How often to look when nobody waited.
    pub interval: Duration,
}

impl Restatements {
    /// Runs until told to stop. A portion that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            let pause = match self.service.restate().await {
                Ok(restated) => {
                    pace.succeeded();
                    if restated { BETWEEN_PORTIONS } else { self.interval }
                }
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(
                            error = chain(&error),
                            "what platforms are to do under new names cannot be said; trying again"
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
}
