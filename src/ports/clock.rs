//! What time it is. Tests put their own clock here.

use chrono::{DateTime, Utc};

/// A source of the present moment.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// A source of time that passes, whatever the date is said to be.
pub trait Ticks: Send + Sync + 'static {
    /// Milliseconds since some moment. Never fewer than before, unless a test sets them back.
    fn ticks(&self) -> u64;
}
