//! Says in gauges what waits for somebody outside: directives for relays, deliveries for receivers. It is measured rather than counted, so that it is
//! right whichever process did what, and after every restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::gauge;

use super::Stop;
use super::pace::Pace;
use crate::ports::clock::Clock;
use crate::ports::error::StoreError;
use crate::ports::store::Store;
use crate::ports::waiting::OpenDirectives;
use crate::service::error::chain;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(15);
/// How many rows of each kind are looked at. What waits beyond that is much, and how much no longer matters.
const LOOKED_AT: u32 = 100_000;
/// The platforms that have gauges of their own. Tenants may make up others, and no label is made of what a client sent.
const PLATFORMS: [&str; 3] = ["discord", "slack", "telegram"];
const OTHER: &str = "other";

/// What the job works with.
pub struct Waiting {
    /// Where it waits.
    pub store: Arc<dyn Store>,
    /// The clock by which it is due.
    pub clock: Arc<dyn Clock>,
}

/// What is open of some platforms.
#[derive(Clone, Copy, Default)]
struct Open {
    count: u64,
    overdue: Duration,
}

impl Waiting {
    /// Runs until told to stop.
    pub async fn run(self, mut stop: Stop) {
        let mut pace = Pace::default();
        while !stop.is_told() {
            match self.look().await {
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

    /// Sets the gauges.
    async fn look(&self) -> Result<(), StoreError> {
        let waiting = self.store.waiting(LOOKED_AT).await?;
        for (platform, open) in by_gauge(&waiting.directives, self.clock.now()) {
            gauge!("tribune_directives_open", "platform" => platform).set(float(open.count));
            gauge!("tribune_directives_overdue_seconds", "platform" => platform)
                .set(open.overdue.as_secs_f64());
        }
        gauge!("tribune_webhook_deliveries", "state" => "pending").set(float(waiting.pending));
        gauge!("tribune_webhook_deliveries", "state" => "dead").set(float(waiting.dead));
        Ok(())
    }
}

/// What each gauge says; nothing is open where nothing was found.
fn by_gauge(found: &[OpenDirectives], now: DateTime<Utc>) -> BTreeMap<&'static str, Open> {
    let names = PLATFORMS.into_iter().chain([OTHER]);
    let mut gauges: BTreeMap<_, _> = names.map(|name| (name, Open::default())).collect();
    for OpenDirectives { platform, count, due } in found {
        let name = PLATFORMS.into_iter().find(|name| *name == platform.as_str());
        let open = gauges.entry(name.unwrap_or(OTHER)).or_default();
        open.count += count;
        open.overdue = open.overdue.max((now - *due).to_std().unwrap_or_default());
    }
    gauges
}

/// As gauges have it; `LOOKED_AT` is the most.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::identity::Platform;

    #[test]
    fn platforms_of_which_no_relay_is_known_are_taken_together() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(100);
        let open = |name: &str, count, at| OpenDirectives {
            platform: Platform::parse(name).unwrap(),
            count,
            due: DateTime::UNIX_EPOCH + TimeDelta::seconds(at),
        };
        let found = [open("discord", 2, 40), open("irc", 3, 90), open("matrix", 4, 200)];
        let gauges = by_gauge(&found, now);
        let of = |name| (gauges[name].count, gauges[name].overdue.as_secs());
        assert_eq!(
            (of("discord"), of("other"), of("slack"), of("telegram")),
            ((2, 60), (7, 10), (0, 0), (0, 0))
        );
    }
}
