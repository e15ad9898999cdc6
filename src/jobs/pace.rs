//! How a job goes on after failures: more slowly each time, and without filling the log with one and the same.

use std::time::Duration;

/// The longest pause between two tries: what waits is late by so much once the database is back.
const LONGEST: Duration = Duration::from_secs(5);

/// Counts the failures in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    failures: u32,
}

impl Pace {
    /// A round went well. True when that is news, because the one before failed.
    pub(super) fn succeeded(&mut self) -> bool {
        std::mem::take(&mut self.failures) > 0
    }

    /// A round failed. True when it is the first in a row, the one to log.
    pub(super) fn failed(&mut self) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.failures == 1
    }

    /// Whether the last round failed.
    pub(super) const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// How long to wait before the next round: the usual pause, doubled with each failure in a row.
    pub(super) fn pause(&self, usual: Duration) -> Duration {
        let doubled = usual.saturating_mul(1 << self.failures.min(16));
        if self.failures == 0 {
            usual
        } else {
            doubled.min(LONGEST.max(usual))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_few_seconds_and_only_changes_are_news() {
        let (mut pace, second) = (Pace::default(), Duration::from_secs(1));
        assert!(!pace.succeeded());
        assert_eq!(pace.pause(second), second);
        assert!(pace.failed() && !pace.failed());
        assert_eq!(pace.pause(second), 4 * second);
        (0..40).for_each(|_| assert!(!pace.failed()));
        assert_eq!(pace.pause(second), LONGEST);
        assert_eq!(pace.pause(2 * LONGEST), 2 * LONGEST);
        assert!(pace.succeeded() && !pace.succeeded());
        assert_eq!(pace.pause(second), second);
    }
}
