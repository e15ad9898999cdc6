//! What decisions need of a member's history beyond their state: asked for while deciding, answered by the store.
//!
//! A state suffices for nearly everything. Two rules need one look back each: what has lapsed under the decay by expiry, and
//! the offences of rungs that a new version of the policy counts. A decision asks its [`Past`]; what that does not know it notes
//! down, and the decision counts for nothing. The store answers with index seeks, and the decision is made again. So deciding
//! stays pure, and a policy without these rules never asks.

use super::kind::Kind;
use super::points::Points;
use super::time::Instant;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How many offences a rung can count at most, and so how many of each kind are ever looked back for.
pub const MAX_COUNT: usize = 50;

/// An offence, as rungs count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Offence {
    /// When.
    pub at: Instant,
    /// Its kind.
    pub kind: Kind,
}

/// Adds an offence to a sorted list. Those of one second have an order too, which is not that in which they were recorded: so two lists of
/// the same offences are the same list, however they were come by.
pub(super) fn insert(offences: &mut Vec<Offence>, offence: Offence) {
    let place = offences.partition_point(|before| *before <= offence);
    offences.insert(place, offence);
}

/// An entry as the decay by expiry sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Of which stretch between openings; see [`super::ledger::Ledger::era`].
    pub era: i32,
    /// The decay clock at its instant.
    pub clock: i64,
    /// All points of the era up to and with it.
    pub sum: Points,
}

/// One look back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The last entry of an era whose clock is at most this.
    LastBy {
        /// The era.
        era: i32,
        /// The clock.
        clock: i64,
    },
    /// The first entry of an era at which the sum reaches this.
    FirstWith {
        /// The era.
        era: i32,
        /// The sum.
        sum: Points,
    },
    /// The last [`MAX_COUNT`] direct acts of a kind after a moment.
    Offences {
        /// The kind.
        kind: Kind,
        /// Those at this moment or before do not matter.
        after: Instant,
    },
}

/// What the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The entry, if there is one.
    Mark(Option<Mark>),
    /// The offences, in any order.
    Offences(Vec<Offence>),
}

/// What is known of the past so far, and what was asked and is not known.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Ascending: within an era neither the clock nor the sum ever falls.
    marks: Vec<Mark>,
    offences: Vec<Offence>,
    answered: BTreeSet<Question>,
    /// Everything there is stands in it, so nothing needs to be asked.
    whole: bool,
    asked: RefCell<BTreeSet<Question>>,
}

impl Past {
    /// A past that is read from its beginning to its end, as replays do.
    #[must_use]
    pub fn whole(mut marks: Vec<Mark>, mut offences: Vec<Offence>) -> Self {
        marks.sort_unstable();
        offences.sort_unstable();
        Self {
            marks,
            offences,
            whole: true,
            ..Self::default()
        }
    }

    /// What has been asked since the last time and is not known. Whatever was decided meanwhile does not count.
    #[must_use]
    pub fn take_asked(&self) -> Vec<Question> {
        self.asked.take().into_iter().collect()
    }

    /// Learns the answer to a question.
    pub fn learn(&mut self, question: Question, answer: Answer) {
        self.answered.insert(question);
        match answer {
            Answer::Mark(mark) => {
                self.marks.extend(mark);
                self.marks.sort_unstable();
            }
            Answer::Offences(offences) => {
                self.offences.extend(offences);
                self.offences.sort_unstable();
            }
        }
    }

    /// Adds the next entry to a whole past.
    pub fn add(&mut self, mark: Option<Mark>, offence: Option<Offence>) {
        self.marks.extend(mark);
        if let Some(offence) = offence {
            insert(&mut self.offences, offence);
        }
    }

    /// The sum of an era at a clock: that of its last entry until then.
    #[must_use]
    pub fn sum_by(&self, era: i32, clock: i64) -> Points {
        if !self.knows(Question::LastBy { era, clock }) {
            return Points::ZERO;
        }
        let until = self
            .marks
            .partition_point(|mark| (mark.era, mark.clock) <= (era, clock));
        let last = until.checked_sub(1).and_then(|place| self.marks.get(place));
        last.filter(|mark| mark.era == era)
            .map_or(Points::ZERO, |mark| mark.sum)
    }

    /// The clock at which the sum of an era reached this much; `None` when no stored entry did.
    #[must_use]
    pub fn clock_of(&self, era: i32, sum: Points) -> Option<i64> {
        if !self.knows(Question::FirstWith { era, sum }) {
            return None;
        }
        let before = self
            .marks
            .partition_point(|mark| (mark.era, mark.sum) < (era, sum));
        let first = self.marks.get(before).filter(|mark| mark.era == era);
        first.map(|mark| mark.clock)
    }

    /// The member's direct acts of these kinds, each with the moment until which they do not matter; oldest first.
    #[must_use]
    pub fn offences(&self, wanted: &BTreeMap<Kind, Instant>) -> Vec<Offence> {
        for (kind, after) in wanted {
            let (kind, after) = (*kind, *after);
            self.knows(Question::Offences { kind, after });
        }
        let matters = |o: &&Offence| wanted.get(&o.kind).is_some_and(|after| o.at > *after);
        self.offences.iter().filter(matters).copied().collect()
    }

    /// Whether a question is answered; notes it down if not.
    fn knows(&self, question: Question) -> bool {
        let known = self.whole || self.answered.contains(&question);
        if !known {
            self.asked.borrow_mut().insert(question);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(clock: i64, points: i64) -> Mark {
        Mark {
            era: 0,
            clock,
            sum: Points::from_millis(points * 1_000),
        }
    }

    #[test]
    fn what_is_unknown_is_asked_once_and_then_known() {
        let mut past = Past::default();
        let question = Question::LastBy { era: 0, clock: 9 };
        assert_eq!(past.sum_by(0, 9), Points::ZERO);
        assert_eq!(past.take_asked(), [question]);
        past.learn(question, Answer::Mark(Some(mark(5, 3))));
        assert_eq!(past.sum_by(0, 9), Points::from_millis(3_000));
        assert!(past.take_asked().is_empty());
    }

    #[test]
    fn a_whole_past_answers_from_its_entries() {
        let past = Past::whole(vec![mark(5, 3), mark(7, 4), mark(7, 6)], Vec::new());
        assert_eq!(past.sum_by(0, 4), Points::ZERO);
        assert_eq!(past.sum_by(0, 7), Points::from_millis(6_000));
        assert_eq!(past.sum_by(1, 7), Points::ZERO, "another era");
        assert_eq!(past.clock_of(0, Points::from_millis(3_001)), Some(7));
        assert_eq!(past.clock_of(0, Points::from_millis(3_000)), Some(5));
        assert_eq!(past.clock_of(0, Points::from_millis(7_000)), None);
        assert!(past.take_asked().is_empty());
    }
}
