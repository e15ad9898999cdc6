//! Every term of a balance: which entry gave how much, how much of it is left, and when it is gone.

use super::case::Case;
use super::id::MergeId;
use super::kind::Kind;
use super::member::Member;
use super::past::Past;
use super::points::Points;
use super::standing::foreseen;
use super::time::Instant;
use super::timeline::Timeline;

/// One term of a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The case that gave the points.
    pub case: i64,
    /// Its kind.
    pub kind: Kind,
    /// When.
    pub at: Instant,
    /// The points that it gave.
    pub granted: Points,
    /// The exact amount that is left of them.
    pub left: Points,
    /// When nothing is left of them if nothing else happens; `None` while a sanction without an end freezes the clock, and where
    /// points never fall.
    pub gone_at: Option<Instant>,
}

/// What was carried over when the present era began, as a term of the balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// When.
    pub at: Instant,
    /// The merge that carried them over; `None` where another model of decay did.
    pub merge: Option<MergeId>,
    /// The points that were carried over.
    pub granted: Points,
    /// The exact amount that is left of them.
    pub left: Points,
    /// When nothing is left of them, as for a [`Term`].
    pub gone_at: Option<Instant>,
}

/// Reads the terms of a balance back from the newest entry: linear decay drains the oldest first, so what is left of an
/// entry is what the balance still holds once the newer ones are taken off. Fed page by page, newest first.
#[derive(Clone, Debug)]
pub struct Explanation {
    remaining: Points,
    newer: Points,
    /// What the entries of the era gave together; `None` where no era was opened, and every entry may have its term.
    entered: Option<Points>,
    terms: Vec<Term>,
}

impl Explanation {
    /// Begins with a settled state.
    #[must_use]
    pub fn of(member: &Member) -> Self {
        Self {
            remaining: member.ledger.balance,
            newer: Points::ZERO,
            entered: member
                .ledger
                .opening
                .map(|opening| member.ledger.sum.minus(opening.points)),
            terms: Vec::new(),
        }
    }

    /// Whether every part of the balance that entries hold has its term: older ones have nothing left, or were carried over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.remaining == Points::ZERO || self.entered.is_some_and(|entered| self.newer >= entered)
    }

    /// Takes the next older case.
    pub fn add(&mut self, member: &Member, timeline: &Timeline, past: &Past, case: &Case) {
        if self.is_complete() || case.points == Points::ZERO {
            return;
        }
        let left = case.points.min(self.remaining);
        self.terms.push(Term {
            case: case.number,
            kind: case.kind,
            at: case.at,
            granted: case.points,
            left,
            gone_at: self.gone_at(member, timeline, past),
        });
        self.remaining = self.remaining.minus(left);
        self.newer = self.newer.plus(left);
    }

    /// What is left of the points that were carried over, once the entries have their terms.
    #[must_use]
    pub fn carried(&self, member: &Member, timeline: &Timeline, past: &Past) -> Option<Carried> {
        let opening = member.ledger.opening.filter(|_| self.is_complete())?;
        (self.remaining > Points::ZERO).then(|| Carried {
            at: opening.at,
            merge: opening.merge,
            granted: opening.points,
            left: self.remaining,
            gone_at: self.gone_at(member, timeline, past),
        })
    }

    /// When nothing but the newer entries is left, by the policy in force or by one that is still to come.
    fn gone_at(&self, member: &Member, timeline: &Timeline, past: &Past) -> Option<Instant> {
        foreseen(timeline, member, past, |member, policy| {
            member.falls_to(policy, past, self.newer)
        })
    }

    /// The terms, newest first.
    #[must_use]
    pub fn terms(self) -> Vec<Term> {
        self.terms
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::{Decay, Policy};
    use super::super::scene::{Scene, at, points, version};
    use super::*;

    const DAY: i64 = 86_400;

    fn explain(scene: &Scene, now: i64) -> Vec<Term> {
        let mut member = scene.member.clone();
        let past = scene.past();
        member.settle(&scene.timeline, &past, at(now));
        let mut explanation = Explanation::of(&member);
        for entry in scene.history.iter().rev() {
            explanation.add(&member, &scene.timeline, &past, &entry.case);
        }
        assert!(explanation.is_complete());
        explanation.terms()
    }

    #[test]
    fn the_oldest_entry_drains_first() {
        let mut scene = Scene::plain();
        scene.act(Kind::Warn, None);
        scene.wait(5 * DAY).act(Kind::Mute, Some(60));
        let terms: Vec<_> = explain(&scene, 6 * DAY)
            .into_iter()
            .map(|t| (t.case, t.left, t.gone_at))
            .collect();
        let expected = [
            (2, points(2_000), Some(at(30 * DAY))),
            (1, points(400), Some(at(10 * DAY))),
        ];
        assert_eq!(terms, expected);
    }

    #[test]
    fn an_entry_is_gone_by_the_version_that_is_to_come() {
        let gone = |decay| {
            let mut scene = Scene::plain();
            scene.act(Kind::Warn, None);
            scene.wait(5 * DAY).act(Kind::Mute, Some(60));
            let to_come = Policy {
                decay,
                ..scene.policy().clone()
            };
            let mut versions: Vec<_> = scene.timeline.versions().cloned().collect();
            versions.push(version(2, 8 * DAY, to_come));
            scene.timeline = Timeline::new(versions).unwrap();
            let terms = explain(&scene, 6 * DAY).into_iter();
            terms.map(|t| (t.case, t.gone_at)).collect::<Vec<_>>()
        };
        // 2.2 points are left when the other version comes into force, 0.2 of them of the older entry.
        let faster = Decay::Linear {
            rate: 1_000,
            grace: 0,
        };
        let at_once = [
            (2, Some(at(8 * DAY + 2 * DAY + DAY / 5))),
            (1, Some(at(8 * DAY + DAY / 5))),
        ];
        assert_eq!(gone(faster), at_once);
        let whole = Some(at(11 * DAY));
        assert_eq!(gone(Decay::Expiry { after: 3 * DAY }), [(2, whole), (1, whole)]);
        assert_eq!(gone(Decay::None {}), [(2, None), (1, None)]);
    }

    #[test]
    fn what_is_left_adds_up_to_the_exact_balance() {
        let mut scene = Scene::plain();
        for n in 1..20 {
            scene
                .wait(n * 7_919)
                .act(if n % 3 == 0 { Kind::Kick } else { Kind::Warn }, None);
        }
        let mut member = scene.member.clone();
        member.settle(&scene.timeline, &scene.past(), at(scene.now + 12_345));
        let sum: i64 = explain(&scene, scene.now + 12_345)
            .iter()
            .map(|t| t.left.units())
            .sum();
        assert_eq!(sum, member.ledger.balance.units());
    }

    #[test]
    fn drained_entries_have_no_term() {
        let mut scene = Scene::plain();
        scene.act(Kind::Warn, None);
        scene.wait(10 * DAY).act(Kind::Warn, None);
        assert_eq!(explain(&scene, 10 * DAY).len(), 1);
    }
}
