//! Points: fixed-point numbers without floats, and how an exact balance is shown.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Units in one point. With this scale a decay of `k` thousandths of a point a day is exactly `k` units a second.
pub const UNITS_PER_POINT: i64 = 86_400_000;
/// Units in a thousandth of a point, the finest step that people may write.
pub const UNITS_PER_MILLI: i64 = UNITS_PER_POINT / 1_000;
/// The largest number of points that a document may name.
pub const MAX_POINTS: i64 = 10_000;

/// An amount of points in units (1 point = 86 400 000 units). Never negative. Serialised as units, for storage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(i64);

/// Why a text is not an amount of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    /// Not a plain decimal number (exponents and signs included).
    #[error("write points as a plain decimal number such as 1 or 2.5")]
    NotDecimal,
    /// Below zero.
    #[error("points are never negative")]
    Negative,
    /// More than three decimals.
    #[error("points have at most 3 decimals")]
    TooPrecise,
    /// Above [`MAX_POINTS`].
    #[error("points are at most 10000")]
    TooLarge,
}

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// From units; negative amounts become zero, because a balance has a floor at zero.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(if units < 0 { 0 } else { units })
    }

    /// From thousandths of a point.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_units(millis.saturating_mul(UNITS_PER_MILLI))
    }

    /// The amount in units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The amount in thousandths of a point, rounded up.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0 / UNITS_PER_MILLI + (self.0 % UNITS_PER_MILLI > 0) as i64
    }

    /// Parses the text of a JSON number with at most three decimals.
    ///
    /// # Errors
    /// [`PointsError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, PointsError> {
        if text.starts_with('-') {
            return Err(PointsError::Negative);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(PointsError::NotDecimal);
        }
        if fraction.len() > 3 {
            return Err(PointsError::TooPrecise);
        }
        let whole: i64 = whole.parse().map_err(|_| PointsError::TooLarge)?;
        let millis: i64 = format!("{fraction:0<3}")
            .parse()
            .map_err(|_| PointsError::NotDecimal)?;
        match whole.checked_mul(1_000).and_then(|w| w.checked_add(millis)) {
            Some(total) if total <= MAX_POINTS * 1_000 => Ok(Self::from_millis(total)),
            _ => Err(PointsError::TooLarge),
        }
    }

    /// Rounded up to a multiple of the granularity: the number that people see and that thresholds are compared with.
    #[must_use]
    pub const fn shown(self, granularity: Self) -> Self {
        let step = if granularity.0 > 0 { granularity.0 } else { 1 };
        let rest = self.0 % step;
        if rest == 0 {
            self
        } else {
            Self(self.0.saturating_add(step - rest))
        }
    }

    /// The amount in words: `1 point`, `2.5 points`.
    #[must_use]
    pub fn told(self) -> String {
        let unit = if self.millis() == 1_000 { "point" } else { "points" };
        format!("{self} {unit}")
    }

    /// Sum, which stops at the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Difference, with a floor at zero.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self::from_units(self.0.saturating_sub(other.0))
    }

    /// Whether this is a whole number of steps.
    #[must_use]
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.0 > 0 && self.0 % step.0 == 0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.millis();
        let (whole, rest) = (millis / 1_000, millis % 1_000);
        let fraction = format!("{rest:03}");
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() {
            write!(f, "{whole}")
        } else {
            write!(f, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Points({self}; {} units)", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_exact() {
        assert_eq!(Points::parse("1"), Ok(Points::from_units(86_400_000)));
        assert_eq!(Points::parse("0.001"), Ok(Points::from_units(86_400)));
        assert_eq!(Points::parse("2.50"), Ok(Points::from_millis(2_500)));
        assert_eq!(Points::parse("10000"), Ok(Points::from_millis(10_000_000)));
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        for (text, error) in [
            ("-1", PointsError::Negative),
            ("1.00000000000000000001", PointsError::TooPrecise),
            ("0.1234", PointsError::TooPrecise),
            ("10000.001", PointsError::TooLarge),
            ("99999999999999999999", PointsError::TooLarge),
            ("1e3", PointsError::NotDecimal),
            ("", PointsError::NotDecimal),
            (".5", PointsError::NotDecimal),
            ("5.", PointsError::NotDecimal),
            ("NaN", PointsError::NotDecimal),
            ("+1", PointsError::NotDecimal),
        ] {
            assert_eq!(Points::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn shown_rounds_up_to_the_granularity() {
        let tenth = Points::from_millis(100);
        assert_eq!(Points::from_units(1).shown(tenth), tenth);
        assert_eq!(Points::from_millis(900).shown(tenth), Points::from_millis(900));
        assert_eq!(Points::from_millis(901).shown(tenth), Points::from_millis(1_000));
        assert_eq!(Points::ZERO.shown(tenth), Points::ZERO);
    }

    #[test]
    fn display_is_short_and_rounds_up() {
        assert_eq!(Points::from_millis(2_500).to_string(), "2.5");
        assert_eq!(Points::from_millis(3_000).to_string(), "3");
        assert_eq!(Points::from_units(1).to_string(), "0.001");
    }
}
