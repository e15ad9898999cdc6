//! Leads conversations on in which time is up, and has acts submitted that were confirmed: what fell due while nobody served first, then each as
//! its time comes.
//!
//! Replicas share nothing: of those that look after a conversation, its row lets one lead it on, and its act claims a key of its own.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// How many are taken at once.
const TAKEN: u32 = 200;

/// What the job works with.
pub struct Conversations {
    /// Where the conversations are.
    pub store: Arc<dyn Store>,
    /// What leads one on.
    pub service: Service,
    /// What time it is here.
    pub clock: Arc<dyn Clock>,
    /// How often to look, at the least: other replicas begin conversations too.
    pub interval: Duration,
}

impl Conversations {
    /// Runs until told to stop. A round that has begun is finished.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            match self.round().await {
                // There may be more that is overdue.
                Ok(moved) if moved == TAKEN => {
                    pace.succeeded();
                    continue;
                }
                Ok(_) => drop(pace.succeeded()),
                Err(error) if pace.failed() => {
                    tracing::warn!(
                        error = chain(&error),
                        "conversations cannot be led on; trying again"
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

    /// Takes what is due, the longest overdue first; how many there were. One that fails is in nobody's way: the others are led on, and the first
    /// failure is told.
    async fn round(&self) -> Result<u32, ServiceError> {
        let (mut moved, mut failure) = (0, None);
        for due in self.store.due_conversations(TAKEN).await? {
            match self.service.move_on(&due).await {
                Ok(_) => moved += 1,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(moved), Err)
    }

    /// How long nothing can fall due, as far as is known; at most the interval.
    async fn until_next(&self) -> Duration {
        let next = self.store.next_conversation().await.ok().flatten();
        match next.and_then(|at| (at - self.clock.now()).to_std().ok()) {
            None | Some(Duration::ZERO) => self.interval,
            Some(wait) => wait.min(self.interval),
        }
    }
}
