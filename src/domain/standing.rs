//! A member's standing at a moment: points, restrictions, and when each of them changes if nothing else happens.

use super::member::{Member, Paused};
use super::past::Past;
use super::points::Points;
use super::policy::Policy;
use super::sanction::{Restricted, Sanction, restrictions};
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};

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

/// A rung of the ladder that was reached and is not armed again: crossed once more, it does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latched {
    /// The rung's id.
    pub rung: String,
    /// The shown points below which it is armed again.
    pub reset_below: Points,
    /// When they fall below that if nothing else happens; `None` where they never do as things stand.
    pub armed_again_at: Option<Instant>,
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
    /// The rungs of the ladder that were reached and are not armed again, highest first.
    pub latched: Vec<Latched>,
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
    let latched = latched(timeline, &member, policy, past);
    member.sanctions.retain(|s| s.holds(at));
    let ends = ends_ahead(timeline, &member, past);
    for (sanction, end) in member.sanctions.iter_mut().zip(ends) {
        sanction.end = end;
    }
    Standing {
        at,
        policy_version: *version,
        points,
        exact: member.ledger.balance,
        paused,
        clear_at,
        drops,
        latched,
        restrictions: restrictions(&member.sanctions, at),
        sanctions: member.sanctions,
    }
}

/// The rungs that a settled state has latched. A latch is lost at the next entry that finds the points low enough, so where they are by
/// now, the rung is as good as armed.
fn latched(timeline: &Timeline, member: &Member, policy: &Policy, past: &Past) -> Vec<Latched> {
    let points = policy.shown(member.ledger.balance);
    let highest_first = policy.ladder.iter().rev();
    let held =
        highest_first.filter(|rung| member.ledger.latched.contains(&rung.id) && points >= rung.reset_below);
    let latched = held.map(|rung| Latched {
        rung: rung.id.clone(),
        reset_below: rung.reset_below,
        armed_again_at: foreseen(timeline, member, past, |member, policy| {
            // A version that is to come may say otherwise, or not have the rung at all.
            let rung = policy.ladder.iter().find(|then| then.id == rung.id)?;
            member.drops_below(policy, past, rung.reset_below)
        }),
    });
    latched.collect()
}

/// When the sanctions of a settled state end if nothing else happens. What holds while the points are high is on record with the end
/// that it has by the policy in force; a version that is to come moves it.
fn ends_ahead(timeline: &Timeline, member: &Member, past: &Past) -> Vec<Option<Instant>> {
    let sanctions = member.sanctions.iter();
    let ends = sanctions.map(|sanction| match sanction.while_above.filter(|_| !sanction.over) {
        Some(level) => foreseen(timeline, member, past, |member, policy| {
            member.drops_below(policy, past, level)
        }),
        None => sanction.end,
    });
    ends.collect()
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
    use super::super::policy::{Decay, Freeze, Remedy};
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
    fn a_latched_rung_tells_when_it_is_armed_again() {
        let mut policy = Policy {
            duplicate_window: 0,
            ..Policy::default()
        };
        policy.ladder[0].reset_below = points(1_000);
        let mut scene = Scene::new(policy.clone());
        for _ in 0..3 {
            scene.act(Kind::Warn, None);
        }
        let told = |scene: &Scene, seconds: i64| {
            let latched = scene.standing(at(seconds)).latched.into_iter();
            let told = latched.map(|one| (one.rung, one.reset_below, one.armed_again_at));
            told.collect::<Vec<_>>()
        };
        let armed = 21 * DAY;
        let expected = [("mute-1h".to_owned(), points(1_000), Some(at(armed)))];
        assert_eq!(told(&scene, 0), expected);
        // It is below its threshold by then, and latched still.
        assert_eq!(scene.standing(at(20 * DAY)).drops, []);
        assert_eq!(told(&scene, armed - 1), expected);
        assert_eq!(told(&scene, armed), []);
        // The very second decides: an act before it crosses 3 points without consequence, one at it is muted.
        let crossing = |seconds: i64| {
            let mut scene = scene.clone();
            scene.now = seconds;
            for _ in 0..2 {
                scene.act(Kind::Warn, None);
            }
            scene.act(Kind::Warn, None)
        };
        assert_eq!(crossing(armed - 1), [Kind::Warn]);
        assert_eq!(crossing(armed), [Kind::Warn, Kind::Mute]);

        let with = |to_come: Policy| {
            let mut scene = scene.clone();
            let mut versions: Vec<_> = scene.timeline.versions().cloned().collect();
            versions.push(version(2, 10 * DAY, to_come));
            scene.timeline = Timeline::new(versions).unwrap();
            told(&scene, 0)[0].2
        };
        let mut higher = policy.clone();
        higher.ladder[0].reset_below = points(2_500);
        assert_eq!(with(higher), Some(at(10 * DAY)));
        let decay = Decay::None {};
        assert_eq!(
            with(Policy {
                decay,
                ..policy.clone()
            }),
            None
        );
        let ladder = Vec::new();
        assert_eq!(
            with(Policy { ladder, ..policy }),
            None,
            "there is no such rung then"
        );
    }

    #[test]
    fn what_holds_while_points_are_high_ends_by_the_version_that_is_to_come() {
        let until = |decay: Decay, comes: i64| {
            let mut policy = Policy {
                duplicate_window: 0,
                ..Policy::default()
            };
            policy.ladder[0].remedy = Remedy {
                while_above: Some(points(1_000)),
                ..Remedy::fixed(Kind::Mute, None)
            };
            policy.ladder[0].reset_below = points(1_000);
            let mut scene = Scene::new(policy);
            for _ in 0..3 {
                scene.act(Kind::Warn, None);
            }
            let to_come = Policy {
                decay,
                ..scene.policy().clone()
            };
            let mut versions: Vec<_> = scene.timeline.versions().cloned().collect();
            versions.push(version(2, comes, to_come));
            scene.timeline = Timeline::new(versions).unwrap();
            let now = scene.standing(at(DAY));
            assert_eq!(now.restrictions[0].until, now.sanctions[0].end);
            (now.sanctions[0].end, scene)
        };
        let linear = |rate| Decay::Linear { rate, grace: 0 };
        // Below one point after 21 days, or after 11.1 when 2 points are left at 10 days and fall by one a day from then on.
        let (slow, faster) = (at(21 * DAY), at(11 * DAY + DAY / 10));
        assert_eq!(until(linear(1_000), 30 * DAY).0, Some(slow));
        let (end, scene) = until(linear(1_000), 10 * DAY);
        assert_eq!(end, Some(faster));
        assert_eq!(scene.standing(faster.shifted(-1)).sanctions.len(), 1);
        assert!(scene.standing(faster).sanctions.is_empty());
        assert_eq!(until(Decay::None {}, 10 * DAY).0, None, "it never ends then");
        assert_eq!(
            until(Decay::None {}, 21 * DAY).0,
            Some(slow),
            "it has ended by then"
        );
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
