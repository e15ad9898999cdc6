//! What time it is. Tests put their own clock here.

use chrono::{DateTime, Utc};

/// A source of the present moment.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, UTC.
    fn now(&self) -> DateTime<Utc>;
}
