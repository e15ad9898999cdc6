//! Given a history, when a command comes, then this: the rules of acts, points and the ladder.

use super::super::act::Detail;
use super::super::case::RungOutcome;
use super::super::policy::{Decay, Freeze, Policy, Refire, Remedy, Rung};
use super::super::scene::{Scene, at, moderator, points};
use super::*;

mod authority; // who may, and what is done twice
mod ladder; // rungs against each other, against what holds, and over versions
mod points; // offences, what stops the clock, and how little is kept

const DAY: i64 = 86_400;

/// A policy without the duplicate check, and otherwise as given.
fn repeating(policy: Policy) -> Policy {
    Policy {
        duplicate_window: 0,
        ..policy
    }
}

fn marks(scene: &Scene) -> Vec<(String, RungOutcome)> {
    scene
        .history
        .iter()
        .flat_map(|e| &e.case.rungs)
        .map(|m| (m.id.clone(), m.outcome))
        .collect()
}

#[test]
fn three_warns_within_a_day_are_three_points_and_mute_for_an_hour() {
    let mut scene = Scene::plain();
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn]);
    assert_eq!(scene.wait(8 * 3_600).act(Kind::Warn, None), [Kind::Warn]);
    assert_eq!(
        scene.wait(8 * 3_600).act(Kind::Warn, None),
        [Kind::Warn, Kind::Mute]
    );
    assert_eq!(scene.shown(), 3_000);
    assert_eq!(scene.until(Restriction::Mute), Some(Some(16 * 3_600 + 3_600)));
}

#[test]
fn a_warn_counts_nine_tenths_after_a_day_and_nothing_after_ten() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    assert_eq!(scene.wait(DAY).shown(), 900);
    assert_eq!(
        scene.wait(9 * DAY - 1).shown(),
        100,
        "one unit is still shown as a tenth"
    );
    assert_eq!(scene.wait(1).shown(), 0);
}

#[test]
fn the_default_ladder_climbs_from_mute_to_ban() {
    let mut scene = Scene::plain();
    let made: Vec<_> = (0..12)
        .flat_map(|_| scene.wait(60).act(Kind::Warn, None))
        .filter(|k| *k != Kind::Warn)
        .collect();
    assert_eq!(made, [Kind::Mute, Kind::Mute, Kind::Tempban, Kind::Ban]);
    assert_eq!(scene.until(Restriction::Ban), Some(None));
}

#[test]
fn an_escalation_names_its_causes_and_carries_no_points() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let mute = &scene.history[3].case;
    assert_eq!(
        (mute.number, mute.causes.as_slice(), mute.points),
        (4, [3].as_slice(), Points::ZERO)
    );
    assert_eq!(
        mute.actor,
        Actor::Escalation {
            rung: "mute-1h".into()
        }
    );
    assert!(!mute.is_offence(scene.policy()));
}

#[test]
fn an_escalation_names_the_member_as_the_act_did() {
    let mut scene = Scene::plain();
    let named = super::super::identity::Identity::parse("discord:80351110224678912").ok();
    for _ in 0..3 {
        let said = Particulars {
            named: named.clone(),
            ..Particulars::default()
        };
        let act = Act::new(Kind::Warn, Detail::default(), said).unwrap();
        scene.submit(&moderator(1), &Command::Act(act)).unwrap();
    }
    assert_eq!(scene.history[3].case.kind, Kind::Mute);
    assert_eq!(scene.history[3].case.particulars.named, named);

    let sanction = scene.member.sanctions[0].clone();
    assert_eq!(sanction.named, named);
    scene.wait(3_600).expire(sanction.id, sanction.version);
    assert_eq!(scene.history[4].case.particulars.named, named, "its end too");
}

#[test]
fn a_jump_over_several_rungs_fires_the_strongest_only() {
    let mut policy = Policy {
        duplicate_window: 0,
        ..Policy::default()
    };
    policy.weights.insert(Kind::Warn, points(8_000));
    let mut scene = Scene::new(policy);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Tempban]);
    let expected = [
        ("mute-1h", RungOutcome::Outranked),
        ("mute-24h", RungOutcome::Outranked),
        ("tempban-7d", RungOutcome::Fired),
    ];
    assert_eq!(marks(&scene), expected.map(|(id, o)| (id.to_owned(), o)));
    let latched = expected.map(|(id, _)| id.to_owned());
    assert_eq!(scene.member.ledger.latched, latched.into(), "and all are latched");
}

#[test]
fn a_rung_that_the_act_itself_outdoes_is_moot_and_latched() {
    let mut scene = Scene::plain();
    assert_eq!(scene.act(Kind::Ban, None), [Kind::Ban]);
    assert!(
        marks(&scene)
            .iter()
            .any(|(id, o)| id == "tempban-7d" && *o == RungOutcome::Moot)
    );
    assert!(scene.member.ledger.latched.contains("tempban-7d"));
}

#[test]
fn a_longer_mute_in_force_makes_the_mute_rung_moot() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(DAY));
    assert_eq!(
        scene.wait(60).act(Kind::Warn, None),
        [Kind::Warn],
        "3.0 points, but muted for longer than an hour"
    );
    assert_eq!(marks(&scene), [("mute-1h".to_owned(), RungOutcome::Moot)]);
}

#[test]
fn the_top_rung_acts_on_every_offence_once_the_ban_is_lifted() {
    let mut scene = Scene::plain();
    for _ in 0..12 {
        scene.act(Kind::Warn, None);
    }
    assert_eq!(
        scene.act(Kind::Warn, None),
        [Kind::Warn],
        "moot while the ban holds"
    );
    scene.act(Kind::Unban, None);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Ban]);
}

#[test]
fn no_rung_fires_twice_for_one_crossing_and_fires_again_after_falling_below() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    assert_eq!(
        scene.wait(3_601).act(Kind::Warn, None),
        [Kind::Warn],
        "already above the rung"
    );
    scene.wait(20 * DAY);
    assert_eq!(scene.shown(), 2_000);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
}

#[test]
fn reset_below_keeps_the_latch_until_the_points_are_low() {
    let mut policy = Policy {
        duplicate_window: 0,
        ..Policy::default()
    };
    policy.ladder[0].reset_below = points(1_000);
    let mut scene = Scene::new(policy);
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    scene.wait(15 * DAY);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn]);
    scene.wait(5 * DAY);
    assert_eq!(
        (scene.shown(), scene.act(Kind::Warn, None)),
        (2_000, vec![Kind::Warn]),
        "crossed 3 again, still latched"
    );
    scene.wait(21 * DAY);
    scene.act(Kind::Warn, None);
    scene.act(Kind::Warn, None);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
}

#[test]
fn escalations_with_points_climb_to_depth_two_and_stop_there() {
    let mut policy = Policy {
        duplicate_window: 0,
        escalations_carry_points: true,
        ..Policy::default()
    };
    let at_points = |id: &str, p: i64, action: Kind, hours: Option<i64>| Rung {
        id: id.into(),
        at: points(p),
        reset_below: points(p),
        remedy: Remedy::fixed(action, hours.map(|h| Span::new(h * 3_600).unwrap())),
        refire: Refire::Crossing,
    };
    policy.ladder = vec![
        at_points("a", 1_000, Kind::Mute, Some(1)),
        at_points("b", 3_000, Kind::Kick, None),
        at_points("c", 6_000, Kind::Ban, None),
    ];
    let mut scene = Scene::new(policy);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute, Kind::Kick]);
    assert_eq!(scene.history[2].case.causes, [1, 2]);
    assert_eq!(marks(&scene).last().map(|m| m.1), Some(RungOutcome::Suppressed));
    assert!(
        scene.member.ledger.latched.contains("c"),
        "a suppressed rung is latched all the same"
    );
    assert_eq!(scene.until(Restriction::Ban), None);
}

#[test]
fn nobody_escalates_upon_an_immune_member() {
    let mut scene = Scene::plain();
    scene.target.protected = true;
    let broken = Particulars {
        break_glass: true,
        reason: Some("compromised".into()),
        ..Particulars::default()
    };
    for _ in 0..3 {
        let act = Act::new(Kind::Warn, Detail::default(), broken.clone()).unwrap();
        scene.submit(&moderator(1), &Command::Act(act)).unwrap();
    }
    assert_eq!(marks(&scene), [("mute-1h".to_owned(), RungOutcome::Immune)]);
}

#[test]
fn unmute_ends_every_mute_and_names_them() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(DAY));
    scene.act(Kind::Mute, None);
    scene.wait(60).act(Kind::Unmute, None);
    assert_eq!(scene.history.last().map(|e| e.case.ended.len()), Some(2));
    assert_eq!(scene.until(Restriction::Mute), None);
    assert_eq!(
        scene.refused(Kind::Unmute, None),
        Refusal::NothingToLift {
            restriction: "mute",
            held: BTreeSet::new(),
        }
    );
}

#[test]
fn lifting_one_sanction_never_frees_a_member_whom_another_holds() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(DAY));
    scene.act(Kind::Mute, Some(2 * DAY));
    let longer = scene.member.sanctions[1].id;
    scene.lift(longer).unwrap();
    assert_eq!(scene.until(Restriction::Mute), Some(Some(DAY)));
    assert_eq!(scene.lift(longer), Err(Refusal::SanctionNotActive));
}

#[test]
fn time_alone_ends_a_sanction_and_the_timer_records_it_once() {
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(DAY));
    let id = scene.member.sanctions[0].id;
    assert!(
        scene.expire(id, 1).entries.is_empty(),
        "a timer that comes early does nothing"
    );
    scene.wait(DAY);
    assert_eq!(scene.until(Restriction::Ban), None);
    let decision = scene.wait(7).expire(id, 1);
    let case = &decision.entries[0].case;
    assert_eq!(
        (case.kind, case.actor.clone(), case.ended[0].how, case.ended[0].at),
        (Kind::Unban, Actor::System, Ending::Expired, at(DAY))
    );
    assert!(scene.expire(id, 1).entries.is_empty(), "and only once");
}

#[test]
fn a_timer_of_a_sanction_that_moved_on_does_nothing() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(60));
    let id = scene.member.sanctions[0].id;
    scene.wait(60);
    assert!(scene.expire(id, 2).entries.is_empty());
}

#[test]
fn grace_holds_the_clock_after_each_offence() {
    let mut scene = Scene::new(Policy {
        decay: Decay::Linear {
            rate: 100,
            grace: DAY,
        },
        duplicate_window: 0,
        ..Policy::default()
    });
    scene.act(Kind::Warn, None);
    assert_eq!(scene.wait(DAY).shown(), 1_000);
    scene.act(Kind::Warn, None);
    assert_eq!(scene.wait(DAY).shown(), 2_000);
    assert_eq!(scene.wait(DAY).shown(), 1_900);
}

#[test]
fn a_freezing_ban_stops_the_clock_until_it_is_lifted() {
    let mut scene = Scene::new(Policy {
        freeze_while: Freeze::Ban,
        duplicate_window: 0,
        ..Policy::default()
    });
    scene.act(Kind::Ban, None);
    assert_eq!(scene.wait(50 * DAY).shown(), 10_000);
    scene.act(Kind::Unban, None);
    assert_eq!(scene.wait(10 * DAY).shown(), 9_000);
}

#[test]
fn a_freezing_tempban_stops_the_clock_until_its_end_even_when_nobody_records_it() {
    let mut scene = Scene::new(Policy {
        freeze_while: Freeze::Ban,
        duplicate_window: 0,
        ..Policy::default()
    });
    scene.act(Kind::Tempban, Some(10 * DAY));
    assert_eq!(scene.wait(20 * DAY).shown(), 4_000);
}

#[test]
fn notes_change_nothing() {
    let mut scene = Scene::plain();
    scene.act(Kind::Note, None);
    assert_eq!(scene.member, Member::default());
    assert_eq!(scene.history[0].after, None);
}

#[test]
fn an_instant_a_little_behind_is_raised_and_one_far_behind_is_refused() {
    let mut scene = Scene::plain();
    scene.wait(1_000).act(Kind::Warn, None);
    scene.wait(-60).act(Kind::Warn, None);
    assert_eq!(scene.history[1].case.at, at(1_000));
    scene.wait(-1);
    assert_eq!(scene.refused(Kind::Warn, None), Refusal::ClockSkew { behind: 61 });
}

#[test]
fn a_second_moderator_within_the_window_learns_of_the_first_ones_case() {
    let mut scene = Scene::new(Policy::default());
    scene.act(Kind::Warn, None);
    let act = Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap();
    let refused = scene.wait(29).submit(&moderator(2), &Command::Act(act.clone()));
    assert_eq!(refused, Err(Refusal::Duplicate { winner: 1 }));
    assert!(scene.wait(1).submit(&moderator(2), &Command::Act(act)).is_ok());
}

#[test]
fn sanctions_of_one_member_are_bounded() {
    let mut scene = Scene::new(Policy {
        duplicate_window: 0,
        ladder: Vec::new(),
        ..Policy::default()
    });
    for _ in 0..MAX_SANCTIONS {
        scene.act(Kind::Mute, None);
    }
    assert_eq!(
        scene.refused(Kind::Mute, None),
        Refusal::TooManySanctions { limit: MAX_SANCTIONS }
    );
    // Nobody is too muted to be banned, though bans have a bound as well.
    for _ in 0..MORE_FOR_BANS {
        scene.act(Kind::Ban, None);
    }
    let limit = MAX_SANCTIONS + MORE_FOR_BANS;
    assert_eq!(
        scene.refused(Kind::Ban, None),
        Refusal::TooManySanctions { limit }
    );
}
