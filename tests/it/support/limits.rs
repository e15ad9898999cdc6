//! Counters of rate limits by the test's clock.

use std::sync::Arc;

use tribune::limiter::memory::Memory;
use tribune::ports::limiter::Limiter;

use super::clock::TestClock;

/// Room enough for every key of a test.
pub(crate) const ROOM: usize = 100_000;

/// Counters in this process.
pub(crate) fn memory(clock: &Arc<TestClock>) -> Arc<dyn Limiter> {
    Arc::new(Memory::new(ROOM, clock.clone()))
}
