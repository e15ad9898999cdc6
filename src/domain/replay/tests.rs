//! Given a history, when a case is voided, then this.

use super::super::act::{Act, Command, Detail};
use super::super::case::Particulars;
use super::super::kind::Restriction;
use super::super::policy::{Freeze, Policy, Refire, Remedy, Rung};
use super::super::rank::{Authority, Rank};
use super::super::scene::{Scene, at, moderator, points};
use super::super::time::Span;
use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn rung(id: &str, millis: i64, action: Kind, seconds: Option<i64>) -> Rung {
    Rung {
        id: id.into(),
        at: points(millis),
        remedy: Remedy::fixed(action, seconds.map(|s| Span::new(s).unwrap())),
        refire: Refire::Crossing,
        reset_below: points(millis),
    }
}

/// Warns of three points, and a ladder.
fn heavy(ladder: Vec<Rung>) -> Policy {
    let mut policy = Policy {
        duplicate_window: 0,
        ladder,
        ..Policy::default()
    };
    policy.weights.insert(Kind::Warn, points(3_000));
    policy
}

/// Two warns of three points: 3 → mute for an hour, 6 → something harsher.
fn two_warns(harsher: Rung) -> Scene {
    let mut scene = Scene::new(heavy(vec![rung("soft", 3_000, Kind::Mute, Some(HOUR)), harsher]));
    scene.act(Kind::Warn, None);
    scene.wait(60).act(Kind::Warn, None);
    scene
}

fn voids(scene: &mut Scene, number: i64) -> Vec<(i64, Option<i64>)> {
    scene.void(number).voided
}

#[test]
fn voiding_any_of_three_warns_takes_the_mute_with_it() {
    for number in 1..=3 {
        let mut scene = Scene::plain();
        for _ in 0..3 {
            scene.wait(60).act(Kind::Warn, None);
        }
        let mute = scene.member.sanctions[0].id;
        let voiding = scene.wait(60).void(number);
        assert_eq!(voiding.voided, [(number, None), (4, Some(number))]);
        assert_eq!(voiding.ended, [(mute, at(240))]);
        assert_eq!(scene.shown(), 2_000);
        assert_eq!(scene.until(Restriction::Mute), None);
        assert!(scene.member.ledger.latched.is_empty());
        assert_eq!(
            scene.act(Kind::Warn, None),
            [Kind::Warn, Kind::Mute],
            "the rung is crossed anew"
        );
    }
}

#[test]
fn a_weaker_sanction_takes_the_place_of_one_that_the_points_no_longer_carry() {
    let mut scene = two_warns(rung("hard", 6_000, Kind::Mute, Some(DAY)));
    assert_eq!(scene.until(Restriction::Mute), Some(Some(60 + DAY)));
    let harsher = scene.member.sanctions[1].id;
    let voiding = scene.wait(60).void(1);
    assert_eq!(voiding.voided, [(1, None), (2, Some(1))]);
    assert_eq!(voiding.ended.len(), 2);
    let [milder] = voiding.started.as_slice() else {
        panic!("{voiding:?}")
    };
    assert_eq!((milder.case, milder.start, milder.version), (4, at(60), 1));
    assert_eq!(
        scene.until(Restriction::Mute),
        Some(Some(60 + HOUR)),
        "from the same start"
    );
    assert_ne!(milder.id, harsher);
    assert_eq!(
        scene.wait(60).void(3).voided,
        [(3, None), (4, Some(3))],
        "and a second void finds the milder one"
    );
    assert_eq!(scene.until(Restriction::Mute), None);
}

#[test]
fn a_weaker_sanction_that_would_be_over_does_not_start() {
    let mut scene = two_warns(rung("hard", 6_000, Kind::Mute, Some(DAY)));
    let voiding = scene.wait(HOUR).void(1);
    assert_eq!(voiding.voided, [(1, None), (2, Some(1)), (4, Some(1))]);
    assert!(voiding.started.is_empty());
    assert_eq!(scene.until(Restriction::Mute), None);
}

#[test]
fn a_lifted_sanction_gets_no_successor() {
    let mut scene = two_warns(rung("hard", 6_000, Kind::Mute, Some(DAY)));
    scene.wait(60).act(Kind::Unmute, None);
    let voiding = scene.wait(60).void(1);
    assert_eq!(voiding.voided, [(1, None), (2, Some(1)), (4, Some(1))]);
    assert_eq!(
        (voiding.ended, voiding.started),
        (vec![], vec![]),
        "what was lifted stays lifted"
    );
}

#[test]
fn a_milder_kind_never_outlasts_the_harsher_one() {
    let mut scene = Scene::new(heavy(vec![
        rung("soft", 3_000, Kind::Mute, None),
        rung("hard", 6_000, Kind::Tempban, Some(HOUR)),
    ]));
    scene.act(Kind::Warn, None);
    scene.act(Kind::Unmute, None);
    scene.act(Kind::Warn, None);
    let voiding = scene.wait(60).void(1);
    assert_eq!(
        voiding.started.first().map(|s| (s.kind, s.end)),
        Some((Kind::Mute, Some(at(HOUR))))
    );
    assert_eq!(
        (scene.until(Restriction::Ban), scene.until(Restriction::Mute)),
        (None, Some(Some(HOUR)))
    );
}

#[test]
fn a_kick_that_the_replay_does_not_produce_is_voided_and_no_mute_starts_for_it() {
    let mut scene = two_warns(rung("hard", 6_000, Kind::Kick, None));
    let voiding = scene.wait(60).void(1);
    assert_eq!(voiding.voided, [(1, None), (2, Some(1)), (4, Some(1))]);
    assert!(voiding.started.is_empty());
}

#[test]
fn an_escalation_that_the_replay_produces_all_the_same_stays() {
    let mut policy = heavy(vec![rung("a", 3_000, Kind::Mute, Some(HOUR))]);
    policy.weights.insert(Kind::Kick, points(1_000));
    let mut scene = Scene::new(policy);
    scene.act(Kind::Kick, None);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Mute]);
    let sanctions = scene.member.sanctions.clone();
    let voiding = scene.void(1);
    assert_eq!((voiding.voided, voiding.ended), (vec![(1, None)], vec![]));
    assert_eq!((scene.shown(), scene.member.sanctions), (3_000, sanctions));
}

#[test]
fn voiding_an_escalation_ends_it_and_leaves_its_rung_latched() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let voiding = scene.wait(60).void(4);
    assert_eq!((voiding.voided, voiding.ended.len()), (vec![(4, None)], 1));
    assert_eq!((scene.shown(), scene.until(Restriction::Mute)), (3_000, None));
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn], "still latched");
}

#[test]
fn a_whole_chain_of_causes_falls_together() {
    let mut policy = heavy(vec![
        rung("a", 3_000, Kind::Mute, Some(HOUR)),
        rung("b", 5_000, Kind::Tempban, Some(DAY)),
    ]);
    policy.escalations_carry_points = true;
    let mut scene = Scene::new(policy);
    assert_eq!(
        scene.act(Kind::Warn, None),
        [Kind::Warn, Kind::Mute, Kind::Tempban]
    );
    let mut middle = scene.clone();
    assert_eq!(voids(&mut scene, 1), [(1, None), (2, Some(1)), (3, Some(1))]);
    assert_eq!(scene.shown(), 0);
    assert_eq!(voids(&mut middle, 2), [(2, None), (3, Some(2))]);
    assert_eq!(middle.shown(), 3_000);
}

#[test]
fn a_milder_escalation_counts_no_more_points_than_its_kind_weighs() {
    let mut policy = heavy(vec![
        rung("soft", 3_000, Kind::Mute, None),
        rung("hard", 12_000, Kind::Ban, None),
    ]);
    policy.escalations_carry_points = true;
    policy.weights.insert(Kind::Warn, points(7_000));
    let mut scene = Scene::new(policy);
    scene.act(Kind::Warn, None);
    scene.act(Kind::Unmute, None);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn, Kind::Ban]);
    assert_eq!(scene.shown(), 26_000);
    let voiding = scene.void(1);
    assert_eq!(voiding.reduced, [(5, points(2_000))]);
    assert_eq!(scene.shown(), 9_000);
}

#[test]
fn an_escalation_long_over_is_marked_and_its_end_stays() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        scene.act(Kind::Warn, None);
    }
    let mute = scene.member.sanctions[0].id;
    scene.wait(HOUR).expire(mute, 1);
    let voiding = scene.wait(HOUR).void(1);
    assert_eq!(voiding.voided, [(1, None), (4, Some(1))]);
    assert!(voiding.ended.is_empty());
}

#[test]
fn a_sanction_whose_end_nobody_recorded_ends_at_its_own_end() {
    let mut scene = Scene::plain();
    scene.act(Kind::Tempban, Some(HOUR));
    let ban = scene.member.sanctions[0].id;
    let voiding = scene.wait(2 * HOUR).void(1);
    assert_eq!(voiding.ended, [(ban, at(HOUR))]);
    assert!(scene.expire(ban, 1).entries.is_empty(), "its timer finds nothing");
}

#[test]
fn a_void_makes_no_escalation_that_history_does_not_have() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.act(Kind::Mute, Some(9 * DAY));
    scene.act(Kind::Warn, None);
    assert_eq!(scene.history.len(), 3, "the longer mute makes the rung moot");
    scene.wait(60).act(Kind::Warn, None);
    let voiding = scene.wait(60).void(2);
    assert_eq!(voiding.voided, [(2, None)]);
    assert_eq!((scene.shown(), scene.until(Restriction::Mute)), (3_000, None));
    assert!(
        scene.member.ledger.latched.contains("mute-1h"),
        "the rung is latched all the same"
    );
}

#[test]
fn a_voided_sanction_never_froze_and_a_lifted_one_froze_until_its_lift() {
    let frozen = || {
        let mut scene = Scene::new(Policy {
            freeze_while: Freeze::Ban,
            duplicate_window: 0,
            ladder: Vec::new(),
            ..Policy::default()
        });
        scene.act(Kind::Warn, None);
        scene.act(Kind::Ban, None);
        scene.wait(4 * DAY).act(Kind::Unban, None);
        scene.act(Kind::Ban, None);
        scene.wait(2 * DAY).act(Kind::Warn, None);
        scene
    };
    let mut both = frozen();
    assert_eq!(both.shown(), 22_000);
    both.void(4);
    assert_eq!(both.shown(), 11_800, "two days of decay, after the lift");
    both.void(2);
    assert_eq!(both.shown(), 1_400, "six days of decay");
    assert_eq!(both.until(Restriction::Ban), None);
}

#[test]
fn history_is_read_only_as_far_as_it_differs() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.wait(DAY).act(Kind::Warn, None);
    scene.wait(DAY).act(Kind::Warn, None);
    scene.wait(100 * DAY);
    for _ in 0..6 {
        scene.wait(DAY).act(Kind::Warn, None);
    }
    let before = scene.clone();
    let (voiding, pages) = scene.remedy_in_pages(2, Change::Void, 1).unwrap();
    assert_eq!(pages, 3, "the voided entry, one that differs, one that agrees");
    assert_eq!(
        (&voiding.member, voiding.voided.as_slice()),
        (&before.member, [(2, None)].as_slice())
    );
    assert_eq!(scene.history[4..], before.history[4..]);
    let again = scene.remedy_in_pages(2, Change::Void, 2).unwrap_err();
    assert_eq!(again, Refusal::AlreadyVoided { number: 2 });
}

#[test]
fn a_member_settled_after_the_last_entry_stays_settled() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.act(Kind::Kick, None);
    let past = scene.past();
    scene.member.settle(&scene.timeline, &past, at(DAY));
    let ledger = scene.wait(2 * DAY).void(1).member.ledger;
    assert_eq!((ledger.as_of, ledger.balance), (Some(at(DAY)), points(2_900)));
}

#[test]
fn a_latch_that_only_the_replay_sets_fires_nothing() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.activate(heavy(vec![rung("new", 500, Kind::Mute, Some(DAY))]));
    // The warn before the new rung came holds the points above it, so nothing is crossed; without it, the second is.
    scene.act(Kind::Warn, None);
    assert!(scene.history.iter().all(|e| e.case.kind != Kind::Mute));
    let voiding = scene.void(1);
    assert_eq!(voiding.voided, [(1, None)]);
    assert!(scene.member.ledger.latched.contains("new") && scene.member.sanctions.is_empty());
}

#[test]
fn a_voided_note_changes_nothing_else() {
    let mut scene = Scene::plain();
    scene.act(Kind::Note, None);
    scene.act(Kind::Warn, None);
    let member = scene.member.clone();
    let warned = scene.history[1].clone();
    let voiding = scene.void(1);
    assert_eq!((voiding.member, &scene.history[1]), (member, &warned));
    assert_eq!(voiding.voided, [(1, None)]);
}

#[test]
fn lifts_and_expiries_cannot_be_voided() {
    let mut scene = Scene::plain();
    scene.act(Kind::Mute, Some(HOUR));
    scene.act(Kind::Unmute, None);
    assert_eq!(
        scene.remedy_in_pages(2, Change::Void, 1).unwrap_err(),
        Refusal::NotVoidable
    );
}

#[test]
fn a_voided_act_is_no_longer_the_winner_over_duplicates() {
    let mut scene = Scene::new(Policy::default());
    scene.act(Kind::Warn, None);
    assert_eq!(scene.refused(Kind::Warn, None), Refusal::Duplicate { winner: 1 });
    scene.void(1);
    assert_eq!(scene.act(Kind::Warn, None), [Kind::Warn]);
}

#[test]
fn a_clock_behind_the_member_does_not_turn_time_back() {
    let mut scene = Scene::plain();
    scene.wait(100).act(Kind::Mute, Some(HOUR));
    let voiding = scene.wait(-60).void(1);
    assert_eq!(voiding.member.ledger.as_of, Some(at(100)));
    assert_eq!(voiding.ended[0].1, at(100));
}

#[test]
fn voiding_asks_for_the_rank_of_the_kind_and_breaks_the_glass() {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    scene.target.protected = true;
    let case = &scene.history[0].case;
    let by = |rank| Acting {
        authority: Authority::of(rank),
        ..moderator(1)
    };
    let allowed = |rank| authorize(scene.policy(), case, &by(rank), &scene.target);
    assert_eq!(allowed(Rank::Moderator), Ok(()));
    assert!(matches!(
        allowed(Rank::Member),
        Err(Refusal::RankTooLow { kind: Kind::Warn, .. })
    ));
}

#[test]
fn an_escalation_voided_by_hand_stays_voided_when_its_trigger_falls() {
    let mut scene = Scene::plain();
    for _ in 0..3 {
        let act = Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap();
        scene.submit(&moderator(1), &Command::Act(act)).unwrap();
    }
    scene.void(4);
    assert_eq!(voids(&mut scene, 3), [(3, None)]);
    assert!(scene.member.ledger.latched.is_empty());
}
