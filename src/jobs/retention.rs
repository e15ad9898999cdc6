//! Forgets the answers that are kept under idempotency keys, once they are older than anyone repeats a request, events whose time is
//! over, and jobs, schedules, conversations, links and deliveries that ended long ago.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::pace::Pace;
use crate::ports::store::Store;
use crate::service::error::{ServiceError, chain};

/// How often to look for answers that have grown old.
const INTERVAL: Duration = Duration::from_secs(300);

/// How long a job and its results, a schedule and a conversation are kept once they have ended, and a plan and a link once they have expired.
const JOBS_KEPT: Duration = Duration::from_secs(30 * 86_400);

/// How long acts are kept that budgets count: none looks back further.
const BUDGETS_LOOK_BACK: Duration = Duration::from_secs(30 * 86_400);

/// How many answers go in one transaction: few enough that nobody notices who waits for it.
const STEP: u32 = 1_000;

/// The pause between two steps, in which others get at the store.
const BETWEEN_STEPS: Duration = Duration::from_millis(50);

/// What the job works with.
pub struct Retention {
    /// Where the answers are.
    pub store: Arc<dyn Store>,
    /// How long an answer is kept at the least.
    pub age: Duration,
    /// How long events are kept.
    pub events: Duration,
    /// How long deliveries are kept once they are settled.
    pub deliveries: Duration,
}

impl Retention {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            let pause = match self.step().await {
                Ok(forgotten) => {
                    pace.succeeded();
                    if forgotten < u64::from(STEP) {
                        INTERVAL
                    } else {
                        BETWEEN_STEPS
                    }
                }
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(
                            error = chain(&error),
                            "what is old cannot be removed; trying again"
                        );
                    }
                    pace.pause(INTERVAL)
                }
            };
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Says how much there was to forget; fewer than a step when nothing is left.
    async fn step(&self) -> Result<u64, ServiceError> {
        let forgotten = self.store.forget_answers(self.age, STEP).await?;
        if self.store.forget_jobs(JOBS_KEPT, STEP).await? {
            return Ok(u64::from(STEP));
        }
        if self.store.forget_events(self.events, STEP).await? {
            return Ok(u64::from(STEP));
        }
        let plans = self.store.forget_plans(JOBS_KEPT, STEP).await?;
        let spent = self.store.forget_spent(BUDGETS_LOOK_BACK, STEP).await?;
        let schedules = self.store.forget_schedules(JOBS_KEPT, STEP).await?;
        let links = self.store.forget_appeal_links(JOBS_KEPT, STEP).await?;
        let conversations = self.store.forget_conversations(JOBS_KEPT, STEP).await?;
        let deliveries = self.store.forget_deliveries(self.deliveries, STEP).await?;
        Ok([
            forgotten,
            plans,
            spent,
            schedules,
            links,
            conversations,
            deliveries,
        ]
        .into_iter()
        .fold(0, u64::max))
    }
}
