//! The sliding window log: every check of the last period, so that no window of that length ever holds more than is permitted.

use super::rate::Rate;
use super::state::Outlook;
use std::collections::VecDeque;

/// What was spent within the last period, oldest first; what was spent in one millisecond is one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    entries: VecDeque<(u64, u32)>,
    total: u64,
}

impl Log {
    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The moment of the newest entry.
    pub(super) fn newest(&self) -> Option<u64> {
        self.entries.back().map(|(at, _)| *at)
    }

    /// Forgets what lies a period back. Where the clock was set back, what lies ahead was spent just now.
    pub(super) fn settle(&mut self, rate: Rate, now: u64) {
        let mut ahead = 0;
        while let Some((_, cost)) = self.entries.pop_back_if(|(at, _)| *at > now) {
            ahead += cost;
        }
        if ahead > 0 {
            self.push(now, ahead);
        }
        while let Some((_, cost)) = self.entries.pop_front_if(|(at, _)| *at + rate.period() <= now) {
            self.total -= u64::from(cost);
        }
    }

    pub(super) fn look(&self, rate: Rate, now: u64, cost: u32) -> Outlook {
        let (capacity, cost) = (u64::from(rate.capacity()), u64::from(cost));
        let excess = (self.total + cost).saturating_sub(capacity);
        let mut freed = 0;
        let mut until = None;
        if excess > 0 {
            let enough = self.entries.iter().find(|(_, cost)| {
                freed += u64::from(*cost);
                freed >= excess
            });
            until = Some(enough.map_or(rate.period(), |(at, _)| at + rate.period() - now));
        }
        Outlook {
            retry_after: until,
            remaining: capacity.saturating_sub(self.total),
        }
    }

    pub(super) fn add(&mut self, now: u64, cost: u32) {
        self.push(now, cost);
        self.total += u64::from(cost);
    }

    fn push(&mut self, now: u64, cost: u32) {
        match self.entries.back_mut() {
            Some((at, spent)) if *at == now => *spent += cost,
            _ => self.entries.push_back((now, cost)),
        }
    }

    /// After how many milliseconds nothing is left of it.
    pub(super) fn reset(&self, rate: Rate, now: u64) -> u64 {
        self.newest().map_or(0, |at| at + rate.period() - now)
    }
}
