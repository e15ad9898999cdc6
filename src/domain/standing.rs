//! A member's standing at a moment: points, restrictions, and when each of them changes if nothing else happens.

use super::member::{Member, Paused};
use super::past::Past;
use super::points::Points;
use super::policy::Policy;
use super::sanction::{Restricted, Sanction, restrictions};
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};
use std::collections::BTreeSet;

/// A rung and the moment from which the points are below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The rung's id.
    pub rung: String,
    /// Its threshold.
    pub threshold: Points,
    /// From then on the shown points are below it; `None` while a sanction without an end freezes the clock.
    pub at: Option<Instant>,
}

/// A standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The moment that it describes.
    pub at: Instant,
    /// The version of the policy in force then.
    pub policy_version: i32,
    /// Points as people see them.
    pub points: Points,
    /// The exact balance.
    pub exact: Points,
    /// Until when the decay clock stands still; `None` when it runs.
    pub paused: Option<Paused>,
    /// When no points are shown any more; `None` while a sanction without an end freezes the clock.
    pub clear_at: Option<Instant>,
    /// The rungs at or below the points, and when the points fall below each, highest first.
    pub drops: Vec<Drop>,
    /// The rungs that were reached and are not armed again; a latch is lost at the next entry that finds the points low enough.
    pub latched: BTreeSet<String>,
    /// The restrictions in force.
    pub restrictions: Vec<Restricted>,
    /// The sanctions that hold.
    pub sanctions: Vec<Sanction>,
}

/// The standing that a state comes to at a moment at or after its `as_of`.
#[must_use]
pub fn standing(timeline: &Timeline, state: &Member, past: &Past, at: Instant) -> Standing {
    let mut member = state.clone();
    member.settle(timeline, past, at);
    let PolicyVersion { version, policy, .. } = timeline.in_force(at);
    let points = policy.shown(member.ledger.balance);
    let mut drops: Vec<Drop> = policy
        .ladder
        .iter()
        .filter(|rung| rung.at <= points)
        .map(|rung| Drop {
            rung: rung.id.clone(),
            threshold: rung.at,
            at: foreseen(timeline, &member, past, |member, policy| {
                member.drops_below(policy, past, rung.at)
            }),
        })
        .collect();
    drops.reverse();
    let paused = match member.paused(policy, at) {
        Paused::Until(until) if until <= at => None,
        held => Some(held),
    };
    let clear_at = foreseen(timeline, &member, past, |member, policy| {
        member.falls_to(policy, past, Points::ZERO)
    });
    member.sanctions.retain(|s| s.holds(at));
    Standing {
        at,
        policy_version: *version,
        points,
        exact: member.ledger.balance,
        paused,
        clear_at,
        drops,
        latched: member.ledger.latched,
        restrictions: restrictions(&member.sanctions, at),
        sanctions: member.sanctions,
    }
}

/// When something comes of a settled state if nothing else happens: by the policy in force, or by one that comes into force
/// before it would.
pub(super) fn foreseen(
    timeline: &Timeline,
    member: &Member,
    past: &Past,
    comes: impl Fn(&Member, &Policy) -> Option<Instant>,
) -> Option<Instant> {
    let mut member = member.clone();
    let at = member.ledger.as_of?;
    let mut policy = &timeline.in_force(at).policy;
    for next in timeline.versions().filter(|version| version.activated_at > at) {
        let found = comes(&member, policy);
        if found.is_some_and(|found| found <= next.activated_at) {
            return found;
        }
        member.settle(timeline, past, next.activated_at);
        policy = &next.policy;
    }
    comes(&member, policy)
}

#[cfg(test)]
mod tests {
    use super::super::kind::{Kind, Restriction};
    use super::super::policy::{Decay, Freeze};
    use super::super::scene::{Scene, at, points, version};
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn each_rung_tells_when_the_points_fall_below_it() {
        let mut scene = Scene::plain();
        for _ in 0..5 {
            scene.act(Kind::Warn, None);
        }
        let now = scene.standing(at(0));
        let drops: Vec<_> = now.drops.iter().map(|d| (d.rung.as_str(), d.at)).collect();
        assert_eq!(
            drops,
            [("mute-24h", Some(at(DAY))), ("mute-1h", Some(at(21 * DAY)))]
        );
        assert_eq!(now.clear_at, Some(at(50 * DAY)));
        assert_eq!(
            now.restrictions,
            [Restricted {
                restriction: Restriction::Mute,
                capability: None,
                until: Some(at(DAY))
            }]
        );
    }

    #[test]
    fn a_drop_is_the_very_second_at_which_the_shown_points_fall() {
        let mut scene = Scene::new(Policy {
            decay: Decay::Linear {
                rate: 7,
                grace: 1_000,
            },
            duplicate_window: 0,
            ..Policy::default()
        });
        for _ in 0..3 {
            scene.wait(17).act(Kind::Warn, None);
        }
        let now = scene.standing(at(scene.now));
        let drop = now.drops[0].at.unwrap();
        let shown = |t| scene.standing(t).points;
        assert!(shown(drop.shifted(-1)) >= points(3_000) && shown(drop) < points(3_000));
        assert_eq!(now.paused, Some(Paused::Until(at(51 + 1_000))));
    }

    #[test]
    fn nothing_drops_while_an_open_ended_sanction_freezes_the_clock() {
        let mut scene = Scene::new(Policy {
            freeze_while: Freeze::Mute,
            duplicate_window: 0,
            ..Policy::default()
        });
        scene.act(Kind::Mute, None);
        scene.act(Kind::Warn, None);
        let now = scene.standing(at(0));
        assert_eq!(
            (now.paused, now.clear_at, now.drops[0].at),
            (Some(Paused::Forever), None, None)
        );
    }

    #[test]
    fn what_is_foreseen_goes_by_the_version_that_is_to_come() {
        let mut scene = Scene::plain();
        for _ in 0..5 {
            scene.act(Kind::Warn, None);
        }
        let faster = Policy {
            decay: Decay::Linear {
                rate: 1_000,
                grace: 0,
            },
            ..scene.policy().clone()
        };
        let mut versions: Vec<_> = scene.timeline.versions().cloned().collect();
        versions.push(version(2, 10 * DAY, faster));
        scene.timeline = Timeline::new(versions).unwrap();
        let now = scene.standing(at(0));
        let drops: Vec<_> = now.drops.iter().map(|d| d.at).collect();
        // 4 points are left when the other version comes into force; 1.1 of them fall in 1.1 days then, and all in 4.
        assert_eq!(
            (now.policy_version, drops),
            (1, vec![Some(at(DAY)), Some(at(11 * DAY + DAY / 10))])
        );
        let clear = now.clear_at.unwrap();
        assert_eq!(clear, at(14 * DAY));
        assert!(scene.standing(clear.shifted(-1)).points > Points::ZERO);
        let then = scene.standing(clear);
        assert_eq!((then.points, then.policy_version), (Points::ZERO, 2));
        assert_eq!(scene.standing(at(9 * DAY)).clear_at, Some(clear));
    }

    #[test]
    fn an_empty_state_stands_at_zero() {
        let scene = Scene::plain();
        let now = scene.standing(at(5));
        assert_eq!(
            (now.points, now.clear_at, now.drops.len()),
            (Points::ZERO, Some(at(5)), 0)
        );
    }
}
