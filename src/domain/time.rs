//! Time in the ledger: whole seconds, bounded years, and durations that cannot be absurd.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The last second of the year 2200, in seconds since 1970.
const LAST_SECOND: i64 = 7_289_654_399;
/// The longest duration that a command or a policy may name: ten years of 365 days. What should last longer has no end.
pub const MAX_SPAN: i64 = 3_650 * 86_400;

/// A moment of the points clock: whole seconds since 1970-01-01T00:00:00Z, within the years 1970 to 2200.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// A positive length of time in whole seconds, at most [`MAX_SPAN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

/// Why a moment or a duration was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Outside the years 1970 to 2200.
    #[error("times lie within the years 1970 to 2200")]
    OutOfRange,
    /// Zero or negative.
    #[error("a duration is at least 1 second")]
    NotPositive,
    /// Longer than ten years.
    #[error(
        "a duration is at most 3650 days; for something without an end, leave it out or use a kind without one"
    )]
    TooLong,
    /// Not an ISO 8601 duration of weeks, days, hours, minutes and seconds.
    #[error(
        "write a duration in seconds (3600) or as ISO 8601 (PT1H, P7D, P1DT12H); months and years have no fixed length"
    )]
    NotADuration,
}

impl Instant {
    /// The first one: 1970-01-01T00:00:00Z.
    pub const FIRST: Self = Self(0);

    /// From seconds since 1970.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside 1970 to 2200.
    pub const fn new(seconds: i64) -> Result<Self, TimeError> {
        if seconds < 0 || seconds > LAST_SECOND {
            Err(TimeError::OutOfRange)
        } else {
            Ok(Self(seconds))
        }
    }

    /// From a time of day, truncated to the second.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside 1970 to 2200.
    pub const fn from_utc(time: DateTime<Utc>) -> Result<Self, TimeError> {
        // Times before 1970 are refused below, so rounding toward zero and flooring agree.
        Self::new(time.timestamp())
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// As a time of day.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        // The constructor keeps the value far inside chrono's range, so the default is never used.
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }

    /// This moment and `seconds` more (or less); stops at the bounds.
    #[must_use]
    pub const fn shifted(self, seconds: i64) -> Self {
        let moved = self.0.saturating_add(seconds);
        Self(if moved < 0 {
            0
        } else if moved > LAST_SECOND {
            LAST_SECOND
        } else {
            moved
        })
    }

    /// The end of a span that begins here.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        self.shifted(span.0)
    }
}

impl Span {
    /// From seconds.
    ///
    /// # Errors
    /// [`TimeError::NotPositive`] below one second, [`TimeError::TooLong`] beyond ten years.
    pub const fn new(seconds: i64) -> Result<Self, TimeError> {
        if seconds < 1 {
            Err(TimeError::NotPositive)
        } else if seconds > MAX_SPAN {
            Err(TimeError::TooLong)
        } else {
            Ok(Self(seconds))
        }
    }

    /// Parses an ISO 8601 duration made of weeks, days, hours, minutes and seconds (`P7D`, `PT90M`, `P1DT12H`).
    ///
    /// # Errors
    /// [`TimeError`] says what is wrong; nothing overflows.
    pub fn parse_iso(text: &str) -> Result<Self, TimeError> {
        let rest = text.strip_prefix('P').ok_or(TimeError::NotADuration)?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return Err(TimeError::NotADuration),
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return Err(TimeError::NotADuration);
        }
        let date = sum_of(date, &[('W', 604_800), ('D', 86_400)])?;
        let time = sum_of(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
        Self::new(date.checked_add(time).ok_or(TimeError::TooLong)?)
    }

    /// Length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

/// A length of time as people read it: `1 h 30 min`, `7 d`.
#[must_use]
pub fn readable(seconds: i64) -> String {
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] {
        if rest >= unit {
            parts.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

/// Adds up `<number><letter>` parts, whose letters come in the order given and at most once each.
fn sum_of(text: &str, letters: &[(char, i64)]) -> Result<i64, TimeError> {
    let (mut total, mut rest, mut allowed) = (0_i64, text, letters);
    while !rest.is_empty() {
        let at = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or(TimeError::NotADuration)?;
        let (number, tail) = rest.split_at(at);
        let letter = tail.chars().next().ok_or(TimeError::NotADuration)?;
        let place = allowed
            .iter()
            .position(|(l, _)| *l == letter)
            .ok_or(TimeError::NotADuration)?;
        if number.is_empty() {
            return Err(TimeError::NotADuration);
        }
        let number: i64 = number.parse().map_err(|_| TimeError::TooLong)?;
        let part = number.checked_mul(allowed[place].1).ok_or(TimeError::TooLong)?;
        total = total.checked_add(part).ok_or(TimeError::TooLong)?;
        allowed = &allowed[place + 1..];
        rest = &tail[letter.len_utf8()..];
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_durations_are_understood() {
        for (text, seconds) in [
            ("PT1H", 3_600),
            ("P7D", 604_800),
            ("P2W", 1_209_600),
            ("P1DT12H30M5S", 131_405),
        ] {
            assert_eq!(Span::parse_iso(text), Span::new(seconds), "{text}");
        }
    }

    #[test]
    fn absurd_durations_are_named_errors() {
        for (text, error) in [
            ("P1Y", TimeError::NotADuration),
            ("P1M", TimeError::NotADuration),
            ("PT", TimeError::NotADuration),
            ("P", TimeError::NotADuration),
            ("1h", TimeError::NotADuration),
            ("PT1M1H", TimeError::NotADuration),
            ("PT1.5H", TimeError::NotADuration),
            ("PTé", TimeError::NotADuration),
            ("PT0S", TimeError::NotPositive),
            ("P3651D", TimeError::TooLong),
            ("P99999999999999999999D", TimeError::TooLong),
            ("P9223372036854775807W", TimeError::TooLong),
        ] {
            assert_eq!(Span::parse_iso(text), Err(error), "{text}");
        }
        assert_eq!(Span::new(-1), Err(TimeError::NotPositive));
        assert_eq!(Span::new(i64::MAX), Err(TimeError::TooLong));
    }

    #[test]
    fn lengths_are_read_in_the_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (5_400, "1 h 30 min"),
            (86_400, "1 d"),
            (694_861, "8 d 1 h 1 min 1 s"),
        ] {
            assert_eq!(readable(seconds), text);
        }
    }

    #[test]
    fn a_moment_is_its_whole_second() {
        let late = DateTime::from_timestamp(59, 999_999_999).unwrap();
        assert_eq!(Instant::from_utc(late), Instant::new(59));
    }

    #[test]
    fn years_are_bounded() {
        assert_eq!(Instant::new(-1), Err(TimeError::OutOfRange));
        assert_eq!(
            Instant::new(LAST_SECOND).map(|i| i.to_utc().to_rfc3339()),
            Ok("2200-12-31T23:59:59+00:00".into())
        );
        assert_eq!(Instant::new(LAST_SECOND + 1), Err(TimeError::OutOfRange));
    }
}
