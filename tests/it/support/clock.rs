//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use tribune::ports::clock::{Clock, Ticks};

/// Microseconds since 1970, moved by hand.
pub(crate) struct TestClock {
    micros: AtomicI64,
}

impl TestClock {
    /// 2026-01-01T00:00:00Z.
    pub(crate) const START: i64 = 1_767_225_600;

    /// A clock at [`Self::START`].
    pub(crate) fn new() -> Arc<Self> {
        let micros = AtomicI64::new(Self::START * 1_000_000);
        Arc::new(Self { micros })
    }

    /// Moves it.
    pub(crate) fn advance(&self, seconds: i64) {
        self.micros.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// Sets it to a number of microseconds since 1970.
    pub(crate) fn set_micros(&self, micros: i64) {
        self.micros.store(micros, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::Relaxed)).expect("tests stay within time")
    }
}

impl Ticks for TestClock {
    fn ticks(&self) -> u64 {
        u64::try_from(self.micros.load(Ordering::Relaxed) / 1_000).expect("tests stay within time")
    }
}

#[test]
fn it_moves_when_told_and_not_before() {
    let clock = TestClock::new();
    let start = clock.now();
    assert_eq!(clock.now(), start);
    clock.advance(60);
    assert_eq!((clock.now() - start).num_seconds(), 60);
}
