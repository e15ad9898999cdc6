//! Whether like is treated alike: for each reason, what moderators did about it.

use super::brief::{Brief, Hand};
use super::identity::Identity;
use super::kind::Kind;
use super::time::Span;
use super::words::{likeness, shown};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many combinations of reason, outcome and moderator are told apart at most. It bounds memory.
pub const MAX_CELLS: usize = 20_000;
/// So many outcomes of a reason are listed at most.
pub const MAX_OUTCOMES: usize = 10;
/// So many moderators of an outcome are listed at most.
pub const MAX_MODERATORS: usize = 10;
/// So many cases stand for an outcome.
pub const MAX_EXAMPLES: usize = 3;

/// What was done: a kind, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// The kind of act.
    pub kind: Kind,
    /// For how long, as given.
    pub duration: Option<Span>,
}

/// How often a moderator chose an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chooser {
    /// The actor, in one word.
    pub moderator: String,
    /// The identity by which they were last named.
    pub identity: Option<Identity>,
    /// How often.
    pub cases: u64,
}

/// How often an outcome was chosen, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What was done.
    pub outcome: Outcome,
    /// How often.
    pub cases: u64,
    /// By whom, who did so most often first.
    pub moderators: Vec<Chooser>,
    /// How many moderators did so besides.
    pub moderators_left_out: u64,
    /// The numbers of its newest cases.
    pub examples: Vec<i64>,
}

/// A reason, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The reason as last written.
    pub reason: String,
    /// How many acts gave it.
    pub cases: u64,
    /// What was done, the most frequent first.
    pub choices: Vec<Choice>,
    /// How many outcomes there are besides.
    pub outcomes_left_out: u64,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where moderators agree least comes first; of those alike, what is frequent.
    pub findings: Vec<Finding>,
    /// How many reasons there are besides.
    pub left_out: u64,
}

/// A report in the making.
#[derive(Clone, Debug, Default)]
pub struct Consistency {
    reasons: BTreeMap<String, Collected>,
    cells: usize,
}

#[derive(Clone, Debug)]
struct Collected {
    reason: String,
    outcomes: BTreeMap<Outcome, Seen>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    moderators: BTreeMap<String, (Option<Identity>, u64)>,
    examples: Vec<i64>,
}

impl Consistency {
    /// Takes the next case; they come newest first. What says nothing of moderators' judgement is passed over: what the ladder and
    /// time did, lifts, notes, what was voided, and what has no reason.
    pub fn add(&mut self, brief: &Brief) {
        if brief.voided || brief.hand() != Hand::Act || brief.kind == Kind::Note {
            return;
        }
        let Some(reason) = brief.reason.as_deref() else {
            return;
        };
        let collected = self.reasons.entry(likeness(reason)).or_insert_with(|| Collected {
            reason: shown(reason),
            outcomes: BTreeMap::new(),
        });
        let outcome = Outcome {
            kind: brief.kind,
            duration: brief.duration,
        };
        let seen = collected.outcomes.entry(outcome).or_default();
        if seen.examples.len() < MAX_EXAMPLES {
            seen.examples.push(brief.number);
        }
        let chooser = seen.moderators.entry(brief.actor.to_string());
        let (identity, cases) = chooser.or_insert_with(|| {
            self.cells += 1;
            (None, 0)
        });
        if identity.is_none() {
            *identity = brief.named().cloned();
        }
        *cases += 1;
    }

    /// Whether no more combinations are told apart.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.cells >= MAX_CELLS
    }

    /// The report on reasons with so many acts at least, on so many reasons at most.
    #[must_use]
    pub fn report(self, least: u64, limit: usize) -> Report {
        let findings = self.reasons.into_values().map(Collected::finding);
        let mut findings: Vec<Finding> = findings.filter(|finding| finding.cases >= least).collect();
        findings.sort_by(|a, b| {
            let agreement = |one: &Finding, other: &Finding| u128::from(one.most()) * u128::from(other.cases);
            agreement(a, b)
                .cmp(&agreement(b, a))
                .then_with(|| b.cases.cmp(&a.cases))
        });
        let left_out = cut(&mut findings, limit);
        Report { findings, left_out }
    }
}

impl Collected {
    fn finding(self) -> Finding {
        let choices = self
            .outcomes
            .into_iter()
            .map(|(outcome, seen)| seen.choice(outcome));
        let mut choices: Vec<Choice> = choices.collect();
        choices.sort_by_key(|choice| Reverse(choice.cases));
        let cases = choices.iter().map(|choice| choice.cases).sum();
        let outcomes_left_out = cut(&mut choices, MAX_OUTCOMES);
        Finding {
            reason: self.reason,
            cases,
            choices,
            outcomes_left_out,
        }
    }
}

impl Seen {
    fn choice(self, outcome: Outcome) -> Choice {
        let moderators = self.moderators.into_iter();
        let mut moderators: Vec<Chooser> = moderators
            .map(|(moderator, (identity, cases))| Chooser {
                moderator,
                identity,
                cases,
            })
            .collect();
        moderators.sort_by_key(|chooser| Reverse(chooser.cases));
        let cases = moderators.iter().map(|chooser| chooser.cases).sum();
        let moderators_left_out = cut(&mut moderators, MAX_MODERATORS);
        Choice {
            outcome,
            cases,
            moderators,
            moderators_left_out,
            examples: self.examples,
        }
    }
}

impl Finding {
    /// How often the most frequent outcome was chosen.
    fn most(&self) -> u64 {
        self.choices.first().map_or(0, |choice| choice.cases)
    }

    /// How many of a hundred acts chose the most frequent outcome, rounded down: 100 means all of them.
    #[must_use]
    pub fn agreement(&self) -> u64 {
        self.percent(self.most())
    }

    /// A number of acts as so many of a hundred, rounded down.
    #[must_use]
    pub fn percent(&self, cases: u64) -> u64 {
        cases.saturating_mul(100) / self.cases.max(1)
    }
}

/// Cuts a list, and says how many went.
fn cut<T>(list: &mut Vec<T>, limit: usize) -> u64 {
    let gone = list.len().saturating_sub(limit);
    list.truncate(limit);
    u64::try_from(gone).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
