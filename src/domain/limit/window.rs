//! The sliding window as an estimate: what was spent in this period, and in the one before it by how much of that is still within reach.

use super::rate::{MOST, Rate};
use super::state::Outlook;

/// What was spent in two periods. Periods begin at multiples of their length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Which period is the current one.
    pub(super) index: u64,
    /// What was spent in the one before.
    pub(super) previous: u32,
    /// What was spent in it.
    pub(super) current: u32,
}

impl Window {
    /// Where the clock was set back into an earlier period, all was spent in that one.
    pub(super) fn settle(&mut self, rate: Rate, now: u64) {
        let index = now / rate.period();
        if self.index > index {
            // More than twice the most is as much as that.
            let all = self.previous.saturating_add(self.current).min(2 * MOST);
            (self.index, self.previous, self.current) = (index, 0, all);
        }
    }

    /// What was spent in the period before, and in the one of a moment.
    fn at(&self, rate: Rate, now: u64) -> (u32, u32) {
        match (now / rate.period()).saturating_sub(self.index) {
            0 => (self.previous, self.current),
            1 => (self.current, 0),
            _ => (0, 0),
        }
    }

    pub(super) fn look(&self, rate: Rate, now: u64, cost: u32) -> Outlook {
        let (period, capacity, cost) = (rate.period(), u64::from(rate.capacity()), u64::from(cost));
        let (previous, current) = self.at(rate, now);
        let (previous, current) = (u64::from(previous), u64::from(current));
        let left = period - now % period;
        let used = previous * left + current * period;
        let room = (capacity * period).saturating_sub(used);
        Outlook {
            remaining: room / period,
            retry_after: (cost * period > room).then(|| {
                if current + cost <= capacity {
                    // Once so much of the period before is within reach that it fits.
                    left - (capacity - current - cost) * period / previous
                } else {
                    // In the next period, of which this one is the one before.
                    left + period - ((capacity - cost) * period / current).min(period)
                }
            }),
        }
    }

    pub(super) fn add(&mut self, rate: Rate, now: u64, cost: u32) {
        let (previous, current) = self.at(rate, now);
        (self.index, self.previous, self.current) = (now / rate.period(), previous, current + cost);
    }

    /// After how many milliseconds nothing of it is within reach.
    pub(super) fn reset(&self, rate: Rate, now: u64) -> u64 {
        let left = rate.period() - now % rate.period();
        match self.at(rate, now) {
            (0, 0) => 0,
            (_, 0) => left,
            _ => left + rate.period(),
        }
    }
}
