//! What streams need from time to time: entries that nobody can work off become dead letters, what is too old goes, and a stream that lost
//! its end though nothing is published to it is noticed.

use std::time::Duration;

use futures_util::StreamExt as _;
use metrics::counter;

use super::{AT_A_TIME, LONGEST, Publishing};
use crate::domain::id::TenantId;
use crate::jobs::Stop;
use crate::jobs::pace::Pace;
use crate::ports::bus::{BusError, Tidied};

/// How often streams are tidied: so often that what is stuck is noticed in time, and within these bounds.
const PART: u32 = 4;
const MOST_OFTEN: Duration = Duration::from_millis(100);
const LEAST_OFTEN: Duration = Duration::from_secs(10);

impl Publishing {
    /// Tidies every stream again and again, until told to stop.
    pub(super) async fn keep_up(&self, mut stop: Stop) {
        let interval = (self.job.bounds.stuck_after / PART).clamp(MOST_OFTEN, LEAST_OFTEN);
        let mut pace = Pace::default();
        while !stop.is_told() {
            let pause = match self.tidy_all().await {
                Ok(()) => {
                    pace.succeeded();
                    interval
                }
                Err(error) => {
                    counter!("tribune_streams_failures_total").increment(1);
                    if pace.failed() {
                        tracing::warn!(reason = error.reason, "streams cannot be tidied; trying again");
                    }
                    pace.pause(interval).min(LONGEST.max(interval))
                }
            };
            tokio::select! {
                () = stop.told() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Tidies every stream that is a copy of its log. One that fails keeps no other from its turn; the first failure is told.
    async fn tidy_all(&self) -> Result<(), BusError> {
        let all: Vec<(TenantId, i64)> = {
            let streams = self.lock();
            let known = streams.iter().filter(|(_, stream)| stream.is_known());
            known.map(|(tenant, stream)| (*tenant, stream.position)).collect()
        };
        let work = all.into_iter().map(|(tenant, end)| self.tidy(tenant, end));
        let done: Vec<_> = futures_util::stream::iter(work)
            .buffer_unordered(AT_A_TIME)
            .collect()
            .await;
        done.into_iter().collect()
    }

    /// Tidies a stream that is known to end at a position.
    pub(super) async fn tidy(&self, tenant: TenantId, end: i64) -> Result<(), BusError> {
        let tidied = self.job.bus.tidy(tenant, end, &self.job.bounds).await?;
        if tidied.last < end {
            self.suspects().insert(tenant);
        }
        note(tenant, &tidied);
        Ok(())
    }
}

/// Says what consumers did not get.
fn note(tenant: TenantId, tidied: &Tidied) {
    counter!("tribune_streams_dead_letters_total").increment(tidied.buried);
    if tidied.buried > 0 {
        tracing::warn!(
            %tenant,
            entries = tidied.buried,
            "entries were delivered too often without being acknowledged, and are dead letters now"
        );
    }
    for lost in &tidied.lost {
        counter!("tribune_streams_lost_total").increment(1);
        tracing::warn!(
            %tenant,
            group = lost.group,
            first = lost.positions.0,
            last = lost.positions.1,
            "the stream is as long as it may be: entries went that the group had not acknowledged; GET /v1/events still has them"
        );
    }
}
