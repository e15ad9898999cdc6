//! What was spent under a key, and what comes of a check.

use super::bucket::Bucket;
use super::gcra::Gcra;
use super::log::Log;
use super::rate::{Algorithm, Rate};
use super::window::Window;

/// What was spent under one key, as its algorithm remembers it. A key that nobody used has the [`State::new`] one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Of a token bucket.
    Bucket(Bucket),
    /// Of a sliding window log.
    Log(Box<Log>),
    /// Of a sliding window.
    Window(Window),
    /// Of the generic cell rate algorithm.
    Gcra(Gcra),
}

/// What comes of a check of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it may happen.
    pub allowed: bool,
    /// What a key that nobody used has.
    pub limit: u32,
    /// What is left; after the check, if it spent something.
    pub remaining: u32,
    /// After how many milliseconds the same check passes if nobody else comes; `None` when it passed.
    pub retry_after: Option<u64>,
    /// After how many milliseconds the key is as if nobody had used it, if nobody does.
    pub reset_after: u64,
}

/// What a state has to say about a cost, before anything is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outlook {
    /// After how long it fits; `None` when it fits now.
    pub(super) retry_after: Option<u64>,
    /// What is left.
    pub(super) remaining: u64,
}

impl Outlook {
    /// Where so many units are missing from a full bucket.
    pub(super) fn of_debt(rate: Rate, debt: u64, cost: u32) -> Self {
        let full = u64::from(rate.size()) * rate.period();
        let needed = debt + u64::from(cost) * rate.period();
        Self {
            retry_after: (needed > full).then(|| up(needed - full, u64::from(rate.capacity()))),
            remaining: full.saturating_sub(debt) / rate.period(),
        }
    }
}

/// A quotient, rounded up.
pub(super) const fn up(units: u64, by: u64) -> u64 {
    units.div_ceil(by)
}

impl State {
    /// Of a key that nobody used.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::TokenBucket => Self::Bucket(Bucket::default()),
            Algorithm::SlidingWindowLog => Self::Log(Box::default()),
            Algorithm::SlidingWindow => Self::Window(Window::default()),
            Algorithm::Gcra => Self::Gcra(Gcra::default()),
        }
    }

    /// To be called before anything else is asked about a moment. Changes what a later moment would be told only where the clock was set
    /// back.
    pub fn settle(&mut self, rate: Rate, now: u64) {
        match self {
            Self::Bucket(state) => state.settle(now),
            Self::Log(state) => state.settle(rate, now),
            Self::Window(state) => state.settle(rate, now),
            Self::Gcra(state) => state.settle(rate, now),
        }
    }

    /// What would come of a check now, of which nothing is spent.
    #[must_use]
    pub fn look(&self, rate: Rate, now: u64, cost: u32) -> Verdict {
        let outlook = match self {
            Self::Bucket(state) => state.look(rate, now, cost),
            Self::Log(state) => state.look(rate, now, cost),
            Self::Window(state) => state.look(rate, now, cost),
            Self::Gcra(state) => state.look(rate, now, cost),
        };
        Verdict {
            allowed: outlook.retry_after.is_none(),
            limit: rate.size(),
            // Not above the limit, which fits.
            remaining: u32::try_from(outlook.remaining).unwrap_or(u32::MAX),
            retry_after: outlook.retry_after,
            reset_after: self.reset_after(rate, now),
        }
    }

    /// Spends; whether it fits is asked before.
    pub fn spend(&mut self, rate: Rate, now: u64, cost: u32) {
        match self {
            Self::Bucket(state) => state.add(rate, now, cost),
            Self::Log(state) => state.add(now, cost),
            Self::Window(state) => state.add(rate, now, cost),
            Self::Gcra(state) => state.add(rate, now, cost),
        }
    }

    /// After how many milliseconds it is as good as new.
    #[must_use]
    pub fn reset_after(&self, rate: Rate, now: u64) -> u64 {
        match self {
            Self::Bucket(state) => state.reset(rate, now),
            Self::Log(state) => state.reset(rate, now),
            Self::Window(state) => state.reset(rate, now),
            Self::Gcra(state) => state.reset(rate, now),
        }
    }

    /// How many moments it remembers one by one.
    #[must_use]
    pub fn entries(&self) -> usize {
        match self {
            Self::Log(state) => state.len(),
            _ => 0,
        }
    }
}
