//! An act on its way from a record to a line, with what was lost so far.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::dates::{self, Moment, NoMoment};
use super::durations::Length;
use super::options::{Options, folded, is_kind};
use super::report::Class;
use super::text;

/// Why there is no line for a record.
#[derive(Debug)]
pub(super) enum Aside {
    /// The caller wants it so.
    Skipped,
    /// It could not be mapped.
    LeftOut(Class, String),
}

impl Aside {
    /// Left out, because.
    pub(super) fn because(class: Class, detail: impl Into<String>) -> Self {
        Self::LeftOut(class, detail.into())
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is a line.
    Written,
    /// There is none, because it could not be mapped.
    LeftOut,
    /// There is none, as asked.
    Skipped,
}

impl Fate {
    /// What hangs on a record goes where the record went.
    pub(super) fn follow(self) -> Result<(), Aside> {
        match self {
            Self::Written => Ok(()),
            Self::LeftOut => Err(Aside::because(Class::Orphaned, "the case has no line")),
            Self::Skipped => Err(Aside::Skipped),
        }
    }
}

/// How an adapter reads dates without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// The source writes UTC.
    Utc,
    /// Nobody knows.
    Unknown,
}

/// An act, as far as it was read. What it holds is checked and cut to measure when it becomes a line.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Where the record stands.
    pub(super) at: String,
    /// What the source calls it.
    pub(super) external_id: String,
    /// When it happened.
    pub(super) when: DateTime<Utc>,
    /// The member's id.
    pub(super) member: String,
    /// The member's name.
    pub(super) member_name: Option<String>,
    /// The id of who acted.
    pub(super) moderator: Option<String>,
    /// The name of who acted.
    pub(super) moderator_name: Option<String>,
    /// The kind.
    pub(super) kind: String,
    /// What a restriction takes away or gives back, if the source says it.
    pub(super) capability: Option<&'static str>,
    /// The reason.
    pub(super) reason: Option<String>,
    /// Links.
    pub(super) evidence: Vec<String>,
    /// For how long. `None` where the source says nothing.
    pub(super) length: Option<Length>,
    /// Whether it still holds.
    pub(super) active: Option<bool>,
    /// Points, as the source writes them.
    pub(super) points: Option<String>,
    /// What else there is.
    pub(super) context: BTreeMap<String, String>,
    /// What was lost so far.
    pub(super) losses: Vec<(Class, String)>,
}

impl Draft {
    /// Remembers a loss.
    pub(super) fn lost(&mut self, class: Class, detail: impl Into<String>) {
        self.losses.push((class, detail.into()));
    }

    /// Keeps something beside the fields, if it says something.
    pub(super) fn keep(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.context.insert(name.to_owned(), value);
        }
    }

    /// Reads the member.
    pub(super) fn set_member(&mut self, options: &Options, raw: Option<&str>) -> Result<(), Aside> {
        let raw = raw.unwrap_or_default();
        match text::native_id(&options.platform, raw) {
            Some(id) => self.member = id,
            None if text::is_nobody(raw) => {
                return Err(Aside::because(Class::MissingMember, "there is none"));
            }
            None => return Err(Aside::because(Class::MissingMember, format!("{raw:?} is no id"))),
        }
        Ok(())
    }

    /// Reads who acted, if anybody did.
    pub(super) fn set_moderator(&mut self, options: &Options, raw: Option<&str>) {
        let Some(raw) = raw.filter(|raw| !text::is_nobody(raw)) else {
            return;
        };
        self.moderator = text::native_id(&options.platform, raw);
        if self.moderator.is_none() {
            self.lost(Class::MissingModerator, format!("{raw:?} is no id"));
        }
    }

    /// Reads when it happened. Records without a date take the caller's, and say so.
    pub(super) fn set_when(&mut self, options: &Options, raw: Option<&str>, zone: Zone) -> Result<(), Aside> {
        let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else {
            return self.assume_when(options);
        };
        self.when = self.moment(options, raw, zone)?;
        Ok(())
    }

    /// Takes the caller's date, because the record has none.
    pub(super) fn assume_when(&mut self, options: &Options) -> Result<(), Aside> {
        self.when = options
            .at
            .ok_or_else(|| Aside::because(Class::MissingDate, "there is none"))?;
        self.context.insert(
            "occurred_at".to_owned(),
            "assumed: the source has no date".to_owned(),
        );
        Ok(())
    }

    /// Reads a moment.
    pub(super) fn moment(
        &mut self,
        options: &Options,
        raw: &str,
        zone: Zone,
    ) -> Result<DateTime<Utc>, Aside> {
        let unreadable = || Aside::because(Class::UnreadableDate, raw);
        match dates::parse(raw, options.date_order) {
            Ok(Moment::Sure(time)) => Ok(time),
            Ok(Moment::Floating(time)) if zone == Zone::Utc => Ok(time.and_utc()),
            Ok(Moment::Floating(time)) => match options.utc_offset {
                Some(offset) => dates::at_offset(time, offset).ok_or_else(unreadable),
                None => {
                    if !self.losses.iter().any(|(class, _)| *class == Class::AssumedUtc) {
                        self.lost(Class::AssumedUtc, raw);
                    }
                    Ok(time.and_utc())
                }
            },
            Err(NoMoment::Ambiguous) => Err(Aside::because(Class::AmbiguousDate, raw)),
            Err(NoMoment::Unreadable) => Err(unreadable()),
        }
    }

    /// Takes the length from the start and an end.
    pub(super) fn set_end(&mut self, end: DateTime<Utc>) {
        self.length = Some(Length::Seconds((end - self.when).num_seconds()));
    }

    /// Reads the kind: what the caller says of the type, or else what the adapter knows, as pairs of folded type and kind.
    pub(super) fn set_kind(
        &mut self,
        options: &Options,
        raw: &str,
        known: &[(&str, &str)],
    ) -> Result<(), Aside> {
        let word = folded(raw);
        if options.skip.iter().any(|skipped| folded(skipped) == word) {
            return Err(Aside::Skipped);
        }
        let chosen = options
            .kinds
            .iter()
            .find(|(from, _)| folded(from) == word)
            .map(|(_, to)| to.as_str());
        let known = known.iter().find(|(from, _)| *from == word).map(|(_, to)| *to);
        match chosen.or(known).filter(|kind| is_kind(kind)) {
            Some(kind) => self.kind = kind.to_owned(),
            None => return Err(Aside::because(Class::UnknownType, format!("type {raw:?}"))),
        }
        // A type that is not simply the kind's name says more, so it is kept.
        if folded(&self.kind) != word {
            self.keep("source_type", Some(raw.trim().to_owned()));
        }
        Ok(())
    }
}
