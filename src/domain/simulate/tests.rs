//! Simulations, one member at a time.

use super::super::actor::Actor;
use super::super::kind::{Kind, Restriction, Severity};
use super::super::policy::{CustomKind, Decay, OffenceCount, OffenceRung, Refire, Remedy, Rung};
use super::super::scene::{Scene, at, points};
use super::super::time::Span;
use super::*;
use uuid::Uuid;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn plain() -> Policy {
    Policy {
        duplicate_window: 0,
        ..Policy::default()
    }
}

/// The default policy with its first rung at another number of points.
fn first_at(millis: i64) -> Policy {
    let mut policy = plain();
    policy.ladder[0].at = points(millis);
    policy.ladder[0].reset_below = points(millis);
    policy
}

fn within(scene: &Scene, policy: Policy, window: Window) -> (Option<Difference>, Totals) {
    let recorded = Arc::new(scene.timeline.clone());
    let mut simulation = Simulation::new(recorded, policy, window, at(scene.now));
    for entry in &scene.history {
        assert_eq!(simulation.feed(entry.case.clone()), None, "there is one member");
    }
    let difference = simulation.close();
    (difference, simulation.totals().clone())
}

fn under(scene: &Scene, policy: Policy) -> Option<Difference> {
    within(scene, policy, Window::default()).0
}

/// Rungs and the acts that set them off.
fn told(escalations: &[Escalation]) -> Vec<(&str, i64)> {
    escalations.iter().map(|e| (e.rung.as_str(), e.case)).collect()
}

#[test]
fn under_the_policy_itself_nobody_is_treated_differently() {
    let mut scene = Scene::plain();
    for _ in 0..6 {
        scene.act(Kind::Warn, None);
    }
    let (difference, totals) = within(&scene, plain(), Window::default());
    assert_eq!(difference, None);
    let both = |n| Both { was: n, would: n };
    assert_eq!(
        (
            totals.cases,
            totals.members,
            totals.differently,
            totals.escalations
        ),
        (8, 1, 0, both(2))
    );
    assert_eq!(
        totals.rungs,
        [("mute-1h".to_owned(), both(1)), ("mute-24h".to_owned(), both(1))].into()
    );
}

#[test]
fn a_lower_rung_acts_earlier() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.wait(60).act(Kind::Warn, None);
    }
    let difference = under(&scene, first_at(2_000)).unwrap();
    assert_eq!(told(&difference.escalations.was), [("mute-1h", 3)]);
    assert_eq!(told(&difference.escalations.would), [("mute-1h", 2)]);
    assert_eq!(difference.escalations.would[0].at, at(120));
    assert_eq!(difference.escalations.would[0].points, points(2_000));
    assert_eq!(
        difference.points,
        Both {
            was: points(3_000),
            would: points(3_000)
        }
    );
    let until = |list: &[Restricted]| list.iter().map(|r| (r.restriction, r.until)).collect::<Vec<_>>();
    assert_eq!(
        until(&difference.restrictions.was),
        [(Restriction::Mute, Some(at(180 + HOUR)))]
    );
    assert_eq!(
        until(&difference.restrictions.would),
        [(Restriction::Mute, Some(at(120 + HOUR)))]
    );
}

#[test]
fn what_a_rung_is_called_makes_no_difference_and_what_it_does_does() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let mut renamed = plain();
    renamed.ladder[0].id = "first".into();
    assert_eq!(under(&scene, renamed), None);
    let mut longer = plain();
    longer.ladder[0].remedy.duration = Some(Span::new(2 * HOUR).unwrap());
    let difference = under(&scene, longer).unwrap();
    let lengths = |list: &[Escalation]| list.iter().map(|e| e.measure.duration).collect::<Vec<_>>();
    assert_eq!(lengths(&difference.escalations.was), [Some(HOUR)]);
    assert_eq!(lengths(&difference.escalations.would), [Some(2 * HOUR)]);
}

#[test]
fn weights_and_decay_are_the_other_policys() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.wait(12 * DAY).act(Kind::Warn, None);
    scene.wait(12 * DAY).act(Kind::Warn, None);
    let kept = Policy {
        decay: Decay::None {},
        ..plain()
    };
    let difference = under(&scene, kept).unwrap();
    assert_eq!(told(&difference.escalations.would), [("mute-1h", 3)]);
    assert_eq!(difference.points.would, points(3_000));
    let mut heavy = plain();
    heavy.weights.insert(Kind::Warn, points(5_000));
    let difference = under(&scene, heavy).unwrap();
    assert_eq!(
        told(&difference.escalations.would),
        [("mute-24h", 1), ("tempban-7d", 2), ("ban", 3)]
    );
}

#[test]
fn points_that_lapse_look_back_over_the_whole_history() {
    let mut scene = Scene::plain();
    for _ in 0..4 {
        scene.wait(5 * DAY).act(Kind::Warn, None);
    }
    let lapsing = Policy {
        decay: Decay::Expiry { after: 11 * DAY },
        ..plain()
    };
    let difference = under(&scene, lapsing).unwrap();
    // The first had lapsed by the fourth, so that the rung was crossed once more.
    assert_eq!(
        told(&difference.escalations.would),
        [("mute-1h", 3), ("mute-1h", 4)]
    );
    assert_eq!(difference.points.would, points(3_000));
}

#[test]
fn offences_are_counted_as_the_other_policy_counts_them() {
    let mut scene = Scene::plain();
    for _ in 0..2 {
        scene.wait(DAY).act(Kind::Warn, None);
    }
    let counting = Policy {
        offence_rungs: vec![OffenceRung {
            id: "twice".into(),
            count: OffenceCount {
                kinds: [Kind::Warn].into(),
                least: 2,
                within: 7 * DAY,
            },
            remedy: Remedy::fixed(Kind::Kick, None),
        }],
        ..plain()
    };
    let difference = under(&scene, counting).unwrap();
    assert_eq!(told(&difference.escalations.would), [("twice", 2)]);
}

#[test]
fn what_holds_while_the_points_are_high_moves_with_them() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let mut holding = plain();
    holding.ladder = vec![Rung {
        id: "held".into(),
        at: points(3_000),
        remedy: Remedy {
            while_above: Some(points(2_000)),
            ..Remedy::fixed(Kind::Mute, None)
        },
        refire: Refire::Crossing,
        reset_below: points(2_000),
    }];
    let difference = under(&scene, holding.clone()).unwrap();
    assert_eq!(difference.restrictions.would[0].until, Some(at(11 * DAY)));
    scene.wait(DAY).act(Kind::Warn, None);
    let difference = under(&scene, holding).unwrap();
    assert_eq!(difference.restrictions.would[0].until, Some(at(21 * DAY)));
}

#[test]
fn a_lift_that_left_nothing_leaves_nothing() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.wait(60).act(Kind::Unmute, None);
    let mut longer = plain();
    longer.ladder[0].remedy.duration = None;
    let difference = under(&scene, longer).unwrap();
    assert!(difference.restrictions.would.is_empty(), "{difference:?}");
    // A lift of one sanction of two leaves the other.
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.act(Kind::Mute, Some(DAY));
    let own = scene.member.sanctions[0].id;
    scene.act(Kind::Mute, Some(2 * DAY));
    scene.lift(own).unwrap();
    let difference = under(&scene, first_at(1_000)).unwrap();
    assert_eq!(difference.restrictions.was, difference.restrictions.would);
    assert_eq!(difference.restrictions.would[0].until, Some(at(2 * DAY)));
}

#[test]
fn what_was_voided_or_reduced_counts_so_under_the_other_policy() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.void(2);
    assert_eq!(under(&scene, plain()), None);
    assert_eq!(
        told(&under(&scene, first_at(2_000)).unwrap().escalations.would),
        [("mute-1h", 3)]
    );
    // People voided the muting itself: it would have been voided just so.
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.void(4);
    assert_eq!(under(&scene, plain()), None);
    // They shortened it.
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.wait(60);
    let when = at(60).to_utc();
    let shortened = scene.reduce(4, None, Some(600)).unwrap();
    let case = &mut scene.entry(4).case;
    case.started = shortened.shortened;
    case.reduced = Some(crate::domain::case::Reduced {
        at: when,
        by: Actor::System,
        reason: None,
        points: case.points,
        end: Some(at(HOUR)),
    });
    assert_eq!(under(&scene, plain()), None);
    // An act of fewer points never counts more than it was reduced to.
    let mut scene = Scene::plain();
    scene.act(Kind::Kick, None);
    scene.reduce(1, Some(500), None).unwrap();
    let case = &mut scene.entry(1).case;
    case.reduced = Some(crate::domain::case::Reduced {
        at: when,
        by: Actor::System,
        reason: None,
        points: points(3_000),
        end: None,
    });
    assert_eq!(under(&scene, first_at(600)), None);
}

#[test]
fn acts_of_kinds_that_are_not_registered_are_left_out_and_counted() {
    let name = Name::new("spoiler").unwrap();
    let mut policy = plain();
    let spoiler = CustomKind {
        weight: points(3_000),
        severity: Severity::Warn,
        offence: true,
    };
    policy.kinds.insert(name, spoiler);
    let mut scene = Scene::new(policy);
    scene.act(Kind::Custom(name), None);
    let (difference, totals) = within(&scene, plain(), Window::default());
    let difference = difference.unwrap();
    assert_eq!(told(&difference.escalations.was), [("mute-1h", 1)]);
    assert_eq!(difference.points.would, Points::ZERO);
    assert_eq!(totals.unregistered, [(Kind::Custom(name), 1)].into());
}

#[test]
fn a_window_bounds_what_is_compared_and_not_where_history_begins() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.wait(60).act(Kind::Warn, None);
    }
    let window = |from: Option<i64>, until: Option<i64>| Window {
        from: from.map(at),
        until: until.map(at),
    };
    let (difference, _) = within(&scene, first_at(2_000), window(Some(121), None));
    let difference = difference.unwrap();
    assert_eq!(
        (
            told(&difference.escalations.was),
            told(&difference.escalations.would)
        ),
        (vec![("mute-1h", 3)], vec![])
    );
    let (difference, totals) = within(&scene, first_at(2_000), window(None, Some(180)));
    let difference = difference.unwrap();
    assert_eq!(told(&difference.escalations.would), [("mute-1h", 2)]);
    assert_eq!(
        (difference.points.was, totals.escalations.was),
        (points(2_000), 0)
    );
}

#[test]
fn the_protected_are_protected_under_the_other_policy_too() {
    let mut scene = Scene::plain();
    for _ in 0..2 {
        scene.act(Kind::Warn, None);
    }
    for entry in &mut scene.history {
        entry.case.particulars.break_glass = true;
    }
    assert_eq!(under(&scene, first_at(2_000)), None);
}

#[test]
fn of_very_many_escalations_the_number_is_told() {
    let mut scene = Scene::plain();
    for _ in 0..60 {
        scene.wait(30 * DAY).act(Kind::Warn, None);
    }
    let difference = under(&scene, first_at(1_000)).unwrap();
    assert_eq!(difference.escalations.would.len(), MOST_TOLD);
    assert_eq!(difference.left_out, Both { was: 0, would: 10 });
}

#[test]
fn members_are_told_apart_as_they_come() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let recorded = Arc::new(scene.timeline.clone());
    let mut simulation = Simulation::new(recorded, first_at(2_000), Window::default(), at(0));
    let mut found = Vec::new();
    for user in 1..4 {
        for entry in &scene.history {
            let mut case = entry.case.clone();
            case.user = UserId(Uuid::from_u128(user));
            found.extend(simulation.feed(case));
        }
    }
    found.extend(simulation.close());
    let users: Vec<u128> = found.iter().map(|d| d.user.0.as_u128()).collect();
    assert_eq!(users, [1, 2, 3]);
    assert_eq!(
        (simulation.totals().members, simulation.totals().differently),
        (3, 3)
    );
}
