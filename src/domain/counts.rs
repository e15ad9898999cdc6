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
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::brief::tests::{brief, moderator};
    use crate::domain::time::Instant;

    fn table(by: By, limit: usize, briefs: &[Brief]) -> Table {
        let mut counts = Counts::new(by);
        briefs.iter().rev().for_each(|brief| counts.add(brief));
        counts.table(limit)
    }

    fn groups(table: &Table) -> Vec<(&str, u64)> {
        let lines = table.lines.iter();
        lines
            .map(|line| (line.group.as_deref().unwrap_or("-"), line.tally.cases))
            .collect()
    }

    fn on(number: i64, seconds: i64) -> Brief {
        Brief {
            at: Instant::new(seconds).unwrap(),
            ..brief(number)
        }
    }

    #[test]
    fn what_people_did_is_told_from_what_followed() {
        let ladder = Actor::Escalation {
            rung: "mute-1h".to_owned(),
        };
        let briefs = [
            brief(1),
            Brief {
                kind: Kind::Mute,
                points: Points::from_millis(2_500),
                ..brief(2)
            },
            Brief {
                voided: true,
                ..brief(3)
            },
            Brief {
                kind: Kind::Unmute,
                ..brief(4)
            },
            Brief {
                kind: Kind::Mute,
                actor: ladder.clone(),
                ..brief(5)
            },
            Brief {
                kind: Kind::Mute,
                actor: ladder,
                voided: true,
                ..brief(6)
            },
            Brief {
                kind: Kind::Unmute,
                actor: Actor::System,
                ..brief(7)
            },
        ];
        let table = table(By::Moderator, 10, &briefs);
        let whole = Tally {
            cases: 2,
            voided: 1,
            lifts: 1,
            escalations: 1,
            expiries: 1,
            points: Points::from_millis(3_500),
            kinds: BTreeMap::from([(Kind::Warn, 1), (Kind::Mute, 1)]),
        };
        assert_eq!(table.total, whole);
        let person = moderator(1).to_string();
        assert_eq!(
            groups(&table),
            [(person.as_str(), 2), ("escalation", 0), ("system", 0)]
        );
        assert_eq!(
            table.lines[1].tally,
            Tally {
                escalations: 1,
                ..Tally::default()
            }
        );
    }

    #[test]
    fn largest_comes_first_and_the_rest_is_counted() {
        let kinds = [Kind::Ban, Kind::Warn, Kind::Note, Kind::Warn];
        let briefs: Vec<Brief> = (1..)
            .zip(kinds)
            .map(|(n, kind)| Brief { kind, ..brief(n) })
            .collect();
        let all = table(By::Kind, 10, &briefs);
        assert_eq!(
            (groups(&all), all.left_out),
            (vec![("warn", 2), ("ban", 1), ("note", 1)], 0)
        );
        let some = table(By::Kind, 1, &briefs);
        assert_eq!(
            (groups(&some), some.left_out, some.total.cases),
            (vec![("warn", 2)], 2, 4)
        );
    }

    #[test]
    fn reasons_are_grouped_by_likeness_and_shown_as_last_written() {
        let said = |n, reason: Option<&str>| Brief {
            reason: reason.map(str::to_owned),
            ..brief(n)
        };
        let briefs = [
            said(1, Some("SPAM  link")),
            said(2, Some("Spam link")),
            said(3, None),
            said(4, Some("rude")),
        ];
        let mut briefs = briefs.to_vec();
        briefs.push(Brief {
            actor: Actor::System,
            kind: Kind::Unmute,
            reason: Some("Time is over.".to_owned()),
            ..brief(5)
        });
        let table = table(By::Reason, 10, &briefs);
        assert_eq!(groups(&table), [("Spam link", 2), ("-", 1), ("rude", 1)]);
    }

    #[test]
    fn moderators_are_shown_by_the_name_that_was_last_used() {
        let named = |n, text: Option<&str>| {
            let Actor::Human { user, key, .. } = moderator(1) else {
                unreachable!()
            };
            let identity = text.map(|text| Identity::parse(text).unwrap());
            Brief {
                actor: Actor::Human { user, identity, key },
                ..brief(n)
            }
        };
        let briefs = [
            named(1, Some("discord:1")),
            named(2, Some("telegram:2")),
            named(3, None),
        ];
        let lines = table(By::Moderator, 10, &briefs).lines;
        assert_eq!(
            (lines.len(), lines[0].identity.as_ref().unwrap().to_string()),
            (1, "telegram:2".to_owned())
        );
    }

    #[test]
    fn weeks_begin_on_monday_in_utc_and_none_is_missing() {
        const MONDAY: i64 = 1_767_571_200; // 2026-01-05T00:00:00Z
        let briefs = [
            on(1, MONDAY - 1),
            on(2, MONDAY),
            on(3, MONDAY + 6 * 86_400),
            on(4, MONDAY + 21 * 86_400),
        ];
        let all = table(By::Week, 10, &briefs);
        let expected = [
            ("2025-12-29", 1),
            ("2026-01-05", 2),
            ("2026-01-12", 0),
            ("2026-01-19", 0),
            ("2026-01-26", 1),
        ];
        assert_eq!(groups(&all), expected);
        let some = table(By::Week, 2, &briefs);
        assert_eq!((groups(&some), some.left_out), (expected[3..].to_vec(), 3));
        assert_eq!(groups(&table(By::Week, 10, &[on(1, 0)])), [("1969-12-29", 1)]);
        assert!(table(By::Week, 10, &[]).lines.is_empty());
    }

    #[test]
    fn groups_are_bounded() {
        let mut counts = Counts::new(By::Reason);
        for n in 0..MAX_GROUPS {
            assert!(!counts.is_full());
            counts.add(&Brief {
                reason: Some(n.to_string()),
                ..brief(1)
            });
        }
        assert!(counts.is_full());
    }
}
