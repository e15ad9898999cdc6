//! Times that come again: a cron expression on the clocks of a time zone.
//!
//! Clocks jump. A time that does not exist on a day comes at the moment of the jump; one that exists twice comes once, the first time.
//! Where the hour is left open (`*`, `*/2`) nothing is tied to the name of an hour: such times come as time passes, in both halves of an
//! hour that is repeated and not at all in one that is left out.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

/// The longest expression, in bytes.
pub const MAX_EXPRESSION: usize = 100;

/// What the fields are called.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

/// The years in which times are looked for. Without them an expression that never comes would be looked for over thousands of years.
const YEARS: &str = "1970-2200";

/// How far ahead a time is looked for.
const HORIZON: TimeDelta = TimeDelta::days(3_660);

/// No clock jumps by more than this: whole days were left out where the date line was moved.
const LONGEST_JUMP: i64 = 2 * 24 * 60;

/// Why a text is no expression that can be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// It does not have five fields.
    #[error(
        "a cron expression has five fields: minute, hour, day of the month, month, day of the week, such as 0 9 * * MON-FRI"
    )]
    Fields,
    /// It is longer than any that makes sense.
    #[error("a cron expression has at most {MAX_EXPRESSION} characters")]
    TooLong,
    /// A field cannot be read.
    #[error("{text:?} is no {field}")]
    Unreadable {
        /// Which.
        field: &'static str,
        /// What it says.
        text: String,
    },
    /// There is no such time zone.
    #[error("there is no such time zone; take a name of the IANA database, such as Europe/Berlin")]
    UnknownZone,
}

/// A cron expression on the clocks of a time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Cron {
    text: String,
    zone: Tz,
    times: croner::Cron,
    /// Whether the hour is left open, so that times come as time passes.
    flows: bool,
}

/// What is written down of it.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    cron: String,
    time_zone: String,
}

impl TryFrom<Written> for Cron {
    type Error = CronError;

    fn try_from(written: Written) -> Result<Self, CronError> {
        Self::parse(&written.cron, &written.time_zone)
    }
}

impl From<Cron> for Written {
    fn from(cron: Cron) -> Self {
        Self {
            time_zone: cron.time_zone().to_owned(),
            cron: cron.text,
        }
    }
}

/// That an item of a list is written as the documentation says. The parser knows more, of which some is an accident.
fn is_known(item: &str) -> bool {
    !item.is_empty()
        && item
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"*/-#".contains(&byte))
}

/// An expression of five fields, within the years in which times are looked for.
fn parsed(fields: &str) -> Option<croner::Cron> {
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .build();
    parser.parse(&format!("0 {fields} {YEARS}")).ok()
}

/// Which of the fields cannot be read: each is tried alone.
fn unreadable(fields: &[&str]) -> CronError {
    let wrong = FIELDS.iter().zip(fields).enumerate().find(|(place, (_, said))| {
        let mut alone = ["*"; FIELDS.len()];
        if let Some(here) = alone.get_mut(*place) {
            *here = said;
        }
        !said.split(',').all(is_known) || parsed(&alone.join(" ")).is_none()
    });
    wrong.map_or(CronError::Fields, |(_, (field, said))| CronError::Unreadable {
        field,
        text: (*said).to_owned(),
    })
}

impl Cron {
    /// Reads an expression of five fields, and the name of a time zone.
    ///
    /// # Errors
    /// [`CronError`] says which of the two is wrong.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, CronError> {
        let zone: Tz = zone.parse().map_err(|_| CronError::UnknownZone)?;
        let fields: Vec<&str> = expression.split(' ').filter(|field| !field.is_empty()).collect();
        let [_, hour, _, _, _] = fields.as_slice() else {
            return Err(CronError::Fields);
        };
        if expression.len() > MAX_EXPRESSION {
            return Err(CronError::TooLong);
        }
        let text = fields.join(" ");
        let known = fields.iter().all(|said| said.split(',').all(is_known));
        let times = parsed(&text).filter(|_| known);
        let times = times.ok_or_else(|| unreadable(&fields))?;
        Ok(Self {
            flows: hour.contains('*'),
            text,
            zone,
            times,
        })
    }

    /// The expression.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.text
    }

    /// The name of the time zone.
    #[must_use]
    pub fn time_zone(&self) -> &'static str {
        self.zone.name()
    }

    /// The first time after a moment; `None` when none comes within ten years.
    #[must_use]
    pub fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let horizon = after.checked_add_signed(HORIZON)?;
        let found = if self.flows {
            let local = after.with_timezone(&self.zone);
            self.times.find_next_occurrence(&local, false).ok()?.to_utc()
        } else {
            self.next_named(after)?
        };
        (found <= horizon).then_some(found)
    }

    /// The first time at a moment or after it.
    #[must_use]
    pub fn first(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next(at.checked_sub_signed(TimeDelta::microseconds(1))?)
    }

    /// Where hours are named: the expression is followed on the calendar alone, and each time brought to a moment.
    fn next_named(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = after.with_timezone(&self.zone).naive_local();
        loop {
            // Any zone without jumps serves as the calendar.
            local = self
                .times
                .find_next_occurrence(&local.and_utc(), false)
                .ok()?
                .naive_utc();
            let moment = self.moment(local)?;
            // In an hour that is repeated, the times that came the first time are over.
            if moment > after {
                return Some(moment);
            }
        }
    }

    /// When clocks show a time: the first time of two; where they never do, when they jump over it.
    fn moment(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        for minute in 0..=LONGEST_JUMP {
            let shown = local.checked_add_signed(TimeDelta::minutes(minute))?;
            match self.zone.from_local_datetime(&shown) {
                MappedLocalTime::Single(moment) | MappedLocalTime::Ambiguous(moment, _) => {
                    return Some(moment.to_utc());
                }
                MappedLocalTime::None => {}
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "cron/tests.rs"]
mod tests;
