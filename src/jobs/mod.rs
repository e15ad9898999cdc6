//! Work that nobody calls for: what falls due with time. Each job runs until the process is told to stop.

pub mod activations; // versions of policies that come into force by time
pub mod appeals; // what time does to appeals
pub mod backlog; // requests of many items, worked off a part at a time
pub mod conversations; // conversations in which time is up
pub mod publisher; // the log, as streams for groups of consumers
pub mod removals; // people, communities and tenants that go
pub mod restatements; // what platforms are to do under new names and in new spaces
pub mod retention; // answers under idempotency keys, forgotten in time
pub mod schedules; // acts and reminders at a time that was set before
pub mod timers; // sanctions whose time is over
pub mod waiting; // what waits for somebody outside, as gauges
pub mod webhooks; // events, sent where tenants want them

mod pace; // how long to wait after a failure, and whether to log it

use tokio::sync::watch;

/// Told to every job when the process stops. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Tells the jobs to stop, at the latest when dropped.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair of which the first tells the second.
#[must_use]
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Tells every job to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it is time to stop.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Ready once it is time to stop.
    pub async fn told(&mut self) {
        // An error means that the stopper is gone, which tells the same.
        drop(self.0.wait_for(|told| *told).await);
    }
}
