//! Whether this process can serve: its store answers, has the schema of this build, and agrees about the time.

use super::Service;
use crate::ports::error::StoreError;
use chrono::TimeDelta;

/// How far the clocks of a replica and of its store may be apart. Acts are dated by the store; what a replica dates by its
/// own clock (expired keys, due timers) must not be older or newer than that by more than anyone would notice.
pub const LARGEST_SKEW: TimeDelta = TimeDelta::seconds(2);

/// How a store that can be served is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Which store, with its version.
    pub backend: String,
    /// The newest migration that was applied.
    pub schema: i64,
    /// By how much the store's clock is ahead of this process's.
    pub skew: TimeDelta,
}

/// Why this process should get no requests.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The store does not answer.
    #[error("the database cannot be reached")]
    Unreachable(#[source] StoreError),
    /// The tables are those of another build.
    #[error("the database has schema {found}, this build needs {known}")]
    Schema {
        /// The newest migration of the database.
        found: i64,
        /// The newest migration of this build.
        known: i64,
    },
    /// The clocks are too far apart.
    #[error(
        "this machine's clock is {} s away from the database's; at most {} s are allowed",
        .skew.abs().num_seconds(),
        LARGEST_SKEW.num_seconds()
    )]
    Clock {
        /// Which store.
        backend: String,
        /// By how much the store's clock is ahead.
        skew: TimeDelta,
    },
}

impl Service {
    /// Asks the store how it is.
    ///
    /// # Errors
    /// [`NotReady`], which says what an operator should look at.
    pub async fn health(&self) -> Result<Health, NotReady> {
        let asked = self.clock.now();
        let health = self.store.health().await.map_err(NotReady::Unreachable)?;
        let answered = self.clock.now();
        let (found, known) = health.schema;
        if found != known {
            return Err(NotReady::Schema { found, known });
        }
        let skew = skew(asked, health.now, answered);
        if skew.abs() > LARGEST_SKEW {
            let backend = health.backend;
            return Err(NotReady::Clock { backend, skew });
        }
        Ok(Health {
            backend: health.backend,
            schema: found,
            skew,
        })
    }
}

/// By how much `theirs`, read some time between our two readings, is certainly ahead of us; zero if it lies between them.
#[must_use]
pub fn skew(
    asked: chrono::DateTime<chrono::Utc>,
    theirs: chrono::DateTime<chrono::Utc>,
    answered: chrono::DateTime<chrono::Utc>,
) -> TimeDelta {
    if theirs < asked {
        theirs - asked
    } else if theirs > answered {
        theirs - answered
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(milliseconds).unwrap()
    }

    #[test]
    fn a_slow_answer_is_no_skew() {
        let between = skew(at(0), at(4_000), at(9_000));
        assert_eq!(between, TimeDelta::zero());
        assert_eq!(skew(at(1_000), at(0), at(9_000)), TimeDelta::milliseconds(-1_000));
        assert_eq!(skew(at(0), at(9_500), at(9_000)), TimeDelta::milliseconds(500));
    }
}
