//! How much within how long, and how it is counted.

use serde::{Deserialize, Serialize};

/// The most that a limit may permit within its period, or at once.
pub const MOST: u32 = 1_000_000;
/// The most that a log may permit: it keeps every check of the last period.
pub const MOST_LOGGED: u32 = 10_000;
/// The longest period in milliseconds: 31 days.
pub const LONGEST: u64 = 31 * 86_400_000;
/// The shortest period in milliseconds.
pub const SHORTEST: u64 = 1_000;

/// How checks are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// A bucket of tokens that fills at a steady rate.
    TokenBucket,
    /// Every check of the last period is remembered: exact.
    SlidingWindowLog,
    /// The counts of this period and the one before it, the latter by how much of it is still within reach: an estimate.
    SlidingWindow,
    /// The generic cell rate algorithm: a token bucket kept as the one moment at which it is full again.
    Gcra,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::TokenBucket,
        Self::SlidingWindowLog,
        Self::SlidingWindow,
        Self::Gcra,
    ];

    /// Its letter, by which stores tell the states of one algorithm from another's.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::TokenBucket => 't',
            Self::SlidingWindowLog => 'l',
            Self::SlidingWindow => 'w',
            Self::Gcra => 'g',
        }
    }

    /// Whether it may permit another amount at once than within a period.
    #[must_use]
    pub const fn has_burst(self) -> bool {
        matches!(self, Self::TokenBucket | Self::Gcra)
    }
}

/// How much within how long. Cannot hold what cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    algorithm: Algorithm,
    capacity: u32,
    period: u64,
    burst: u32,
}

/// Why numbers are not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARate {
    /// Nothing or too much.
    #[error("from 1 to {MOST}")]
    Capacity,
    /// Too much to remember one by one.
    #[error(
        "from 1 to {MOST_LOGGED} for sliding_window_log, which remembers every check; sliding_window takes more"
    )]
    Logged,
    /// Too short or too long.
    #[error("from 1 second to 31 days")]
    Period,
    /// Nothing or too much at once.
    #[error("from 1 to {MOST}")]
    Burst,
    /// A window has none.
    #[error("only token_bucket and gcra have a burst; a window permits its capacity at once")]
    NoBurst,
}

impl NotARate {
    /// The field that is wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Capacity | Self::Logged => "capacity",
            Self::Period => "period",
            Self::Burst | Self::NoBurst => "burst",
        }
    }
}

impl Rate {
    /// `capacity` within `period` milliseconds, of which `burst` at once (by default the capacity).
    ///
    /// # Errors
    /// [`NotARate`] for what is too little or too much.
    pub fn new(
        algorithm: Algorithm,
        capacity: i64,
        period: i64,
        burst: Option<i64>,
    ) -> Result<Self, NotARate> {
        let within = |amount: i64, most: u32| u32::try_from(amount).ok().filter(|a| (1..=most).contains(a));
        let capacity = if algorithm == Algorithm::SlidingWindowLog {
            within(capacity, MOST_LOGGED).ok_or(NotARate::Logged)?
        } else {
            within(capacity, MOST).ok_or(NotARate::Capacity)?
        };
        let period = u64::try_from(period).map_err(|_| NotARate::Period)?;
        if !(SHORTEST..=LONGEST).contains(&period) {
            return Err(NotARate::Period);
        }
        if burst.is_some() && !algorithm.has_burst() {
            return Err(NotARate::NoBurst);
        }
        let burst = match burst {
            Some(burst) => within(burst, MOST).ok_or(NotARate::Burst)?,
            None => capacity,
        };
        Ok(Self {
            algorithm,
            capacity,
            period,
            burst,
        })
    }

    /// How it is counted.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// How much within a period.
    #[must_use]
    pub const fn capacity(self) -> u32 {
        self.capacity
    }

    /// The period in milliseconds.
    #[must_use]
    pub const fn period(self) -> u64 {
        self.period
    }

    /// How much at once: what a key that nobody used has left. The burst, which for windows is the capacity.
    #[must_use]
    pub const fn size(self) -> u32 {
        self.burst
    }

    /// The same with another capacity, and a burst that is smaller or larger likewise. Never less than 1.
    #[must_use]
    pub fn with_capacity(self, capacity: u32) -> Self {
        let burst = u64::from(self.burst) * u64::from(capacity) / u64::from(self.capacity);
        Self {
            capacity: capacity.max(1),
            // Not above the burst that it was, times a capacity that is not above the one that it was, by that.
            burst: u32::try_from(burst).unwrap_or(MOST).max(1),
            ..self
        }
    }

    /// The same, counted as a bucket if it is one in another form.
    #[must_use]
    pub(super) const fn as_bucket(self) -> Self {
        match self.algorithm {
            Algorithm::Gcra => Self {
                algorithm: Algorithm::TokenBucket,
                ..self
            },
            _ => self,
        }
    }

    /// The same, but permitting at least `amount` at once.
    #[must_use]
    pub(super) fn at_least(self, amount: u32) -> Self {
        let capacity = if self.algorithm.has_burst() {
            self.capacity
        } else {
            self.capacity.max(amount)
        };
        Self {
            capacity,
            burst: self.burst.max(amount),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_counted_is_no_rate() {
        use Algorithm::{Gcra, SlidingWindow, SlidingWindowLog, TokenBucket};
        assert!(Rate::new(TokenBucket, 1_000_000, 31 * 86_400_000, Some(1)).is_ok());
        for (algorithm, capacity, period, burst, wrong) in [
            (TokenBucket, 0, 1_000, None, NotARate::Capacity),
            (Gcra, -1, 1_000, None, NotARate::Capacity),
            (SlidingWindow, 1_000_001, 1_000, None, NotARate::Capacity),
            (SlidingWindow, i64::MAX, 1_000, None, NotARate::Capacity),
            (SlidingWindowLog, 10_001, 1_000, None, NotARate::Logged),
            (TokenBucket, 1, 999, None, NotARate::Period),
            (TokenBucket, 1, -1, None, NotARate::Period),
            (TokenBucket, 1, i64::MAX, None, NotARate::Period),
            (TokenBucket, 1, 1_000, Some(0), NotARate::Burst),
            (Gcra, 1, 1_000, Some(1_000_001), NotARate::Burst),
            (SlidingWindow, 1, 1_000, Some(1), NotARate::NoBurst),
        ] {
            assert_eq!(Rate::new(algorithm, capacity, period, burst), Err(wrong));
        }
    }

    #[test]
    fn a_smaller_capacity_has_a_smaller_burst() {
        let rate = Rate::new(Algorithm::TokenBucket, 100, 1_000, Some(10)).unwrap();
        let narrow = rate.with_capacity(25);
        assert_eq!((narrow.capacity(), narrow.size()), (25, 2));
        assert_eq!(rate.with_capacity(1).size(), 1);
    }
}
