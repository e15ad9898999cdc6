//! Dates as bots, spreadsheets and people write them. What has two readings is refused rather than guessed.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::options::DateOrder;
use crate::domain::time::Instant;

/// Numbers below this (2001-09-09 as a Unix time) are more likely something else, such as 20230405.
const LEAST_UNIX: f64 = 1e9;

/// A moment that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// With its offset.
    Sure(DateTime<Utc>),
    /// Without an offset, as if it were UTC.
    Floating(NaiveDateTime),
}

/// Why a text is not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMoment {
    /// It cannot be read.
    Unreadable,
    /// It can be read in two ways.
    Ambiguous,
}

/// Reads a text.
pub(super) fn parse(text: &str, order: Option<DateOrder>) -> Result<Moment, NoMoment> {
    let text = text.trim();
    // What a browser writes behind a date, such as "(Central European Summer Time)".
    let text = text.split_once('(').map_or(text, |(before, _)| before).trim_end();
    let moment = match unix(text) {
        Some(time) => Moment::Sure(time),
        None => written(text, order)?,
    };
    let utc = match moment {
        Moment::Sure(time) => time,
        Moment::Floating(time) => time.and_utc(),
    };
    Instant::from_utc(utc)
        .map(|_| moment)
        .map_err(|_| NoMoment::Unreadable)
}

/// At an offset that was said elsewhere.
pub(super) fn at_offset(time: NaiveDateTime, offset: FixedOffset) -> Option<DateTime<Utc>> {
    time.and_local_timezone(offset).single().map(|time| time.to_utc())
}

/// A Unix time in seconds, milliseconds or microseconds, as its size says, or Discord's `<t:…>`.
fn unix(text: &str) -> Option<DateTime<Utc>> {
    let text = match text.strip_prefix("<t:") {
        Some(rest) => rest.trim_end_matches('>').split(':').next()?,
        None => text,
    };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let seconds = match number {
        n if n < LEAST_UNIX => return None,
        n if n < 1e11 => n,
        n if n < 1e14 => n / 1e3,
        n if n < 1e17 => n / 1e6,
        _ => return None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below 1e17 it fits; the ledger counts whole seconds"
    )]
    let whole = seconds.floor() as i64;
    DateTime::from_timestamp(whole, 0)
}

/// The parts of a written date as they are collected.
#[derive(Default)]
struct Parts<'a> {
    numbers: Vec<&'a str>,
    month: Option<u32>,
    time: Option<NaiveTime>,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

fn written(text: &str, order: Option<DateOrder>) -> Result<Moment, NoMoment> {
    let parts = collect(text).ok_or(NoMoment::Unreadable)?;
    let date = date(&parts, order)?;
    let time = match (parts.time, parts.afternoon) {
        (None, None) => NaiveTime::MIN,
        (Some(time), None) => time,
        (Some(time), Some(afternoon)) => twelve_hours(time, afternoon).ok_or(NoMoment::Unreadable)?,
        (None, Some(_)) => return Err(NoMoment::Unreadable),
    };
    let floating = date.and_time(time);
    match parts.offset {
        None => Ok(Moment::Floating(floating)),
        Some(seconds) => FixedOffset::east_opt(seconds)
            .and_then(|offset| at_offset(floating, offset))
            .map(Moment::Sure)
            .ok_or(NoMoment::Unreadable),
    }
}

/// Goes through the text once; `None` for anything that no date has.
fn collect(text: &str) -> Option<Parts<'_>> {
    let mut parts = Parts::default();
    let mut rest = text;
    // Whether what was read last is the time, behind which a sign begins an offset.
    let mut behind_time = false;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let (number, after) = digits(rest);
            if parts.time.is_none() && after.starts_with(':') {
                let (time, after) = clock(rest)?;
                parts.time = Some(time);
                (rest, behind_time) = (after, true);
            } else {
                parts.numbers.push(number);
                (rest, behind_time) = (after, false);
            }
        } else if first.is_alphabetic() {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            behind_time = word(&mut parts, &rest[..end].to_lowercase(), behind_time)?;
            rest = &rest[end..];
        } else if behind_time && matches!(first, '+' | '-') && parts.offset.is_none_or(|offset| offset == 0) {
            let (seconds, after) = offset(&rest[1..])?;
            parts.offset = Some(if first == '-' { -seconds } else { seconds });
            (rest, behind_time) = (after, false);
        } else if first.is_whitespace() || matches!(first, '-' | '/' | '.' | ',') {
            rest = &rest[first.len_utf8()..];
        } else {
            return None;
        }
    }
    (parts.numbers.len() <= 3).then_some(parts)
}

/// Takes a word in; gives whether a sign behind it begins an offset.
fn word(parts: &mut Parts<'_>, word: &str, behind_time: bool) -> Option<bool> {
    match word {
        "am" => parts.afternoon = Some(false),
        "pm" => parts.afternoon = Some(true),
        "z" | "utc" | "gmt" if parts.offset.is_none() => {
            parts.offset = Some(0);
            return Some(true);
        }
        "t" | "at" | "of" | "st" | "nd" | "rd" | "th" => return Some(behind_time),
        _ if is_weekday(word) => {}
        _ => {
            let month = month(word)?;
            if parts.month.replace(month).is_some() {
                return None;
            }
        }
    }
    Some(behind_time)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(word))
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = if word == "sept" { "sep" } else { word };
    let place = MONTHS
        .iter()
        .position(|month| month.starts_with(word) && word.len() >= 3)?;
    u32::try_from(place + 1).ok()
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `hours:minutes`, with seconds and a fraction if they are there. Fractions are not counted.
fn clock(text: &str) -> Option<(NaiveTime, &str)> {
    let (hours, rest) = digits(text);
    let (minutes, mut rest) = digits(rest.strip_prefix(':')?);
    let mut seconds = "0";
    if let Some(after) = rest.strip_prefix(':') {
        (seconds, rest) = digits(after);
        let fraction = rest
            .strip_prefix(['.', ','])
            .filter(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(after) = fraction {
            rest = digits(after).1;
        }
    }
    let time = NaiveTime::from_hms_opt(hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?)?;
    Some((time, rest))
}

/// The seconds of an offset behind its sign: `2`, `02`, `0200`, `02:00`.
fn offset(text: &str) -> Option<(i32, &str)> {
    let (first, rest) = digits(text);
    let (hours, minutes, rest) = match (first.len(), rest.strip_prefix(':')) {
        (1 | 2, Some(after)) => {
            let (minutes, rest) = digits(after);
            (first, minutes, rest)
        }
        (1 | 2, None) => (first, "0", rest),
        (4, None) => (&first[..2], &first[2..], rest),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then(|| (hours * 3_600 + minutes * 60, rest))
}

fn twelve_hours(time: NaiveTime, afternoon: bool) -> Option<NaiveTime> {
    use chrono::Timelike as _;
    let hour = match (time.hour(), afternoon) {
        (12, false) => 0,
        (12, true) => 12,
        (hour @ 1..=11, false) => hour,
        (hour @ 1..=11, true) => hour + 12,
        _ => return None,
    };
    time.with_hour(hour)
}

/// The date that the numbers make.
fn date(parts: &Parts<'_>, order: Option<DateOrder>) -> Result<NaiveDate, NoMoment> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| NoMoment::Unreadable);
    let make = |year: &str, month: u32, day: u32| {
        let year = year.parse().map_err(|_| NoMoment::Unreadable)?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or(NoMoment::Unreadable)
    };
    match (parts.month, parts.numbers.as_slice()) {
        (Some(month), [a, b]) if a.len() == 4 && b.len() <= 2 => make(a, month, number(b)?),
        (Some(month), [a, b]) if b.len() == 4 && a.len() <= 2 => make(b, month, number(a)?),
        (None, [year, month, day]) if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            make(year, number(month)?, number(day)?)
        }
        (None, [a, b, year]) if year.len() == 4 && a.len() <= 2 && b.len() <= 2 => {
            let (a, b) = (number(a)?, number(b)?);
            match order {
                Some(DateOrder::DayFirst) => make(year, b, a),
                Some(DateOrder::MonthFirst) => make(year, a, b),
                None if a == b || a > 12 => make(year, b, a),
                None if b > 12 => make(year, a, b),
                None => Err(NoMoment::Ambiguous),
            }
        }
        _ => Err(NoMoment::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(text: &str) -> String {
        match parse(text, None) {
            Ok(Moment::Sure(time)) => time.format("%FT%TZ").to_string(),
            other => format!("{other:?}"),
        }
    }

    fn floating(text: &str, order: Option<DateOrder>) -> String {
        match parse(text, order) {
            Ok(Moment::Floating(time)) => time.format("%FT%T").to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn dates_with_an_offset_are_sure() {
        for text in [
            "2023-04-05T18:07:08Z",
            "2023-04-05T18:07:08.123456+00:00",
            "2023-04-05 20:07:08 +0200",
            "2023-04-05 13:07:08-05",
            "1680718028",
            "1680718028123",
            "1680718028.5",
            "<t:1680718028:R>",
            "Wed Apr 05 2023 20:07:08 GMT+0200 (Central European Summer Time)",
            "Wed, 05 Apr 2023 18:07:08 GMT",
            "April 5th, 2023 6:07:08 PM UTC",
        ] {
            assert_eq!(sure(text), "2023-04-05T18:07:08Z", "{text}");
        }
    }

    #[test]
    fn dates_without_an_offset_say_so() {
        for text in [
            "2023-04-05 18:07",
            "5 April 2023 18:07",
            "Apr 5, 2023 at 6:07 pm",
            "2023/04/05 18:07:00",
            "18:07 5 Apr 2023",
        ] {
            assert_eq!(floating(text, None), "2023-04-05T18:07:00", "{text}");
        }
        assert_eq!(floating("25/12/2023", None), "2023-12-25T00:00:00");
        assert_eq!(floating("12/25/2023 12:00 AM", None), "2023-12-25T00:00:00");
        assert_eq!(floating("04.04.2023", None), "2023-04-04T00:00:00");
    }

    #[test]
    fn two_readings_are_none_unless_the_caller_chooses() {
        assert_eq!(parse("03/04/2023 10:00", None), Err(NoMoment::Ambiguous));
        assert_eq!(
            floating("03/04/2023", Some(DateOrder::DayFirst)),
            "2023-04-03T00:00:00"
        );
        assert_eq!(
            floating("03/04/2023", Some(DateOrder::MonthFirst)),
            "2023-03-04T00:00:00"
        );
        assert_eq!(
            parse("25/12/2023", Some(DateOrder::MonthFirst)),
            Err(NoMoment::Unreadable)
        );
    }

    #[test]
    fn everything_else_cannot_be_read() {
        for text in [
            "",
            "yesterday",
            "20230405",
            "3",
            "03/04/23",
            "2023-02-30",
            "2023-04-05 25:00",
            "2023-04-05 13:00 PM",
            "1800-01-01",
            "2023-04-05 10:00 EST",
            "Apr May 2023",
            "1 2 3 2023",
            "99999999999999999999",
            "2023-04-05 pm",
            "1680718028\u{0}",
            "é:1",
            "2023-04-05 10:00 +99",
            "2023-04-05 10:00 +02:2147483647",
            "..",
            "<t:>",
        ] {
            assert_eq!(parse(text, None), Err(NoMoment::Unreadable), "{text}");
        }
    }
}
