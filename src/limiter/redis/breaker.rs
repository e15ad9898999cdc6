//! A breaker: after a failure nobody asks for a while, then one asks, and when that one is answered all do again.

use std::sync::Mutex;
use std::sync::PoisonError;

/// After the first failure, in milliseconds; twice as long after each further one.
const SHORTEST: u64 = 50;
/// The longest that nobody asks, in milliseconds.
const LONGEST: u64 = 2_000;

/// Whether it is worth asking.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How often it failed in a row.
    failures: u32,
    /// Until when nobody asks.
    until: u64,
}

impl Breaker {
    /// Whether to ask now. While the last answer was a failure one at a time does, and has `patience` milliseconds for it.
    pub(super) fn admits(&self, now: u64, patience: u64) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failures == 0 {
            return true;
        }
        if now < state.until {
            return false;
        }
        state.until = now + patience;
        true
    }

    /// It was answered. True when it had failed before.
    pub(super) fn succeeded(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.failures) > 0
    }

    /// It was not. `dice` is any number: by it processes that failed together do not come back together. True when it had not before.
    pub(super) fn failed(&self, now: u64, dice: u64) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = (SHORTEST << state.failures.min(10)).min(LONGEST);
        state.failures = state.failures.saturating_add(1);
        state.until = now + wait / 2 + dice % (wait / 2 + 1);
        state.failures == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_failure_one_asks_at_a_time() {
        let breaker = Breaker::default();
        assert!(breaker.admits(0, 100) && breaker.admits(0, 100));
        assert!(breaker.failed(0, 25));
        assert!(!breaker.admits(49, 100));
        assert!(breaker.admits(50, 100));
        assert!(!breaker.admits(51, 100), "one is asking already");
        assert!(!breaker.failed(60, 50), "that it is away was known");
        assert!(!breaker.admits(159, 100));
        assert!(breaker.admits(160, 100));
        assert!(breaker.succeeded() && !breaker.succeeded());
        assert!(breaker.admits(160, 100) && breaker.admits(160, 100));
    }

    #[test]
    fn it_never_waits_long() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            breaker.failed(0, u64::MAX);
        }
        assert!(breaker.admits(2_000, 1));
    }
}
