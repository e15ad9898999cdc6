//! The operating system's clock and randomness behind the ports. Nothing else in the program asks for either.

use chrono::{DateTime, Utc};
use std::time::Instant;
use uuid::Uuid;

use crate::ports::clock::{Clock, Ticks};
use crate::ports::ids::{Ids, NoRandomness};

/// The clock of this machine.
pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the adapter that the others are told to ask"
        )]
        Utc::now()
    }
}

/// How long this process has been running: it never goes back, whatever is done to the clock.
pub(super) struct SystemTicks(Instant);

impl SystemTicks {
    /// From now on.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Ticks for SystemTicks {
    fn ticks(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Identifiers by the clock and the randomness of this machine.
pub(super) struct SystemIds;

impl Ids for SystemIds {
    fn fresh(&self) -> Uuid {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the adapter that the others are told to ask"
        )]
        Uuid::now_v7()
    }

    fn random(&self) -> Result<[u8; 32], NoRandomness> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_rise_and_secrets_differ() {
        let ids: Vec<_> = (0..1_000).map(|_| SystemIds.fresh()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
        assert_ne!(SystemIds.random().unwrap(), SystemIds.random().unwrap());
    }
}
