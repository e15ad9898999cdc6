//! Says in gauges what waits for somebody outside: directives for relays, deliveries for receivers. It is measured rather than counted, so that it is
//! right whichever process did what, and after every restart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;

use super::Stop;
use super::pace::Pace;
use crate::domain::identity::Platform;
use crate::ports::clock::Clock;
use crate::ports::error::StoreError;
use crate::ports::store::Store;
use crate::ports::waiting::OpenDirectives;
use crate::service::error::chain;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(15);
/// How many rows of each kind are looked at. What waits beyond that is much, and how much no longer matters.
const LOOKED_AT: u32 = 100_000;
/// How many platforms have gauges of their own: tenants make up their names.
const MOST_PLATFORMS: usize = 32;

/// What the job works with.
pub struct Waiting {
    /// Where it waits.
    pub store: Arc<dyn Store>,
    /// The clock by which it is due.
    pub clock: Arc<dyn Clock>,
}

impl Waiting {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let (mut pace, mut known) = (Pace::default(), BTreeSet::new());
        while !stop.is_told() {
            match self.look(&mut known).await {
                Ok(()) => {
                    pace.succeeded();
                }
                Err(error) => {
                    if pace.failed() {
                        tracing::warn!(
                            error = chain(&error),
                            "what waits cannot be looked at; trying again"
                        );
                    }
                }
            }
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pace.pause(INTERVAL)) => {}
            }
        }
    }

    /// Sets the gauges. `known` are the platforms that have some.
    async fn look(&self, known: &mut BTreeSet<Platform>) -> Result<(), StoreError> {
        let waiting = self.store.waiting(LOOKED_AT).await?;
        for platform in known.iter() {
            if !waiting.directives.iter().any(|open| open.platform == *platform) {
                set(platform, 0, Duration::ZERO);
            }
        }
        for OpenDirectives { platform, count, due } in waiting.directives {
            if known.len() < MOST_PLATFORMS || known.contains(&platform) {
                let overdue = (self.clock.now() - due).to_std().unwrap_or_default();
                set(&platform, count, overdue);
                known.insert(platform);
            }
        }
        gauge!("tribune_webhook_deliveries", "state" => "pending").set(float(waiting.pending));
        gauge!("tribune_webhook_deliveries", "state" => "dead").set(float(waiting.dead));
        Ok(())
    }
}

fn set(platform: &Platform, open: u64, overdue: Duration) {
    let name = platform.as_str().to_owned();
    gauge!("tribune_directives_open", "platform" => name.clone()).set(float(open));
    gauge!("tribune_directives_overdue_seconds", "platform" => name).set(overdue.as_secs_f64());
}

/// As gauges have it; `LOOKED_AT` is the most.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
