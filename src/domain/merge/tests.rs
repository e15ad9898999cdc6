//! The joining of two ledgers, on values.

use super::super::kind::Kind;
use super::super::policy::{Decay, Freeze, OffenceCount, OffenceRung, Policy, Remedy};
use super::super::replay::seams::Apart;
use super::super::replay::{Change, Replay, Start};
use super::super::scene::{Scene, at, points};
use super::super::time::Span;
use super::*;
use std::sync::Arc;
use uuid::Uuid;

const DAY: i64 = 86_400;
const MERGE: MergeId = MergeId(Uuid::from_u128(7));

fn fresh() -> Box<dyn FnMut() -> Uuid + Send> {
    Box::new(|| Uuid::from_u128(9_999))
}

/// Two users under one policy, the second one's cases numbered behind the first one's.
fn two(policy: &Policy, warns: [usize; 2]) -> [Scene; 2] {
    let mut scenes = [Scene::new(policy.clone()), Scene::new(policy.clone())];
    for (scene, count) in scenes.iter_mut().zip(warns) {
        for _ in 0..count {
            scene.act(Kind::Warn, None);
        }
    }
    for entry in &mut scenes[1].history {
        entry.case.number += 100;
    }
    scenes
}

fn joined(into: &Scene, from: &Scene, now: i64) -> Member {
    let (into_past, from_past) = (into.past(), from.past());
    let halves = (
        Half {
            member: &into.member,
            past: &into_past,
        },
        Half {
            member: &from.member,
            past: &from_past,
        },
    );
    let moment = at(now);
    join(
        MERGE,
        into.timeline.in_force(moment),
        &into.timeline,
        halves,
        moment,
    )
}

/// The one person's life goes on.
fn one([mut into, from]: [Scene; 2], now: i64) -> Scene {
    into.member = joined(&into, &from, now);
    into.now = now;
    into.history.extend(from.history);
    into
}

/// What one of the two has when they are two again, and nothing happened in between.
fn parted(scene: &Scene, person: &Scene) -> Member {
    let apart = Apart {
        timeline: Arc::new(scene.timeline.clone()),
        now: at(2 * DAY),
        before: scene.member.clone(),
        past: scene.past(),
        current: person.member.clone(),
    };
    let parted = Replay::apart(apart, fresh()).finish();
    assert!(parted.ended.is_empty() && parted.started.is_empty() && parted.moved.is_empty());
    parted.member
}

fn plain() -> Policy {
    Policy {
        duplicate_window: 0,
        ..Policy::default()
    }
}

#[test]
fn both_balances_are_one_opening_entry_and_nothing_fires() {
    let mut person = one(two(&plain(), [2, 2]), DAY);
    let opening = person.member.ledger.opening.unwrap();
    assert_eq!((opening.points, opening.merge), (points(3_800), Some(MERGE)));
    assert!(
        person.member.sanctions.is_empty(),
        "3.8 points are above a rung of 3"
    );
    assert_eq!(
        person.act(Kind::Warn, None),
        [Kind::Warn],
        "4.8: no rung is crossed"
    );
    assert_eq!(
        person.act(Kind::Warn, None),
        [Kind::Warn, Kind::Mute],
        "5.8 crosses 5"
    );
    let past = person.past();
    let mut later = person.member.clone();
    later.settle(&person.timeline, &past, at(11 * DAY));
    assert_eq!(later.ledger.balance, points(4_800));
}

#[test]
fn who_had_nothing_changes_nothing() {
    let [into, from] = two(&plain(), [2, 0]);
    assert_eq!(joined(&into, &from, DAY), into.member);
    let member = joined(&from, &into, DAY);
    assert_eq!(member.ledger.balance, points(1_900));
}

#[test]
fn under_expiry_the_sum_lapses_whole() {
    let policy = Policy {
        decay: Decay::Expiry { after: 10 * DAY },
        ladder: Vec::new(),
        ..plain()
    };
    let mut scenes = two(&policy, [1, 1]);
    scenes[1].wait(5 * DAY).act(Kind::Warn, None);
    let person = one(scenes, 6 * DAY);
    let balance = |now: i64| {
        let mut member = person.member.clone();
        member.settle(&person.timeline, &person.past(), at(now));
        member.ledger.balance
    };
    assert_eq!(balance(6 * DAY), points(3_000));
    assert_eq!(
        (balance(16 * DAY - 1), balance(16 * DAY)),
        (points(3_000), points(0))
    );
}

#[test]
fn offences_of_both_count_at_their_instants() {
    let rung = OffenceRung {
        id: "thrice".into(),
        count: OffenceCount {
            kinds: [Kind::Warn].into(),
            least: 3,
            within: 10 * DAY,
        },
        remedy: Remedy {
            action: Kind::Mute,
            duration: Some(Span::new(60).unwrap()),
            capabilities: [].into(),
            while_above: None,
        },
    };
    let policy = Policy {
        offence_rungs: vec![rung],
        ladder: Vec::new(),
        ..plain()
    };
    assert_eq!(
        one(two(&policy, [1, 1]), DAY).act(Kind::Warn, None),
        [Kind::Warn, Kind::Mute]
    );
    assert_eq!(
        one(two(&policy, [2, 1]), DAY).act(Kind::Warn, None),
        [Kind::Warn],
        "they were three"
    );
    assert_eq!(
        one(two(&policy, [1, 1]), 10 * DAY).act(Kind::Warn, None),
        [Kind::Warn],
        "too long ago"
    );
}

#[test]
fn a_void_goes_over_the_merge() {
    let [into, from] = two(&plain(), [2, 2]);
    let person = one([into.clone(), from.clone()], DAY);
    let case = from.history[1].case.clone();
    let start = Start {
        timeline: Arc::new(from.timeline.clone()),
        now: at(2 * DAY),
        case,
        change: Change::Void,
        past: from.past_until(1),
        before: from.history[0].after.clone().unwrap(),
        current: person.member.clone(),
        recent: Vec::new(),
        ended: None,
        joined_later: true,
    };
    let mut replay = Replay::begin(start, fresh()).unwrap();
    replay.feed(&from.history[1..]);
    let crossed = replay.cross(Crossing {
        merge: MERGE,
        at: at(DAY),
        policy_version: 1,
        side: Side::From,
        other: into.member.clone(),
        other_past: into.past(),
        recorded: person.member.clone(),
    });
    let [_, without] = two(&plain(), [2, 1]);
    assert_eq!(crossed.member, joined(&into, &without, DAY));
    assert_eq!(replay.finish().member.ledger.balance, points(2_800));
}

#[test]
fn without_acts_in_between_the_two_are_who_they_were() {
    let [into, from] = two(&plain(), [2, 4]);
    let person = one([into.clone(), from.clone()], DAY);
    for scene in [&into, &from] {
        assert_eq!(parted(scene, &person), scene.member);
    }
}

#[test]
fn what_is_over_on_record_froze_the_clock_although_the_two_were_one_meanwhile() {
    let freezing = Policy {
        freeze_while: Freeze::Mute,
        ladder: Vec::new(),
        ..plain()
    };
    let [mut into, from] = two(&freezing, [0, 1]);
    into.act(Kind::Mute, Some(DAY));
    // The mute of an hour is over by now, and froze the clock for that hour.
    into.wait(DAY / 2).replace(1, Kind::Mute, Some(3_600)).unwrap();
    let person = one([into.clone(), from.clone()], DAY);
    for scene in [&into, &from] {
        assert_eq!(parted(scene, &person), scene.member);
    }
}

#[test]
fn what_a_person_is_goes_back_but_for_what_was_set_meanwhile() {
    let before = Role::default();
    let other = Role {
        protected: true,
        ..before
    };
    let joined = before.with(other);
    assert!(joined.protected);
    assert_eq!(joined.parted(before, joined), before);
    let set = Role { bot: true, ..joined };
    assert_eq!(set.parted(before, joined), Role { bot: true, ..before });
}
