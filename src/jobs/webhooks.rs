//! Sends events to webhooks: plans deliveries of what is new in the logs, posts those that are due, many at a time, and writes down what came
//! of it.
//!
//! Any number of processes may do so side by side: each event is planned once, and what one has in hand no other is given meanwhile. A process
//! that dies leaves what it had in hand to others, once its lease is over; a receiver may then get it twice, under the same id.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Stop;
use super::pace::Pace;
use crate::domain::id::WebhookId;
use crate::ports::webhooks::Handing;
use crate::service::Service;
use crate::service::error::{ServiceError, chain};
use crate::service::webhooks::Tried;

/// How many deliveries are under way at a time.
const IN_HAND: usize = 256;
/// How many of one webhook are taken at once. While it has as many under way it is given no more, so that a slow receiver is in nobody's way.
const EACH: u32 = 32;
/// How many events are planned at once for each webhook.
const PLANNED: u32 = 500;
/// The shortest pause between two rounds: what comes meanwhile is seen to together.
const SHORTEST: Duration = Duration::from_millis(5);
/// For how long tries that are under way are waited for at the end. What takes longer is tried again by others.
const LAST_TRIES: Duration = Duration::from_secs(3);

/// What the job works with.
pub struct Webhooks {
    /// What plans, posts and settles.
    pub service: Service,
    /// How long a try may take.
    pub timeout: Duration,
    /// How often to look for what other processes have committed, and for what is to be tried again.
    pub interval: Duration,
}

/// What is under way.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<Tried>,
    of: HashMap<WebhookId, u32>,
    /// What came of tries, to be written down.
    done: Vec<Tried>,
}

impl Webhooks {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let (mut pace, mut under_way) = (Pace::default(), UnderWay::default());
        let mut commits = self.service.commits();
        while !stop.is_told() {
            let begun = Instant::now();
            let round = self.round(&mut under_way).await;
            note(&mut pace, round.as_ref().err());
            let pause = match round {
                Ok(true) => SHORTEST,
                Ok(false) => self.interval,
                Err(_) => pace.pause(self.interval),
            };
            if pause > SHORTEST {
                tokio::select! {
                    () = stop.told() => {}
                    Some(done) = under_way.tries.join_next() => under_way.note(done),
                    // The service, which tells it, lives as long as this job.
                    _ = commits.changed() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep_until(begun + SHORTEST) => {}
            }
        }
        self.end(under_way).await;
    }

    /// Writes down what came of tries, plans, and begins new tries. True when there may be more to do at once.
    async fn round(&self, under_way: &mut UnderWay) -> Result<bool, ServiceError> {
        under_way.gather();
        if !under_way.done.is_empty() {
            self.settle(under_way).await?;
        }
        let planned = self.service.plan_deliveries(PLANNED).await?;
        let free = IN_HAND.saturating_sub(under_way.tries.len());
        if free == 0 {
            return Ok(false);
        }
        let busy = under_way.of.iter().filter(|(_, count)| **count >= EACH);
        let handing = Handing {
            limit: u32::try_from(free).unwrap_or(u32::MAX),
            each: EACH,
            busy: busy.map(|(id, _)| *id).collect(),
            lease: Service::delivery_lease(self.timeout),
        };
        let taken = self.service.take_deliveries(handing).await?;
        let more = planned.webhooks > 0 || !taken.is_empty();
        for taken in taken {
            *under_way.of.entry(taken.webhook.id).or_default() += 1;
            let service = self.service.clone();
            under_way
                .tries
                .spawn(async move { service.deliver(&taken).await });
        }
        Ok(more)
    }

    async fn settle(&self, under_way: &mut UnderWay) -> Result<(), ServiceError> {
        self.service.settle_tries(under_way.done.clone()).await?;
        for tried in under_way.done.drain(..) {
            let outcome = if tried.tried.is_success() {
                "delivered"
            } else {
                "failed"
            };
            metrics::counter!("tribune_webhook_tries_total", "outcome" => outcome).increment(1);
        }
        Ok(())
    }

    /// Waits a little for what is under way, and writes down what came of it.
    async fn end(&self, mut under_way: UnderWay) {
        let until = Instant::now() + LAST_TRIES;
        while let Ok(Some(done)) = tokio::time::timeout_at(until, under_way.tries.join_next()).await {
            under_way.note(done);
        }
        if !under_way.done.is_empty()
            && let Err(error) = self.settle(&mut under_way).await
        {
            tracing::warn!(
                error = chain(&error),
                "what came of the last deliveries could not be written down; they are tried again"
            );
        }
    }
}

impl UnderWay {
    /// Takes in every try that is over.
    fn gather(&mut self) {
        while let Some(done) = self.tries.try_join_next() {
            self.note(done);
        }
    }

    fn note(&mut self, done: Result<Tried, tokio::task::JoinError>) {
        match done {
            Ok(tried) => {
                if let Some(count) = self.of.get_mut(&tried.webhook) {
                    *count -= 1;
                    if *count == 0 {
                        self.of.remove(&tried.webhook);
                    }
                }
                self.done.push(tried);
            }
            // It is tried again once its lease is over.
            Err(error) => tracing::error!(%error, "a delivery ended badly"),
        }
    }
}

/// Writes into the log what has changed since the last round.
fn note(pace: &mut Pace, failure: Option<&ServiceError>) {
    match failure {
        Some(error) => {
            if pace.failed() {
                tracing::warn!(
                    error = chain(error),
                    "webhooks cannot be sent anything; trying again"
                );
            }
        }
        None => {
            if pace.succeeded() {
                tracing::info!("webhooks are sent events again");
            }
        }
    }
}
