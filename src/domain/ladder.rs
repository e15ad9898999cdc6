//! The ladder: which rungs an entry reaches, and which one of them acts.

use super::case::{RungMark, RungOutcome};
use super::kind::{Kind, Severity};
use super::ledger::Ledger;
use super::member::Member;
use super::past::{Offence, Past};
use super::points::Points;
use super::policy::{OffenceCount, Policy, Refire, Remedy, Rung};
use super::sanction::later_end;
use super::time::Instant;
use std::cmp::Ordering;

/// A crossing by a case with this many causes is recorded and does not act.
pub const MAX_DEPTH: usize = 2;

/// How strong an act or a sanction is: by severity, then by end, where no end is latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    severity: Severity,
    end: Option<Instant>,
}

/// A rung that an entry reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached<'p> {
    /// Its id.
    pub id: &'p str,
    /// What it does.
    pub remedy: &'p Remedy,
    /// What reached it.
    pub by: Threshold<'p>,
}

/// What a rung is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold<'p> {
    /// So many points.
    Points(Points),
    /// So many offences.
    Offences(&'p OffenceCount),
}

/// The circumstances in which the rungs that were reached contend.
#[derive(Clone, Copy, Debug)]
pub struct Contest<'a> {
    /// When.
    pub at: Instant,
    /// The strength of the act that made the entry.
    pub act: Strength,
    /// How many causes that act has.
    pub depth: usize,
    /// Whether nobody may escalate upon the member.
    pub immune: bool,
    /// The member after the entry.
    pub member: &'a Member,
    /// The policy that judges it.
    pub policy: &'a Policy,
    /// What went before.
    pub past: &'a Past,
}

impl Strength {
    /// Of an act of a kind at a moment, with the end of the sanction that it starts; acts that start none end at once.
    #[must_use]
    pub fn of(severity: Severity, kind: Kind, at: Instant, end: Option<Instant>) -> Self {
        let end = if kind.restricts().is_some() { end } else { Some(at) };
        Self { severity, end }
    }

    /// Of what a rung would do to a member at a moment.
    #[must_use]
    pub fn of_remedy(remedy: &Remedy, at: Instant, member: &Member, policy: &Policy, past: &Past) -> Self {
        let end = match remedy.while_above {
            Some(level) => member.drops_below(policy, past, level),
            None => remedy.duration.map(|span| at.after(span)),
        };
        Self::of(remedy.severity(), remedy.action, at, end)
    }
}

impl Ord for Strength {
    fn cmp(&self, other: &Self) -> Ordering {
        self.severity
            .cmp(&other.severity)
            .then_with(|| later_end(self.end, other.end))
    }
}

impl PartialOrd for Strength {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Re-arms the rungs whose `reset_below` lies above the points shown just before an entry. Rungs that the policy no longer
/// has are forgotten. Those for offences are re-armed by their count, in [`counted`].
pub fn rearm(ledger: &mut Ledger, policy: &Policy) {
    if ledger.latched.is_empty() {
        return;
    }
    let shown = policy.shown(ledger.balance);
    ledger.latched.retain(|id| {
        let by_points = policy
            .ladder
            .iter()
            .any(|r| r.id == *id && shown >= r.reset_below);
        by_points || policy.offence_rungs.iter().any(|r| r.id == *id)
    });
}

/// The rungs that an entry's points reach, lowest first: crossed from below and not latched, or repeated by every offence.
#[must_use]
pub fn reached<'p>(
    policy: &'p Policy,
    ledger: &Ledger,
    before: Points,
    after: Points,
    repeats: bool,
) -> Vec<Reached<'p>> {
    let (before, after) = (policy.shown(before), policy.shown(after));
    let crossed = |r: &Rung| before < r.at && r.at <= after && !ledger.latched.contains(&r.id);
    let repeated = |r: &Rung| repeats && r.refire == Refire::EveryOffence && r.at <= after;
    let rungs = policy.ladder.iter().filter(|r| crossed(r) || repeated(r));
    rungs
        .map(|rung| Reached {
            id: &rung.id,
            remedy: &rung.remedy,
            by: Threshold::Points(rung.at),
        })
        .collect()
}

/// Counts an offence: the rungs whose count it fills. Those whose count has fallen since are re-armed first.
pub fn counted<'p>(policy: &'p Policy, ledger: &mut Ledger, offence: Offence) -> Vec<Reached<'p>> {
    if policy.offence_rungs.is_empty() {
        return Vec::new();
    }
    let mut reached = Vec::new();
    for rung in &policy.offence_rungs {
        let before = rung.count.of(&ledger.tally.offences, offence.at);
        if before >= rung.count.least {
            continue;
        }
        ledger.latched.remove(&rung.id);
        if rung.count.is_about(offence.kind) && before + 1 == rung.count.least {
            reached.push(Reached {
                id: &rung.id,
                remedy: &rung.remedy,
                by: Threshold::Offences(&rung.count),
            });
        }
    }
    ledger.tally.add(policy, offence);
    reached
}

/// Decides among the rungs that were reached: the strongest acts, unless something stands in its way. Gives the rung that
/// fires, if one does, and a mark for each.
#[must_use]
pub fn contend<'p>(reached: &[Reached<'p>], contest: &Contest<'_>) -> (Option<Reached<'p>>, Vec<RungMark>) {
    let Some(strongest) = reached.iter().copied().max_by_key(|r| contest.strength(r.remedy)) else {
        return (None, Vec::new());
    };
    let outcome = if contest.depth >= MAX_DEPTH {
        RungOutcome::Suppressed
    } else if contest.is_moot(strongest.remedy) {
        RungOutcome::Moot
    } else if contest.immune {
        RungOutcome::Immune
    } else {
        RungOutcome::Fired
    };
    let others = if outcome == RungOutcome::Suppressed {
        outcome
    } else {
        RungOutcome::Outranked
    };
    let marks = reached
        .iter()
        .map(|r| RungMark {
            id: r.id.to_owned(),
            outcome: if r.id == strongest.id { outcome } else { others },
        })
        .collect();
    ((outcome == RungOutcome::Fired).then_some(strongest), marks)
}

impl Contest<'_> {
    fn strength(&self, remedy: &Remedy) -> Strength {
        Strength::of_remedy(remedy, self.at, self.member, self.policy, self.past)
    }

    /// Whether the act itself, or a sanction in force, is at least as strong.
    fn is_moot(&self, remedy: &Remedy) -> bool {
        let strength = self.strength(remedy);
        let mut in_force = self.member.sanctions.iter().filter(|s| s.holds(self.at));
        self.act >= strength || in_force.any(|s| s.strength() >= strength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Instant {
        Instant::new(s).unwrap()
    }

    /// What comes of rungs that an act of a kind has reached, upon a member without sanctions.
    fn decided<'p>(
        policy: &'p Policy,
        kind: Kind,
        rungs: &[Reached<'p>],
    ) -> (Option<&'p str>, Vec<RungMark>) {
        let contest = Contest {
            at: at(0),
            act: Strength::of(policy.severity(kind), kind, at(0), None),
            depth: 0,
            immune: false,
            member: &Member::default(),
            policy,
            past: &Past::default(),
        };
        let (fired, marks) = contend(rungs, &contest);
        (fired.map(|rung| rung.id), marks)
    }

    fn points(n: i64) -> Points {
        Points::from_millis(n * 1_000)
    }

    #[test]
    fn a_rung_is_crossed_from_below_and_at_its_threshold() {
        let policy = Policy::default();
        let ids = |before, after| -> Vec<String> {
            let rungs = reached(&policy, &Ledger::default(), points(before), points(after), false);
            rungs.into_iter().map(|r| r.id.to_owned()).collect()
        };
        assert_eq!(ids(2, 3), ["mute-1h"]);
        assert!(ids(3, 4).is_empty());
        assert_eq!(ids(0, 8), ["mute-1h", "mute-24h", "tempban-7d"]);
    }

    #[test]
    fn shown_points_are_compared() {
        let policy = Policy::default();
        let almost = Points::from_units(points(3).units() - 50_000);
        assert_eq!(
            reached(&policy, &Ledger::default(), points(2), almost, false).len(),
            1,
            "2.9994 is shown as 3"
        );
    }

    #[test]
    fn the_strongest_acts_and_the_others_are_marked() {
        let policy = Policy::default();
        let rungs = reached(&policy, &Ledger::default(), points(0), points(8), false);
        let (fired, marks) = decided(&policy, Kind::Warn, &rungs);
        assert_eq!(fired, Some("tempban-7d"));
        let outcomes: Vec<_> = marks.iter().map(|m| m.outcome).collect();
        assert_eq!(
            outcomes,
            [RungOutcome::Outranked, RungOutcome::Outranked, RungOutcome::Fired]
        );
    }

    #[test]
    fn a_ban_makes_lower_rungs_moot() {
        let policy = Policy::default();
        let rungs = reached(&policy, &Ledger::default(), points(0), points(10), false);
        let (fired, marks) = decided(&policy, Kind::Ban, &rungs);
        assert_eq!(fired, None);
        assert_eq!(marks.last().map(|m| m.outcome), Some(RungOutcome::Moot));
    }

    #[test]
    fn the_top_rung_repeats_on_every_offence_only() {
        let policy = Policy::default();
        let ledger = Ledger {
            latched: ["ban".to_owned()].into(),
            ..Ledger::default()
        };
        assert!(reached(&policy, &ledger, points(13), points(14), false).is_empty());
        assert_eq!(reached(&policy, &ledger, points(13), points(14), true).len(), 1);
    }

    #[test]
    fn a_latch_is_rearmed_below_its_reset_and_forgotten_with_its_rung() {
        let mut policy = Policy::default();
        policy.ladder[0].reset_below = points(1);
        let mut ledger = Ledger {
            balance: points(2),
            latched: ["mute-1h".into(), "gone".into()].into(),
            ..Ledger::default()
        };
        rearm(&mut ledger, &policy);
        assert_eq!(ledger.latched, ["mute-1h".to_owned()].into());
        ledger.balance = Points::from_millis(900);
        rearm(&mut ledger, &policy);
        assert!(ledger.latched.is_empty());
    }
}
