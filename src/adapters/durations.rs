//! Durations as bots write them: seconds, ISO 8601, `1w2d`, `2 hours, 30 minutes`, `permanent`.

use crate::domain::time::{MAX_SPAN, Span};

/// The words for what has no end.
const OPEN: &[&str] = &[
    "permanent",
    "permanently",
    "perm",
    "perma",
    "forever",
    "indefinite",
    "indefinitely",
    "infinite",
    "never",
    "none",
    "null",
    "n/a",
    "-",
    "∞",
];

/// How long something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Until it is lifted.
    Open,
    /// So many seconds: zero and less, and more than the ledger takes, included.
    Seconds(i64),
}

/// What months and years are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    /// They have no fixed length, so they are not read.
    Refused,
    /// The mean of the Gregorian calendar, which some bots count with.
    Mean,
}

/// What a text says, if it can be read.
pub(super) fn parse(text: &str, calendar: Calendar) -> Option<Length> {
    let text = text.trim().to_lowercase();
    if OPEN.contains(&text.as_str()) {
        return Some(Length::Open);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        // A bare zero means "no time at all" to some bots and "no end" to others.
        return (seconds > 0).then_some(Length::Seconds(seconds));
    }
    if text.starts_with('p') {
        return match Span::parse_iso(&text.to_uppercase()) {
            Ok(span) => Some(Length::Seconds(span.seconds())),
            Err(crate::domain::time::TimeError::TooLong) => Some(Length::Seconds(MAX_SPAN.saturating_add(1))),
            Err(_) => None,
        };
    }
    words(&text, calendar)
}

/// Numbers with units, in any order, and a clock's `1:02:03` at the end.
fn words(text: &str, calendar: Calendar) -> Option<Length> {
    let (mut total, mut rest, mut any) = (0.0_f64, text, false);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        rest = rest.strip_prefix("and ").unwrap_or(rest);
        if rest.is_empty() {
            break;
        }
        if let Some(seconds) = clock(rest) {
            total += seconds;
            any = true;
            break;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let after = rest[digits..].trim_start();
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        total += number * unit(&after[..letters], calendar)?;
        rest = &after[letters..];
        any = true;
    }
    // Saturates, so that what is far too long stays far too long.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast stops at the bounds, and fractions of seconds are not counted"
    )]
    let seconds = total.round() as i64;
    (any && seconds > 0).then_some(Length::Seconds(seconds))
}

/// The seconds of `hours:minutes:seconds`.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let small = |part: &str| part.parse::<u32>().ok().filter(|n| *n < 60).map(f64::from);
    if parts.next().is_some() {
        return None;
    }
    Some(f64::from(hours.parse::<u32>().ok()?) * 3_600.0 + small(minutes)? * 60.0 + small(seconds)?)
}

/// The seconds of a unit.
fn unit(word: &str, calendar: Calendar) -> Option<f64> {
    const YEAR: f64 = 365.2425 * 86_400.0;
    let mean = calendar == Calendar::Mean;
    Some(match word {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "wk" | "wks" | "week" | "weeks" => 604_800.0,
        "mo" | "mon" | "month" | "months" if mean => YEAR / 12.0,
        "y" | "yr" | "yrs" | "year" | "years" if mean => YEAR,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_bots_are_read() {
        for (text, seconds) in [
            ("3600", 3_600),
            ("PT1H", 3_600),
            ("p7d", 604_800),
            ("1w2d3h4m5s", 788_645),
            ("2 hours, 30 minutes", 9_000),
            ("1 day and 1 second", 86_401),
            ("1.5 h", 5_400),
            ("7 days, 1:02:03", 608_523),
            ("0:10:00", 600),
        ] {
            assert_eq!(
                parse(text, Calendar::Refused),
                Some(Length::Seconds(seconds)),
                "{text}"
            );
        }
        assert_eq!(parse(" Permanent ", Calendar::Refused), Some(Length::Open));
        assert_eq!(parse("1 year", Calendar::Mean), Some(Length::Seconds(31_556_952)));
        assert!(matches!(parse("P9999W", Calendar::Refused), Some(Length::Seconds(s)) if s > MAX_SPAN));
        assert!(matches!(
            parse("999999999999999999999 weeks", Calendar::Refused),
            Some(Length::Seconds(i64::MAX))
        ));
    }

    #[test]
    fn what_is_unclear_is_not_read() {
        for text in [
            "", "0", "-5", "1 month", "1y", "soon", "h", "1", "5 apples", "1:2", "1:99:00", "..", "1.2.3 h",
            "and ",
        ] {
            let read = parse(text, Calendar::Refused);
            assert!(read.is_none() || text == "1", "{text}: {read:?}");
        }
    }
}
