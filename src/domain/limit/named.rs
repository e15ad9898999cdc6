//! What a limit says of itself: the rate, what is counted together, what a check costs, and what happens when nobody can count.

use super::adaptive::{Adaptive, LONGEST_STEP};
use super::key::Template;
use super::rate::Rate;
use serde::{Deserialize, Serialize};

/// What a check comes to where the shared counters cannot be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It passes.
    Allow,
    /// It does not.
    Deny,
    /// This process counts by itself.
    #[default]
    Local,
}

/// A limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How much within how long.
    pub rate: Rate,
    /// What is counted together.
    pub key: Template,
    /// What a check spends that does not say.
    pub cost: u32,
    /// What a check comes to where nobody can count.
    pub on_failure: OnFailure,
    /// How it adapts, if it does, and what adapts together.
    pub adaptive: Option<(Adaptive, Template)>,
}

impl Limit {
    /// How it is counted. One that adapts and is a [`Gcra`](super::Algorithm::Gcra) is counted as a bucket, which permits the same: a moment says how
    /// long, and only what is missing says how much, whatever the capacity becomes.
    #[must_use]
    pub fn counted(&self) -> Rate {
        if self.adaptive.is_some() {
            self.rate.as_bucket()
        } else {
            self.rate
        }
    }
}

/// How a limit is to adapt, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The least capacity.
    pub floor: i64,
    /// What a signal leaves, in thousandths.
    pub tighten: i64,
    /// What a step gives back.
    pub recover: i64,
    /// How long a step is, in milliseconds.
    pub every: i64,
    /// The share of denials that counts as a signal, in thousandths.
    pub denials: Option<i64>,
    /// How many checks there must be.
    pub min_checks: i64,
}

/// What is wrong with a wish, by field.
pub type Wrong = Vec<(&'static str, String)>;

impl Wish {
    /// How a limit of this rate adapts.
    ///
    /// # Errors
    /// Every field that is wrong, with what it may be.
    pub fn of(self, rate: Rate) -> Result<Adaptive, Wrong> {
        let mut wrong = Wrong::new();
        let capacity = i64::from(rate.capacity());
        let mut within = |field: &'static str, value: i64, least: i64, most: i64, told: &str| {
            if (least..=most).contains(&value) {
                return u32::try_from(value).unwrap_or(0);
            }
            wrong.push((field, told.to_owned()));
            0
        };
        let floor = within("floor", self.floor, 1, capacity, "from 1 to the capacity");
        let tighten = within(
            "tighten",
            self.tighten,
            1,
            999,
            "above 0 and below 1, with at most 3 decimals",
        );
        let recover = within("recover", self.recover, 1, capacity, "from 1 to the capacity");
        let longest = i64::try_from(LONGEST_STEP).unwrap_or(i64::MAX);
        let every = within("every", self.every, 1_000, longest, "from 1 second to 1 day");
        let denials = self.denials.map(|share| {
            within(
                "denials",
                share,
                1,
                1_000,
                "above 0 and at most 1, with at most 3 decimals",
            )
        });
        let min_checks = within("min_checks", self.min_checks, 1, 1_000_000, "from 1 to 1000000");
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Adaptive {
            floor,
            ceiling: rate.capacity(),
            tighten,
            recover,
            every: u64::from(every),
            denials,
            min_checks,
        })
    }
}

/// A cost that a limit takes: at least 1, and not more than it ever permits at once.
///
/// # Errors
/// What it may be.
pub fn cost(rate: Rate, cost: i64) -> Result<u32, CostError> {
    match u32::try_from(cost) {
        Ok(0) | Err(_) if cost < 1 => Err(CostError::TooLow),
        Ok(cost) if cost <= rate.size() => Ok(cost),
        _ => Err(CostError::TooHigh(rate.size())),
    }
}

/// Why a cost cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// Nothing, or less.
    #[error("at least 1; to look without spending, say \"peek\": true")]
    TooLow,
    /// More than the limit ever permits at once.
    #[error("at most {0}, which is what the limit permits at once: a check of more could never pass")]
    TooHigh(u32),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limit::Algorithm;

    #[test]
    fn a_cost_that_could_never_pass_is_refused() {
        let rate = Rate::new(Algorithm::TokenBucket, 10, 1_000, Some(3)).unwrap();
        assert_eq!(cost(rate, 3), Ok(3));
        assert_eq!(cost(rate, 4), Err(CostError::TooHigh(3)));
        assert_eq!(cost(rate, i64::MAX), Err(CostError::TooHigh(3)));
        assert_eq!(cost(rate, 0), Err(CostError::TooLow));
        assert_eq!(cost(rate, i64::MIN), Err(CostError::TooLow));
    }

    #[test]
    fn everything_wrong_with_a_wish_is_named() {
        let rate = Rate::new(Algorithm::Gcra, 10, 1_000, None).unwrap();
        let wish = Wish {
            floor: 11,
            tighten: 1_000,
            recover: 0,
            every: 999,
            denials: Some(0),
            min_checks: 0,
        };
        let wrong: Vec<_> = wish
            .of(rate)
            .unwrap_err()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(
            wrong,
            ["floor", "tighten", "recover", "every", "denials", "min_checks"]
        );
    }
}
