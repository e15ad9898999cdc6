//! How often appeals changed something: counted by who acted, by the rule that did, or by the reason.

use super::finding::Outcome;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::identity::Identity;
use crate::domain::words::{likeness, shown};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many groups are told apart at most. It bounds memory: reasons may all be different.
const MOST_GROUPS: usize = 20_000;

/// What decided appeals are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Who acted: a person, a key, or what acted by itself.
    Moderator,
    /// The rule of automod or the rung of the ladder that acted.
    Rule,
    /// The reason of the case, whatever its case and white space.
    Reason,
}

/// How often appeals came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The case stood.
    pub upheld: u64,
    /// It counts less.
    pub reduced: u64,
    /// A milder act took its place.
    pub replaced: u64,
    /// It no longer counts.
    pub voided: u64,
}

/// A group and its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The actor in one word, the rule or rung, or the reason as last written; `None` for what has none.
    pub group: Option<String>,
    /// The identity by which the moderator was last named.
    pub identity: Option<Identity>,
    /// The numbers.
    pub tally: Tally,
}

/// Counts in the making.
#[derive(Clone, Debug)]
pub struct Overturns {
    by: By,
    groups: BTreeMap<Option<String>, Line>,
    total: Tally,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Uphold => &mut self.upheld,
            Outcome::Reduce => &mut self.reduced,
            Outcome::Replace => &mut self.replaced,
            Outcome::Void => &mut self.voided,
        } += 1;
    }

    /// How many were decided.
    #[must_use]
    pub const fn decided(&self) -> u64 {
        self.upheld + self.overturned()
    }

    /// How many changed something.
    #[must_use]
    pub const fn overturned(&self) -> u64 {
        self.reduced + self.replaced + self.voided
    }

    /// How many of a hundred changed something, rounded down; 0 where nothing was decided.
    #[must_use]
    pub const fn percent(&self) -> u64 {
        match (self.overturned() * 100).checked_div(self.decided()) {
            Some(percent) => percent,
            None => 0,
        }
    }
}

impl Overturns {
    /// Nothing yet.
    #[must_use]
    pub fn new(by: By) -> Self {
        Self {
            by,
            groups: BTreeMap::new(),
            total: Tally::default(),
        }
    }

    /// Takes the next decided appeal, with its case; they come newest first.
    pub fn add(&mut self, outcome: Outcome, case: &Case) {
        self.total.add(outcome);
        let (key, group) = self.group(case);
        let line = self.groups.entry(key).or_insert_with(|| Line {
            group,
            identity: None,
            tally: Tally::default(),
        });
        if let (By::Moderator, None, Actor::Human { identity, .. }) = (self.by, &line.identity, &case.actor) {
            line.identity.clone_from(identity);
        }
        line.tally.add(outcome);
    }

    /// Whether no more groups are told apart.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.groups.len() >= MOST_GROUPS
    }

    /// What was counted: the lines, those that changed most first and so many at most, how many there are besides, and all together.
    #[must_use]
    pub fn table(self, limit: usize) -> (Vec<Line>, usize, Tally) {
        let mut lines: Vec<Line> = self.groups.into_values().collect();
        let found = lines.len();
        // Stable, so that equals stay in the order of their names.
        lines.sort_by_key(|line| Reverse((line.tally.overturned(), line.tally.decided())));
        lines.truncate(limit);
        let left_out = found - lines.len();
        (lines, left_out, self.total)
    }

    /// What tells a group apart, and how it is shown.
    fn group(&self, case: &Case) -> (Option<String>, Option<String>) {
        let same = |text: String| (Some(text.clone()), Some(text));
        match self.by {
            By::Moderator => same(case.actor.to_string()),
            By::Rule => match &case.actor {
                Actor::Automod { rule, .. } => same(format!("automod:{}", rule.as_str())),
                Actor::Escalation { rung } => same(format!("rung:{rung}")),
                _ => (None, None),
            },
            By::Reason => match &case.particulars.reason {
                Some(reason) => (Some(likeness(reason)), Some(shown(reason))),
                None => (None, None),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::scene::Scene;

    #[test]
    fn what_changed_most_comes_first() {
        let mut scene = Scene::plain();
        scene.act(Kind::Warn, None);
        let case = scene.history[0].case.clone();
        let with = |reason: Option<&str>| {
            let mut case = case.clone();
            case.particulars.reason = reason.map(str::to_owned);
            case
        };
        let mut counted = Overturns::new(By::Reason);
        counted.add(Outcome::Uphold, &with(Some("spam")));
        counted.add(Outcome::Void, &with(Some(" Spam")));
        counted.add(Outcome::Reduce, &with(None));
        counted.add(Outcome::Replace, &with(None));
        counted.add(Outcome::Uphold, &with(Some("link")));
        let (lines, left_out, total) = counted.table(2);
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.group.as_deref(), line.tally.decided(), line.tally.percent()))
            .collect();
        assert_eq!(told, [(None, 2, 100), (Some("spam"), 2, 50)]);
        assert_eq!((left_out, total.decided(), total.overturned()), (1, 5, 3));
        assert_eq!(Tally::default().percent(), 0);
        let mut by_rule = Overturns::new(By::Rule);
        let mut escalated = case.clone();
        escalated.actor = Actor::Escalation {
            rung: "mute-1h".into(),
        };
        by_rule.add(Outcome::Void, &escalated);
        by_rule.add(Outcome::Void, &case);
        let (lines, ..) = by_rule.table(9);
        assert_eq!(
            lines
                .iter()
                .filter_map(|line| line.group.as_deref())
                .collect::<Vec<_>>(),
            ["rung:mute-1h"]
        );
    }
}
