//! A member's aggregate: all that a decision needs, in a size that does not grow with history.

use super::id::SanctionId;
use super::kind::Kind;
use super::ladder;
use super::points::Points;
use super::policy::{Freeze, Policy, Timeline};
use super::sanction::Sanction;
use super::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many sanctions a member may have whose end is still to come.
pub const MAX_SANCTIONS: usize = 64;

/// The balance and what moves it.
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
}

/// A member as decisions see them: the ledger and the sanctions whose end is not recorded yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Points.
    pub ledger: Ledger,
    /// Sanctions, oldest case first.
    pub sanctions: Vec<Sanction>,
}

/// Until when the decay clock stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// It runs from this moment on.
    Until(Instant),
    /// A sanction without an end holds it.
    Forever,
}

impl Member {
    /// Until when the clock stands still, seen from `from`, under one policy. All pauses began before `from`, so what is
    /// left of them is one interval that begins there.
    #[must_use]
    pub fn paused(&self, policy: &Policy, from: Instant) -> Paused {
        let mut until = self.ledger.grace_until.map_or(from, |grace| grace.max(from));
        for sanction in self
            .sanctions
            .iter()
            .filter(|s| freezes(policy.freeze_while, s.kind))
        {
            match sanction.end {
                None => return Paused::Forever,
                Some(end) => until = until.max(end),
            }
        }
        Paused::Until(until)
    }

    /// Lets time pass up to `at`: the balance falls by what decayed, each stretch under the version in force then.
    /// A moment before `as_of` changes nothing.
    pub fn settle(&mut self, timeline: &Timeline, at: Instant) {
        let Some(from) = self.ledger.as_of else {
            self.ledger.as_of = Some(at);
            return;
        };
        for (start, end, policy) in timeline.stretches(from, at) {
            let Paused::Until(resumes) = self.paused(policy, start) else {
                continue;
            };
            let ran = (end.seconds() - resumes.seconds()).max(0);
            let fell = ran.saturating_mul(policy.decay.rate);
            self.ledger.clock += ran;
            self.ledger.balance = self.ledger.balance.minus(Points::from_units(fell));
        }
        self.ledger.as_of = Some(from.max(at));
    }

    /// Adds an entry to a settled balance: re-arms what may be re-armed, adds the points, and lets an offence's grace begin.
    pub fn add(&mut self, policy: &Policy, points: Points, offence: bool, at: Instant) {
        ladder::rearm(&mut self.ledger, policy);
        self.ledger.balance = self.ledger.balance.plus(points);
        if offence && policy.decay.grace > 0 {
            let grace = at.shifted(policy.decay.grace);
            self.ledger.grace_until = Some(self.ledger.grace_until.map_or(grace, |until| until.max(grace)));
        }
    }

    /// Takes away the sanctions with these identifiers and returns them.
    pub fn remove(&mut self, ids: &[SanctionId]) -> Vec<Sanction> {
        let (gone, kept) = std::mem::take(&mut self.sanctions)
            .into_iter()
            .partition(|s| ids.contains(&s.id));
        self.sanctions = kept;
        gone
    }

    /// The moment from which the shown points are below `threshold` if nothing else happens; `None` while a sanction
    /// without an end freezes the clock. In closed form, never polled.
    #[must_use]
    pub fn drops_below(&self, policy: &Policy, threshold: Points) -> Option<Instant> {
        self.falls_to(policy, threshold.minus(policy.granularity))
    }

    /// The moment at which the exact balance is down to `level` if nothing else happens.
    #[must_use]
    pub fn falls_to(&self, policy: &Policy, level: Points) -> Option<Instant> {
        let as_of = self.ledger.as_of?;
        let excess = self.ledger.balance.minus(level).units();
        if excess == 0 {
            return Some(as_of);
        }
        match self.paused(policy, as_of) {
            Paused::Forever => None,
            Paused::Until(resumes) => {
                let rate = policy.decay.rate.max(1);
                Some(resumes.shifted(excess / rate + i64::from(excess % rate > 0)))
            }
        }
    }
}

/// Whether a sanction of this kind stops the clock.
fn freezes(freeze: Freeze, kind: Kind) -> bool {
    match freeze {
        Freeze::None => false,
        Freeze::Ban => matches!(kind, Kind::Ban | Kind::Tempban),
        Freeze::Mute => matches!(kind, Kind::Mute | Kind::Ban | Kind::Tempban),
    }
}
