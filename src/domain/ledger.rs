//! A member's points: the balance, the clock that it falls by, and what rungs remember.

use super::kind::Kind;
use super::past::{self, Mark, Offence, Past};
use super::points::Points;
use super::policy::{Decay, Model, Policy};
use super::time::Instant;
use super::timeline::PolicyVersion;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The balance and what moves it. Most of its parts stay empty under most policies, and are left out of documents then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The exact balance at `as_of`.
    pub balance: Points,
    /// The moment up to which decay has been settled; `None` before the first entry.
    pub as_of: Option<Instant>,
    /// Seconds of decay so far: wall seconds without the pauses.
    pub clock: i64,
    /// Until then the last offences' grace holds the clock.
    pub grace_until: Option<Instant>,
    /// Rungs that were crossed and are not re-armed.
    pub latched: BTreeSet<String>,
    /// The model under which the balance stands.
    #[serde(default, skip_serializing_if = "is_default")]
    pub model: Model,
    /// What was carried over when the present era began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// How often points were carried over.
    #[serde(default, skip_serializing_if = "is_default")]
    pub era: i32,
    /// All points of the era, the opening included. Counted where something depends on it: under decay by expiry, and after an
    /// opening.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sum: Points,
    /// What has lapsed of the sum, under decay by expiry.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lapsed: Points,
    /// The offences that rungs may still count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tally: Tally,
}

/// Points that were carried over into a new era, as one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    pub at: Instant,
    /// The decay clock then.
    pub clock: i64,
    /// How many.
    pub points: Points,
}

/// The offences that the rungs of one version of the policy may still count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The version for whose rungs it is complete; 0 for none.
    pub version: i32,
    /// The offences, oldest first.
    pub offences: Vec<Offence>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Ledger {
    /// Goes over to a model, if it is another one: what is left is carried over as one entry.
    pub(super) fn adopt(&mut self, model: Model, at: Instant) {
        if self.model == model {
            return;
        }
        self.model = model;
        if self.as_of.is_some() {
            self.open(self.balance, at);
        }
    }

    /// Begins a new era with so many points.
    pub fn open(&mut self, points: Points, at: Instant) {
        self.era += 1;
        self.opening = (points > Points::ZERO).then_some(Opening {
            at,
            clock: self.clock,
            points,
        });
        (self.balance, self.sum, self.lapsed) = (points, points, Points::ZERO);
    }

    /// Lets the clock run for so many seconds.
    pub(super) fn run(&mut self, decay: Decay, seconds: i64, past: &Past) {
        self.clock += seconds;
        match decay {
            Decay::Linear { rate, .. } => {
                let fell = seconds.saturating_mul(rate);
                self.balance = self.balance.minus(Points::from_units(fell));
            }
            Decay::Expiry { after } => self.lapse(self.clock - after, past),
            Decay::None {} => {}
        }
    }

    /// Everything that was entered until a clock lapses. What has lapsed stays lapsed.
    fn lapse(&mut self, until: i64, past: &Past) {
        if self.lapsed >= self.sum {
            return;
        }
        let opened = self.opening.filter(|opening| opening.clock <= until);
        let carried = opened.map_or(Points::ZERO, |opening| opening.points);
        let entered = if self.sum > self.carried() {
            past.sum_by(self.era, until)
        } else {
            Points::ZERO
        };
        self.lapsed = self.lapsed.max(carried).max(entered).min(self.sum);
        self.balance = self.sum.minus(self.lapsed);
    }

    /// Adds points.
    pub(super) fn grant(&mut self, points: Points) {
        self.balance = self.balance.plus(points);
        if self.model == Model::Expiry || self.opening.is_some() {
            self.sum = self.sum.plus(points);
        }
    }

    /// The points of the opening.
    #[must_use]
    pub fn carried(&self) -> Points {
        self.opening.map_or(Points::ZERO, |opening| opening.points)
    }

    /// The entry just made, as the decay by expiry will look for it. Under other models nothing looks for it.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        (self.model == Model::Expiry).then_some(Mark {
            era: self.era,
            clock: self.clock,
            sum: self.sum,
        })
    }

    /// The clock at which the balance is down to a level, under decay by expiry: when the entry that holds it above has lapsed.
    pub(super) fn lapses_to(&self, level: Points, after: i64, past: &Past) -> i64 {
        let gone = self.sum.minus(level);
        let entered = match self.opening {
            Some(opening) if opening.points >= gone => opening.clock,
            // What the store does not have yet was entered at this very clock.
            _ => past.clock_of(self.era, gone).unwrap_or(self.clock),
        };
        entered + after
    }
}

impl Tally {
    /// Makes sure that every offence is there which the rungs of a version may count.
    pub(super) fn complete(
        &mut self,
        version: &PolicyVersion,
        earlier: Option<&Policy>,
        past: &Past,
        at: Instant,
    ) {
        let rungs = &version.policy.offence_rungs;
        if rungs.is_empty() {
            *self = Self::default();
            return;
        }
        if self.version != version.version
            && !earlier.is_some_and(|earlier| earlier.remembers(&version.policy))
        {
            let mut wanted: BTreeMap<Kind, Instant> = BTreeMap::new();
            for rung in rungs {
                let from = at.shifted(-rung.count.within);
                for kind in &rung.count.kinds {
                    let after = wanted.entry(*kind).or_insert(from);
                    *after = from.min(*after);
                }
            }
            self.offences = past.offences(&wanted);
        }
        self.version = version.version;
    }

    /// Takes in an offence, and forgets those that no rung may count any more.
    pub(super) fn add(&mut self, policy: &Policy, offence: Offence) {
        past::insert(&mut self.offences, offence);
        let mut kept = BTreeSet::new();
        for rung in &policy.offence_rungs {
            let newest = self.offences.iter().enumerate().rev();
            kept.extend(
                newest
                    .filter(|(_, o)| rung.count.counts(**o, offence.at))
                    .take(rung.count.least)
                    .map(|(place, _)| place),
            );
        }
        let mut place = 0;
        self.offences.retain(|_| {
            place += 1;
            kept.contains(&(place - 1))
        });
    }
}

impl Policy {
    /// Whether a tally under this policy has all that the rungs of another one count.
    #[must_use]
    pub fn remembers(&self, other: &Self) -> bool {
        other.offence_rungs.iter().all(|rung| {
            self.offence_rungs.iter().any(|own| {
                own.count.kinds == rung.count.kinds
                    && own.count.least >= rung.count.least
                    && own.count.within >= rung.count.within
            })
        })
    }
}

impl super::policy::OffenceCount {
    /// Whether an offence counts at a moment.
    #[must_use]
    pub fn counts(&self, offence: Offence, at: Instant) -> bool {
        offence.at.seconds() > at.seconds() - self.within && self.kinds.contains(&offence.kind)
    }

    /// How many of these offences count at a moment.
    #[must_use]
    pub fn of(&self, offences: &[Offence], at: Instant) -> usize {
        offences
            .iter()
            .filter(|offence| self.counts(**offence, at))
            .count()
    }

    /// Whether a kind can count.
    #[must_use]
    pub fn is_about(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl std::fmt::Display for super::policy::OffenceCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds: Vec<&str> = self.kinds.iter().map(Kind::name).collect();
        let (days, rest) = (self.within / 86_400, self.within % 86_400);
        write!(f, "{} times {} within ", self.least, kinds.join(" or "))?;
        match (days, rest) {
            (1, 0) => f.write_str("a day"),
            (days, 0) => write!(f, "{days} days"),
            _ => write!(f, "{} seconds", self.within),
        }
    }
}
