//! A member's aggregate: all that a decision needs, in a size that does not grow with history.

use super::id::SanctionId;
use super::kind::Kind;
use super::ladder;
use super::ledger::Ledger;
use super::past::Past;
use super::points::Points;
use super::policy::{Decay, Freeze, Policy};
use super::sanction::Sanction;
use super::time::Instant;
use super::timeline::Timeline;
use serde::{Deserialize, Serialize};

/// How many sanctions a member may have whose end is still to come.
pub const MAX_SANCTIONS: usize = 64;

/// How many more they may have for bans, so that nobody is too restricted to be banned.
pub const MORE_FOR_BANS: usize = 16;

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
        for sanction in self.sanctions.iter().filter(|s| freezes(policy.freeze_while, s)) {
            match sanction.end {
                None => return Paused::Forever,
                Some(end) => until = until.max(end),
            }
        }
        Paused::Until(until)
    }

    /// Lets time pass up to `at`: the balance falls by what decayed, each stretch under the version in force then.
    /// A moment before `as_of` changes nothing.
    pub fn settle(&mut self, timeline: &Timeline, past: &Past, at: Instant) {
        let policy = &timeline
            .in_force(self.ledger.as_of.map_or(at, |as_of| as_of.max(at)))
            .policy;
        self.settle_for(policy, timeline, past, at);
    }

    /// The same, for an entry that a certain version judges: of several versions that came into force within that very second,
    /// those after it have not come yet.
    pub fn settle_for(&mut self, judged: &Policy, timeline: &Timeline, past: &Past, at: Instant) {
        let from = self.ledger.as_of.unwrap_or(at);
        for (start, end, policy) in timeline.stretches(from, at) {
            self.turn(policy, past, start);
            let ran = match self.paused(policy, start) {
                Paused::Until(resumes) => (end.seconds() - resumes.seconds()).max(0),
                Paused::Forever => 0,
            };
            self.ledger.run(policy.decay, ran, past);
        }
        self.turn(judged, past, from.max(at));
        // Those whose end has been on record all along leave without a case that says so.
        self.sanctions
            .retain(|s| !s.over || s.end.is_none_or(|end| end > at));
    }

    /// Comes under a policy at a moment up to which everything is settled.
    fn turn(&mut self, policy: &Policy, past: &Past, at: Instant) {
        self.ledger.adopt(policy.decay.model(), at);
        self.ledger.as_of = Some(at);
        self.ledger.run(policy.decay, 0, past);
        self.hold(policy, past);
    }

    /// Adds an entry to a settled balance: re-arms what may be re-armed, adds the points, and lets an offence's grace begin.
    pub fn add(&mut self, policy: &Policy, points: Points, offence: bool, at: Instant) {
        ladder::rearm(&mut self.ledger, policy);
        self.ledger.grant(points);
        if offence && policy.decay.grace() > 0 {
            let grace = at.shifted(policy.decay.grace());
            self.ledger.grace_until = Some(self.ledger.grace_until.map_or(grace, |until| until.max(grace)));
        }
    }

    /// Moves the ends of the sanctions that hold while the points are high to where they belong by now. Those that are over, or whose
    /// end is on record, stay as they are.
    pub fn hold(&mut self, policy: &Policy, past: &Past) {
        let Some(as_of) = self.ledger.as_of else { return };
        if self.sanctions.iter().all(|s| s.while_above.is_none()) {
            return;
        }
        let above = |s: &Sanction| s.while_above.filter(|_| s.holds(as_of) && !s.over);
        let ends: Vec<_> = self
            .sanctions
            .iter()
            .map(|s| above(s).map(|level| self.drops_below(policy, past, level)))
            .collect();
        for (sanction, end) in self.sanctions.iter_mut().zip(ends) {
            if let Some(end) = end.filter(|end| *end != sanction.end) {
                sanction.end = end;
                sanction.version += 1;
            }
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
    /// without an end freezes the clock, and where points never fall. In closed form, never polled.
    #[must_use]
    pub fn drops_below(&self, policy: &Policy, past: &Past, threshold: Points) -> Option<Instant> {
        self.falls_to(policy, past, policy.shown(threshold).minus(policy.granularity))
    }

    /// The moment at which the exact balance is down to `level` if nothing else happens.
    #[must_use]
    pub fn falls_to(&self, policy: &Policy, past: &Past, level: Points) -> Option<Instant> {
        let as_of = self.ledger.as_of?;
        let excess = self.ledger.balance.minus(level).units();
        if excess == 0 {
            return Some(as_of);
        }
        let Paused::Until(resumes) = self.paused(policy, as_of) else {
            return None;
        };
        match policy.decay {
            Decay::Linear { rate, .. } => {
                let rate = rate.max(1);
                Some(resumes.shifted(excess / rate + i64::from(excess % rate > 0)))
            }
            Decay::Expiry { after } => {
                let gone = self.ledger.lapses_to(level, after, past);
                Some(resumes.shifted((gone - self.ledger.clock).max(0)))
            }
            Decay::None {} => None,
        }
    }

    /// Whether two states are the same for everything that follows. Versions of sanctions only tell timers apart.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let alike = |(a, b): (&Sanction, &Sanction)| {
            Sanction {
                version: 0,
                ..a.clone()
            } == Sanction {
                version: 0,
                ..b.clone()
            }
        };
        self.ledger == other.ledger
            && self.sanctions.len() == other.sanctions.len()
            && self.sanctions.iter().zip(&other.sanctions).all(alike)
    }
}

/// Whether a sanction stops the clock. One that holds while the points are high must not hold them up.
pub(super) fn freezes(freeze: Freeze, sanction: &Sanction) -> bool {
    let kind = sanction.kind;
    sanction.while_above.is_none()
        && match freeze {
            Freeze::None => false,
            Freeze::Ban => matches!(kind, Kind::Ban | Kind::Tempban),
            Freeze::Mute => matches!(kind, Kind::Mute | Kind::Ban | Kind::Tempban),
        }
}
