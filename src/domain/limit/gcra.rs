//! The generic cell rate algorithm: the moment at which everything that was spent has come back is all that is kept.

use super::rate::Rate;
use super::state::{Outlook, up};

/// The moment at which all has come back: `part` of the capacity into a millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gcra {
    /// The whole milliseconds of the moment.
    pub(super) at: u64,
    /// How far into the millisecond, in as many parts as the capacity is.
    pub(super) part: u32,
}

impl Gcra {
    /// What is missing at a moment, in units as a bucket has them.
    fn debt(&self, rate: Rate, now: u64) -> u64 {
        let capacity = rate.capacity();
        // Under a capacity that has become smaller, parts of a millisecond may be more than one.
        let (at, part) = if self.part >= capacity {
            (self.at + 1, 0)
        } else {
            (self.at, self.part)
        };
        if at < now {
            return 0;
        }
        let debt = (at - now)
            .saturating_mul(u64::from(capacity))
            .saturating_add(u64::from(part));
        debt.min(Self::most(rate))
    }

    /// More than this is never missing.
    fn most(rate: Rate) -> u64 {
        u64::from(rate.size()) * rate.period()
    }

    fn owing(rate: Rate, now: u64, debt: u64) -> Self {
        let capacity = u64::from(rate.capacity());
        Self {
            at: now + debt / capacity,
            // Below the capacity, which fits.
            part: u32::try_from(debt % capacity).unwrap_or(0),
        }
    }

    /// Where the clock was set back, more than all would be missing, and for as long as it was set back.
    pub(super) fn settle(&mut self, rate: Rate, now: u64) {
        if self.debt(rate, now) == Self::most(rate) {
            *self = Self::owing(rate, now, Self::most(rate));
        }
    }

    pub(super) fn look(&self, rate: Rate, now: u64, cost: u32) -> Outlook {
        Outlook::of_debt(rate, self.debt(rate, now), cost)
    }

    pub(super) fn add(&mut self, rate: Rate, now: u64, cost: u32) {
        let debt = self.debt(rate, now) + u64::from(cost) * rate.period();
        *self = Self::owing(rate, now, debt);
    }

    /// After how many milliseconds all has come back.
    pub(super) fn reset(&self, rate: Rate, now: u64) -> u64 {
        up(self.debt(rate, now), u64::from(rate.capacity()))
    }
}
