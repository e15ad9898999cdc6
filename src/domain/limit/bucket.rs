//! The token bucket, seen from above: what was spent and has not come back.
//!
//! A token is as many units as its period has milliseconds, and as many units come back a millisecond as the capacity says: so
//! everything is a whole number.

use super::rate::Rate;
use super::state::{Outlook, up};

/// What was spent and has not come back, at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The moment.
    pub(super) at: u64,
    /// What is missing from a full bucket, in units.
    pub(super) debt: u64,
}

impl Bucket {
    /// Where the clock was set back, nothing comes back, and time goes on from here.
    pub(super) fn settle(&mut self, now: u64) {
        self.at = self.at.min(now);
    }

    /// What is missing at a moment.
    fn debt(&self, rate: Rate, now: u64) -> u64 {
        let passed = now.saturating_sub(self.at);
        self.debt
            .saturating_sub(passed.saturating_mul(u64::from(rate.capacity())))
    }

    pub(super) fn look(&self, rate: Rate, now: u64, cost: u32) -> Outlook {
        Outlook::of_debt(rate, self.debt(rate, now), cost)
    }

    pub(super) fn add(&mut self, rate: Rate, now: u64, cost: u32) {
        self.debt = self.debt(rate, now) + u64::from(cost) * rate.period();
        self.at = now;
    }

    /// After how many milliseconds it is full.
    pub(super) fn reset(&self, rate: Rate, now: u64) -> u64 {
        up(self.debt(rate, now), u64::from(rate.capacity()))
    }
}
