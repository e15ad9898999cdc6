//! How much was done: cases counted by moderator, kind, reason or week.
//!
//! People's work is told apart from what the ladder and time did in their wake: a dashboard that added them up would praise
//! whoever triggers the most machinery.

use super::brief::{Brief, Hand};
use super::identity::Identity;
use super::kind::Kind;
use super::points::Points;
use super::words::{likeness, shown};
use chrono::{Days, NaiveDate, Weekday};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many groups are told apart at most. It bounds memory: reasons may all be different.
pub const MAX_GROUPS: usize = 20_000;

/// What cases are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Who acted.
    Moderator,
    /// The kind of act.
    Kind,
    /// The reason, whatever its case and white space.
    Reason,
    /// The week, from Monday to Sunday in UTC.
    Week,
}

/// The numbers of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Acts by people and keys that count. Lifts are none.
    pub cases: u64,
    /// Acts by people and keys that were voided.
    pub voided: u64,
    /// Sanctions that people and keys ended.
    pub lifts: u64,
    /// What the ladder did, unless voided.
    pub escalations: u64,
    /// Sanctions that time ended.
    pub expiries: u64,
    /// The points that `cases` added.
    pub points: Points,
    /// `cases` by kind.
    pub kinds: BTreeMap<Kind, u64>,
}

/// A group and its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The actor in one word, the kind, the reason as last written, or the Monday; `None` for what nobody gave a reason for.
    pub group: Option<String>,
    /// The identity by which the moderator was last named.
    pub identity: Option<Identity>,
    /// The numbers.
    pub tally: Tally,
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Largest first; weeks in order.
    pub lines: Vec<Line>,
    /// How many groups there are besides; of weeks they are the oldest.
    pub left_out: u64,
    /// The numbers of all groups together.
    pub total: Tally,
}

/// Counts in the making.
#[derive(Clone, Debug)]
pub struct Counts {
    by: By,
    groups: BTreeMap<Group, Line>,
    total: Tally,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Text(Option<String>),
    Week(NaiveDate),
}

impl Counts {
    /// Nothing yet.
    #[must_use]
    pub fn new(by: By) -> Self {
        Self {
            by,
            groups: BTreeMap::new(),
            total: Tally::default(),
        }
    }

    /// Takes the next case; they come newest first.
    pub fn add(&mut self, brief: &Brief) {
        let (group, by) = (self.group(brief), self.by);
        let line = self
            .groups
            .entry(group)
            .or_insert_with_key(|group| group.line(by, brief));
        if line.identity.is_none() && self.by == By::Moderator {
            line.identity = brief.named().cloned();
        }
        line.tally.add(brief);
        self.total.add(brief);
    }

    /// Whether no more groups are told apart.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.groups.len() >= MAX_GROUPS
    }

    /// What was counted, in so many lines at most.
    #[must_use]
    pub fn table(mut self, limit: usize) -> Table {
        if self.by == By::Week {
            self.fill();
        }
        let found = self.groups.len();
        let mut lines: Vec<Line> = self.groups.into_values().collect();
        if self.by == By::Week {
            lines.drain(..found.saturating_sub(limit));
        } else {
            // Stable, so that equals stay in the order of their names.
            lines.sort_by_key(|line| Reverse(line.tally.size()));
            lines.truncate(limit);
        }
        let left_out = u64::try_from(found - lines.len()).unwrap_or(u64::MAX);
        Table {
            lines,
            left_out,
            total: self.total,
        }
    }

    fn group(&self, brief: &Brief) -> Group {
        match self.by {
            By::Moderator => Group::Text(Some(brief.actor.to_string())),
            By::Kind => Group::Text(Some(brief.kind.name().to_owned())),
            By::Reason => Group::Text(given(brief).map(likeness)),
            By::Week => Group::Week(brief.at.to_utc().date_naive().week(Weekday::Mon).first_day()),
        }
    }

    /// Puts in the weeks in which nothing happened, so that a line missing is never a week missing.
    fn fill(&mut self) {
        let (Some((Group::Week(first), _)), Some((Group::Week(last), _))) =
            (self.groups.first_key_value(), self.groups.last_key_value())
        else {
            return;
        };
        let (mut week, last) = (*first, *last);
        while week < last {
            let empty = || Line {
                group: Some(week.to_string()),
                identity: None,
                tally: Tally::default(),
            };
            self.groups.entry(Group::Week(week)).or_insert_with(empty);
            week = week.checked_add_days(Days::new(7)).unwrap_or(last);
        }
    }
}

/// The reason that somebody gave. What the ladder and time say of themselves is none.
fn given(brief: &Brief) -> Option<&str> {
    match brief.hand() {
        Hand::Act | Hand::Lift => brief.reason.as_deref(),
        Hand::Ladder | Hand::Clock => None,
    }
}

impl Group {
    /// The group's line, as its newest case has it named.
    fn line(&self, by: By, brief: &Brief) -> Line {
        let group = match self {
            Self::Week(monday) => Some(monday.to_string()),
            // A reason is told from others by what its spellings share, and shown as somebody spelled it.
            Self::Text(_) if by == By::Reason => given(brief).map(shown),
            Self::Text(text) => text.clone(),
        };
        Line {
            group,
            identity: None,
            tally: Tally::default(),
        }
    }
}

impl Tally {
    fn add(&mut self, brief: &Brief) {
        match brief.hand() {
            Hand::Act if brief.voided => self.voided += 1,
            Hand::Act => {
                self.cases += 1;
                self.points = self.points.plus(brief.points);
                *self.kinds.entry(brief.kind).or_default() += 1;
            }
            Hand::Lift => self.lifts += 1,
            Hand::Ladder if brief.voided => {}
            Hand::Ladder => self.escalations += 1,
            Hand::Clock => self.expiries += 1,
        }
    }

    /// By which groups are compared: what people did comes first.
    const fn size(&self) -> [u64; 5] {
        [
            self.cases,
            self.voided,
            self.lifts,
            self.escalations,
            self.expiries,
        ]
    }
}

#[cfg(test)]
mod tests;
