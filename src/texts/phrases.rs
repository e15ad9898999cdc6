//! Dates, durations, points and kinds of act, as a language has them.

use super::{Value, say};
use crate::domain::kind::{Kind, Restriction};
use crate::domain::language::Language;
use crate::domain::points::Points;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};

/// A moment to the minute: `28 November 2026, 12:01 UTC`.
#[must_use]
pub fn moment(language: Language, at: DateTime<Utc>) -> String {
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    let day = day(language, at);
    say(language, "moment", &[("day", day.into()), ("time", time.into())])
}

/// A day: `28 November 2026`.
#[must_use]
pub fn day(language: Language, at: DateTime<Utc>) -> String {
    let month = say(language, &format!("month-{}", at.month()), &[]);
    let (day, year) = (i64::from(at.day()), at.year().to_string());
    say(
        language,
        "day",
        &[
            ("day", day.into()),
            ("month", month.into()),
            ("year", year.into()),
        ],
    )
}

/// A length of time, exact to the second: `1 day, 12 hours`.
#[must_use]
pub fn duration(language: Language, seconds: i64) -> String {
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (unit, length) in [
        ("days", 86_400),
        ("hours", 3_600),
        ("minutes", 60),
        ("seconds", 1),
    ] {
        let count = rest / length;
        rest %= length;
        if count > 0 || (length == 1 && parts.is_empty()) {
            parts.push(say(language, &format!("span-{unit}"), &[("count", count.into())]));
        }
    }
    parts.join(", ")
}

/// An amount of points: `1 point`, `2.5 points`, as decimals are written in the language.
#[must_use]
pub fn points(language: Language, points: Points) -> String {
    let number = points.to_string();
    let shown = match language {
        Language::En => number.clone(),
        Language::De | Language::Es | Language::Fr => number.replace('.', ","),
    };
    let arguments = [
        ("count", Value::Decimal(number.into())),
        ("amount", Value::from(shown)),
    ];
    say(language, "points", &arguments)
}

/// What an act of a kind is called. A kind that a community has made has only its own name.
#[must_use]
pub fn kind(language: Language, kind: Kind) -> String {
    match kind {
        Kind::Custom(name) => name.as_str().replace('_', " "),
        built_in => say(language, &format!("kind-{}", built_in.name()), &[]),
    }
}

/// What a restriction keeps a member from.
#[must_use]
pub fn restriction(language: Language, restriction: Restriction) -> String {
    say(language, &format!("restriction-{}", restriction.name()), &[])
}
