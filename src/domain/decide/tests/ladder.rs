//! Rungs against each other, against the act and what holds already, and over versions of the policy.

use super::super::super::policy::{OffenceCount, OffenceRung};
use super::*;

const HOUR: i64 = 3_600;

fn rung(id: &str, at: i64, action: Kind, seconds: Option<i64>) -> Rung {
    Rung {
        id: id.into(),
        at: points(at),
        reset_below: points(at),
        remedy: Remedy::fixed(action, seconds.map(|s| Span::new(s).unwrap())),
        refire: Refire::Crossing,
    }
}

fn thrice(within: i64, action: Kind) -> OffenceRung {
    OffenceRung {
        id: "thrice".into(),
        count: OffenceCount {
            kinds: [Kind::Warn].into(),
            least: 3,
            within,
        },
        remedy: Remedy::fixed(action, None),
    }
}

/// One weight for warns, mutes and kicks, none for the others, and this ladder.
fn weighing(millis: i64, ladder: Vec<Rung>) -> Policy {
    let mut policy = repeating(Policy {
        ladder,
        ..Policy::default()
    });
    policy.weights.clear();
    for kind in [Kind::Warn, Kind::Mute, Kind::Kick] {
        policy.weights.insert(kind, points(millis));
    }
    policy
}

/// What became of the rungs that the last direct act reached.
fn last_outcomes(scene: &Scene) -> Vec<RungOutcome> {
    let direct = scene.history.iter().rev().find(|e| e.case.causes.is_empty());
    direct.unwrap().case.rungs.iter().map(|m| m.outcome).collect()
}

#[test]
fn of_rungs_of_one_severity_the_one_with_the_latest_end_acts() {
    let short_then_long = vec![
        rung("low", 1_000, Kind::Mute, Some(HOUR)),
        rung("high", 2_000, Kind::Mute, Some(DAY)),
    ];
    let long_then_short = vec![
        rung("low", 1_000, Kind::Mute, Some(DAY)),
        rung("high", 2_000, Kind::Mute, Some(HOUR)),
    ];
    let open_then_short = vec![
        rung("low", 1_000, Kind::Mute, None),
        rung("high", 2_000, Kind::Mute, Some(HOUR)),
    ];
    for (ladder, until) in [
        (short_then_long, Some(DAY)),
        (long_then_short, Some(DAY)),
        (open_then_short, None),
    ] {
        let mut scene = Scene::new(weighing(2_000, ladder));
        assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
        assert_eq!(scene.until(Restriction::Mute), Some(until));
        assert_eq!(scene.member.ledger.latched.len(), 2);
    }
}

#[test]
fn of_rungs_for_points_and_for_offences_one_acts() {
    for (action, expected) in [
        (Kind::Kick, [RungOutcome::Outranked, RungOutcome::Fired]),
        (Kind::Warn, [RungOutcome::Fired, RungOutcome::Outranked]),
    ] {
        let mut scene = Scene::new(repeating(Policy {
            offence_rungs: vec![thrice(DAY, action)],
            ..Policy::default()
        }));
        for _ in 0..3 {
            scene.act(Kind::Warn, None);
        }
        assert_eq!(scene.history.len(), 4, "one escalation");
        assert_eq!(last_outcomes(&scene), expected);
        let latched = ["mute-1h".to_owned(), "thrice".to_owned()];
        assert_eq!(scene.member.ledger.latched, latched.into());
    }
}

#[test]
fn offences_count_within_a_time_whose_start_is_left_out() {
    for (last, fires) in [(DAY - 1, true), (DAY, false)] {
        let mut scene = Scene::new(repeating(Policy {
            ladder: Vec::new(),
            offence_rungs: vec![thrice(DAY, Kind::Kick)],
            ..Policy::default()
        }));
        scene.act(Kind::Warn, None);
        scene.act(Kind::Warn, None);
        let made = scene.wait(last).act(Kind::Warn, None);
        assert_eq!(made.len() == 2, fires, "after {last} s");
    }
}

#[test]
fn an_act_as_strong_as_its_rung_makes_it_moot() {
    use RungOutcome::{Fired, Moot};
    for (kind, seconds, outcome) in [
        (Kind::Kick, None, Moot),
        (Kind::Mute, None, Moot),
        (Kind::Mute, Some(HOUR + 1), Moot),
        (Kind::Mute, Some(HOUR), Moot),
        (Kind::Mute, Some(HOUR - 1), Fired),
        (Kind::Warn, None, Fired),
    ] {
        let ladder = vec![rung("mute", 3_000, Kind::Mute, Some(HOUR))];
        let mut scene = Scene::new(weighing(3_000, ladder));
        scene.act(kind, seconds);
        assert_eq!(last_outcomes(&scene), [outcome], "{kind:?} {seconds:?}");
        assert!(scene.member.ledger.latched.contains("mute"), "latched either way");
    }
}

#[test]
fn a_sanction_in_force_as_strong_as_a_rung_makes_it_moot() {
    use RungOutcome::{Fired, Moot};
    for (kind, seconds, outcome) in [
        (Kind::Tempban, Some(1), Moot),
        (Kind::Ban, None, Moot),
        (Kind::Mute, None, Moot),
        (Kind::Mute, Some(HOUR + 1), Moot),
        (Kind::Mute, Some(HOUR), Moot),
        (Kind::Mute, Some(HOUR - 1), Fired),
    ] {
        let ladder = vec![rung("mute", 3_000, Kind::Mute, Some(HOUR))];
        let mut policy = weighing(3_000, ladder);
        policy.weights.remove(&Kind::Mute);
        let mut scene = Scene::new(policy);
        scene.act(kind, seconds);
        scene.act(Kind::Warn, None);
        assert_eq!(last_outcomes(&scene), [outcome], "{kind:?} {seconds:?}");
        assert!(scene.member.ledger.latched.contains("mute"), "latched either way");
    }
    // What is over stands in nobody's way, recorded or not.
    let mut scene = Scene::new(weighing(3_000, vec![rung("mute", 3_000, Kind::Mute, Some(HOUR))]));
    scene.act(Kind::Tempban, Some(HOUR));
    scene.wait(HOUR).act(Kind::Warn, None);
    assert_eq!(last_outcomes(&scene), [Fired]);
}

#[test]
fn a_latch_belongs_to_the_id_of_its_rung() {
    for (id, made) in [
        ("mute-1h", vec![Kind::Warn]),
        ("another", vec![Kind::Warn, Kind::Kick]),
    ] {
        let mut scene = Scene::plain();
        for _ in 0..3 {
            scene.act(Kind::Warn, None);
        }
        let mut higher = rung(id, 4_000, Kind::Kick, None);
        higher.reset_below = points(2_000);
        scene.activate(repeating(Policy {
            ladder: vec![higher],
            ..Policy::default()
        }));
        assert_eq!(scene.history.len(), 4, "a new version fires nothing");
        assert_eq!(
            scene.act(Kind::Warn, None),
            made,
            "{id}: crossed at 4 under the new version"
        );
    }
}

#[test]
fn the_top_rung_repeats_for_offences_with_points_at_or_above_it_alone() {
    let mut policy = weighing(1_000, vec![rung("top", 2_000, Kind::Kick, None)]);
    policy.ladder[0].refire = Refire::EveryOffence;
    policy.weights.insert(Kind::Warn, points(2_000));
    policy.weights.insert(Kind::Mute, points(0));
    let mut scene = Scene::new(policy);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Kick]);
    assert_eq!(
        scene.act(Kind::Warn, None),
        [Kind::Warn, Kind::Kick],
        "an offence more"
    );
    assert_eq!(
        scene.act(Kind::Mute, Some(60)),
        [Kind::Mute],
        "one without points"
    );
    assert_eq!(scene.act(Kind::Note, None), [Kind::Note]);
    // Armed or not, below the rung nothing acts.
    let mut lighter = scene.policy().clone();
    lighter.weights.insert(Kind::Warn, points(1_000));
    scene.activate(lighter);
    assert_eq!(scene.wait(35 * DAY).act(Kind::Warn, None), [Kind::Warn], "1.5");
}

#[test]
fn a_rung_does_what_the_moderator_may_not_do_themself() {
    let mut policy = weighing(3_000, vec![rung("ban", 3_000, Kind::Ban, None)]);
    policy
        .least_rank
        .insert(Kind::Ban, crate::domain::rank::Rank::Owner);
    let mut scene = Scene::new(policy);
    assert!(matches!(
        scene.refused(Kind::Ban, None),
        Refusal::RankTooLow { .. }
    ));
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Ban]);
}
