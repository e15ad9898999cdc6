//! Publishes the logs of all tenants as streams.
//!
//! What is published follows from the log and from where a stream ends, and from nothing else: so a process that dies publishes nothing
//! twice, a stream that lost its end gets it anew, and several processes side by side need no agreement. Whoever finds that another was
//! quicker stays back for a moment.

mod stream;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use metrics::{counter, gauge};
use tokio::time::Instant;

use self::stream::{Came, Stream};
use super::Stop;
use super::pace::Pace;
use crate::domain::id::TenantId;
use crate::ports::bus::{Bounds, Bus, Clears};
use crate::service::Service;
use crate::service::error::{ServiceError, chain};

/// How many streams are seen to at the same time.
const AT_A_TIME: usize = 8;
/// The shortest pause between two looks: what comes meanwhile is published together.
const SHORTEST: Duration = Duration::from_millis(2);
/// Which part of the time may be spent on asking where logs end, though nothing was committed here: where there are very many, commits of
/// other processes are looked for less often.
const LOOKS: u32 = 20;
/// The longest pause after failures: consumers wait meanwhile.
const LONGEST: Duration = Duration::from_secs(5);

/// What the job works with.
pub struct Publisher {
    /// What reads the logs.
    pub service: Service,
    /// Where the streams are.
    pub bus: Arc<dyn Bus>,
    /// How long streams may become, and what of them is dead.
    pub bounds: Bounds,
    /// How often to look for what other processes have committed.
    pub interval: Duration,
}

/// What is under way.
struct Publishing {
    job: Publisher,
    streams: Mutex<BTreeMap<TenantId, Stream>>,
    /// Streams that are shorter than they were: something is missing.
    suspects: Mutex<BTreeSet<TenantId>>,
}

/// What a look came to.
#[derive(Default)]
struct Look {
    /// How long it took to ask where the logs end.
    took: Duration,
    /// Whether there is more to publish already.
    more: bool,
    /// What the first of those that failed says.
    failure: Option<String>,
}

impl Publisher {
    /// Runs until told to stop. What is left then is published by others, or after the next start.
    pub async fn run(self, stop: Stop) {
        let publishing = Publishing {
            job: self,
            streams: Mutex::default(),
            suspects: Mutex::default(),
        };
        tokio::join!(publishing.publish(stop.clone()), publishing.keep_up(stop));
    }
}

impl Publishing {
    async fn publish(&self, mut stop: Stop) {
        let mut commits = self.job.service.commits();
        let (mut pace, mut failing, mut connections) = (Pace::default(), Pace::default(), 0);
        while !stop.is_told() {
            let now = self.job.bus.connections();
            let looked = self.look(std::mem::replace(&mut connections, now) != now).await;
            let (shortest, longest) = match &looked {
                Ok(look) if look.more => continue,
                Ok(look) => (SHORTEST.max(look.took), self.job.interval.max(LOOKS * look.took)),
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(
                            error = chain(error),
                            "the log cannot be read to be published; trying again"
                        );
                    }
                    let pause = pace.pause(self.job.interval).min(LONGEST);
                    (pause, pause)
                }
            };
            if let Ok(look) = looked {
                pace.succeeded();
                let all_are_well = !self.lock().values().any(Stream::is_failing);
                note(&mut failing, look.failure.as_deref(), all_are_well);
            }
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(shortest) => {}
            }
            tokio::select! {
                () = stop.told() => {}
                // The service, which tells it, lives as long as this job.
                _ = commits.changed() => {}
                () = tokio::time::sleep(longest) => {}
            }
        }
    }

    /// Looks which logs are longer than their streams, and publishes what is missing. After a new connection every stream is asked.
    async fn look(&self, connected_anew: bool) -> Result<Look, ServiceError> {
        let asked = Instant::now();
        let ends: BTreeMap<TenantId, i64> = self.job.service.log_ends().await?.into_iter().collect();
        let mut look = Look {
            took: asked.elapsed(),
            ..Look::default()
        };
        for tenant in self.vanished(&ends) {
            match self.job.bus.clear(tenant, Clears::Tenant(tenant)).await {
                Ok(_) => drop(self.lock().remove(&tenant)),
                Err(error) => look.failed(error.reason),
            }
        }
        let work = self.due(&ends, connected_anew).into_iter();
        let work = work
            .map(|(tenant, end, stream)| async move { (tenant, self.catch_up(tenant, end, stream).await) });
        let mut done = futures_util::stream::iter(work).buffer_unordered(AT_A_TIME);
        while let Some((tenant, (stream, came))) = done.next().await {
            match came {
                Came::Up => {}
                Came::ThereIsMore => look.more = true,
                Came::Failed(reason) => look.failed(reason),
            }
            self.lock().insert(tenant, stream);
        }
        self.measure(&ends);
        Ok(look)
    }

    /// The streams of tenants that are gone.
    fn vanished(&self, ends: &BTreeMap<TenantId, i64>) -> Vec<TenantId> {
        let streams = self.lock();
        let gone = streams.keys().filter(|tenant| !ends.contains_key(tenant));
        gone.copied().collect()
    }

    /// The streams that are to be seen to, with the ends of their logs.
    fn due(&self, ends: &BTreeMap<TenantId, i64>, connected_anew: bool) -> Vec<(TenantId, i64, Stream)> {
        let (now, suspects) = (Instant::now(), std::mem::take(&mut *self.suspects()));
        let (mut streams, mut due) = (self.lock(), Vec::new());
        for (tenant, end) in ends {
            let stream = streams.entry(*tenant).or_default();
            if connected_anew || suspects.contains(tenant) {
                stream.ask_again();
            }
            if stream.is_due(*end, now) {
                due.push((*tenant, *end, stream.clone()));
            }
        }
        due
    }

    /// How far behind the streams are.
    fn measure(&self, ends: &BTreeMap<TenantId, i64>) {
        let streams = self.lock();
        let behind =
            |(tenant, end): (&TenantId, &i64)| streams.get(tenant).map_or(*end, |stream| stream.lag(*end));
        let lag: i64 = ends.iter().map(behind).sum();
        let ahead = streams.values().filter(|stream| stream.is_ahead()).count();
        #[expect(clippy::cast_precision_loss, reason = "gauges of millions")]
        {
            gauge!("tribune_streams_lag").set(lag as f64);
            gauge!("tribune_streams_ahead").set(ahead as f64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TenantId, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn suspects(&self) -> MutexGuard<'_, BTreeSet<TenantId>> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Look {
    /// Notes that something failed.
    fn failed(&mut self, reason: String) {
        counter!("tribune_streams_failures_total").increment(1);
        self.failure.get_or_insert(reason);
    }
}

/// Writes to the log when streams begin to fail, and when all are published again: one that failed is not tried with every look.
fn note(failing: &mut Pace, failure: Option<&str>, all_are_well: bool) {
    match failure {
        Some(reason) if failing.failed() => tracing::warn!(
            reason,
            "events cannot be published to Redis; the log keeps them, and they are published once it answers"
        ),
        Some(_) => {}
        None if all_are_well && failing.succeeded() => tracing::info!("events are published again"),
        None => {}
    }
}
