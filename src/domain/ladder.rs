//! The ladder: which rungs an entry reaches, and which one of them acts.

use super::case::{RungMark, RungOutcome};
use super::kind::Kind;
use super::member::Ledger;
use super::points::Points;
use super::policy::{Policy, Refire, Rung};
use super::sanction::{Sanction, later_end};
use super::time::Instant;
use std::cmp::Ordering;

/// A crossing by a case with this many causes is recorded and does not act.
pub const MAX_DEPTH: usize = 2;

/// How strong an act or a sanction is: by severity, then by end, where no end is latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    severity: u8,
    end: Option<Instant>,
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
    /// The member's sanctions.
    pub sanctions: &'a [Sanction],
}

impl Strength {
    /// Of an act of a kind at a moment, with the end of the sanction that it starts; acts that start none end at once.
    #[must_use]
    pub const fn of(kind: Kind, at: Instant, end: Option<Instant>) -> Self {
        let end = if kind.restricts().is_some() { end } else { Some(at) };
        Self {
            severity: kind.severity(),
            end,
        }
    }

    /// Of what a rung would do at a moment.
    #[must_use]
    pub fn of_rung(rung: &Rung, at: Instant) -> Self {
        Self::of(rung.action, at, rung.duration.map(|span| at.after(span)))
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
/// has are forgotten.
pub fn rearm(ledger: &mut Ledger, policy: &Policy) {
    if ledger.latched.is_empty() {
        return;
    }
    let shown = policy.shown(ledger.balance);
    ledger.latched.retain(|id| {
        policy
            .ladder
            .iter()
            .any(|r| r.id == *id && shown >= r.reset_below)
    });
}

/// The rungs that an entry reaches, lowest first: crossed from below and not latched, or repeated by every offence.
#[must_use]
pub fn reached<'a>(
    policy: &'a Policy,
    ledger: &Ledger,
    before: Points,
    after: Points,
    repeats: bool,
) -> Vec<&'a Rung> {
    let (before, after) = (policy.shown(before), policy.shown(after));
    let crossed = |r: &Rung| before < r.at && r.at <= after && !ledger.latched.contains(&r.id);
    let repeated = |r: &Rung| repeats && r.refire == Refire::EveryOffence && r.at <= after;
    policy
        .ladder
        .iter()
        .filter(|r| crossed(r) || repeated(r))
        .collect()
}

/// Decides among the rungs that were reached: the strongest acts, unless something stands in its way. Gives the rung that
/// fires, if one does, and a mark for each.
#[must_use]
pub fn contend<'a>(reached: &[&'a Rung], contest: &Contest<'_>) -> (Option<&'a Rung>, Vec<RungMark>) {
    let Some(strongest) = reached
        .iter()
        .copied()
        .max_by_key(|r| Strength::of_rung(r, contest.at))
    else {
        return (None, Vec::new());
    };
    let outcome = if contest.depth >= MAX_DEPTH {
        RungOutcome::Suppressed
    } else if is_moot(strongest, contest) {
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
            id: r.id.clone(),
            outcome: if r.id == strongest.id { outcome } else { others },
        })
        .collect();
    ((outcome == RungOutcome::Fired).then_some(strongest), marks)
}

/// Whether the act itself, or a sanction in force, is at least as strong.
fn is_moot(rung: &Rung, contest: &Contest<'_>) -> bool {
    let strength = Strength::of_rung(rung, contest.at);
    let in_force = contest.sanctions.iter().filter(|s| s.holds(contest.at));
    contest.act >= strength
        || in_force
            .into_iter()
            .any(|s| Strength::of(s.kind, s.start, s.end) >= strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Instant {
        Instant::new(s).unwrap()
    }

    fn contest(act: Strength) -> Contest<'static> {
        Contest {
            at: at(0),
            act,
            depth: 0,
            immune: false,
            sanctions: &[],
        }
    }

    fn points(n: i64) -> Points {
        Points::from_millis(n * 1_000)
    }

    #[test]
    fn a_rung_is_crossed_from_below_and_at_its_threshold() {
        let policy = Policy::default();
        let ids = |before, after| -> Vec<String> {
            let rungs = reached(&policy, &Ledger::default(), points(before), points(after), false);
            rungs.into_iter().map(|r| r.id.clone()).collect()
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
        let (fired, marks) = contend(&rungs, &contest(Strength::of(Kind::Warn, at(0), None)));
        assert_eq!(fired.map(|r| r.id.as_str()), Some("tempban-7d"));
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
        let (fired, marks) = contend(&rungs, &contest(Strength::of(Kind::Ban, at(0), None)));
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
