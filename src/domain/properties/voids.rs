//! Voids: as if the case had never been, and never to the member's harm.

use super::super::act::{Entry, Recent};
use super::super::kind::Restriction;
use super::super::member::Member;
use super::super::points::UNITS_PER_MILLI;
use super::super::replay::Change;
use super::super::sanction::effective;
use super::super::scene::{Scene, at};
use super::cases;
use super::ledger::{agrees_with_the_slow_replay, explanation_adds_up, far};
use super::naive::Naive;
use super::sanctions::moments;
use super::world::world;
use proptest::prelude::*;
use proptest::sample::Index;

/// The cases that can be voided, escalations included.
pub(super) fn voidable(scene: &Scene) -> Vec<i64> {
    scene
        .history
        .iter()
        .map(|e| &e.case)
        .filter(|c| c.kind.lifts().is_none() && c.voided.is_none())
        .map(|c| c.number)
        .collect()
}

fn kept(scene: &Scene) -> (&Member, &[Entry], &[Recent]) {
    (&scene.member, &scene.history, &scene.recent)
}

/// From now on the member is never banned who was not, nor muted who was neither muted nor banned, nor holds more points.
pub(super) fn is_no_harsher(before: &Scene, after: &Scene) -> Result<(), TestCaseError> {
    let now = at(after.now);
    let all = before.member.sanctions.iter().chain(&after.member.sanctions);
    for moment in moments(all, now) {
        let under = |scene: &Scene, r| effective(&scene.member.sanctions, r, moment).is_some();
        let banned = under(before, Restriction::Ban);
        let muted = under(before, Restriction::Mute);
        let restricted = under(before, Restriction::Restrict);
        prop_assert!(banned || muted || restricted || !under(after, Restriction::Restrict));
        prop_assert!(banned || !under(after, Restriction::Ban));
        prop_assert!(banned || muted || !under(after, Restriction::Mute));
        let balance = |scene: &Scene| {
            let mut member = scene.member.clone();
            member.settle(&scene.timeline, &scene.past(), moment);
            member.ledger.balance
        };
        prop_assert!(balance(after) <= balance(before));
    }
    Ok(())
}

/// The record keeps every case, and what it says happened; only what counts has changed.
fn record_stays(before: &Scene, after: &Scene) -> Result<(), TestCaseError> {
    prop_assert_eq!(before.history.len(), after.history.len());
    for (was, is) in before.history.iter().zip(&after.history) {
        prop_assert_eq!(
            (was.case.number, was.case.at, was.case.kind),
            (is.case.number, is.case.at, is.case.kind)
        );
        prop_assert!(
            was.case.voided.is_none() || was.case.voided == is.case.voided,
            "a void is final"
        );
        prop_assert!(is.case.points <= was.case.points);
        prop_assert_eq!(&was.case.ended, &is.case.ended);
        let (Some(was), Some(is)) = (&was.case.started, &is.case.started) else {
            continue;
        };
        prop_assert_eq!(was.start, is.start);
        prop_assert!(is.kind.severity() <= was.kind.severity());
        prop_assert!(is.end.unwrap_or(far()) <= was.end.unwrap_or(far()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn voiding_gives_the_points_and_latches_of_never_having_been(
        world in world(),
        picks in prop::collection::vec(any::<Index>(), 1..5),
        later in 0..9 * 86_400_i64,
    ) {
        let world = world.simple();
        let (mut scene, acts) = world.with_acts();
        prop_assume!(!acts.is_empty());
        let mut left_out = Vec::new();
        for pick in picks {
            let (step, number) = *pick.get(&acts);
            if left_out.contains(&step) {
                continue;
            }
            scene.wait(later % 7_200).void(number);
            left_out.push(step);
        }
        let never = world.without(&left_out);
        let settled = |scene: &Scene, now: i64| {
            let mut member = scene.member.clone();
            member.settle(&scene.timeline, &scene.past(), at(now));
            (member.ledger.balance, member.ledger.latched)
        };
        let now = scene.now + later;
        prop_assert_eq!(settled(&scene, now), settled(&never, now));
    }

    #[test]
    fn a_void_is_never_harsher_and_its_states_are_those_of_a_replay_from_scratch(
        world in world(),
        picks in prop::collection::vec((any::<Index>(), 0..5 * 3_600_i64), 1..5),
        later in 0..9 * 86_400_i64,
    ) {
        let mut scene = world.played();
        for (pick, wait) in picks {
            let numbers = voidable(&scene);
            if numbers.is_empty() {
                break;
            }
            scene.wait(wait);
            let before = scene.clone();
            let number = *pick.get(&numbers);
            let voiding = scene.void(number);
            prop_assert_eq!(voiding.voided[0], (number, None));
            prop_assert!(voiding.voided[1..].iter().all(|(n, cause)| *n > number && *cause == Some(number)));
            is_no_harsher(&before, &scene)?;
            record_stays(&before, &scene)?;
            agrees_with_the_slow_replay(&scene, later)?;
            explanation_adds_up(&scene, later)?;
            let escalated = scene.history.iter().filter(|e| e.case.voided.is_none() && e.case.depth() > 0);
            for entry in escalated {
                let cause = entry.case.causes.last().unwrap();
                let cause = scene.history.iter().find(|e| e.case.number == *cause).unwrap();
                prop_assert!(cause.case.voided.is_none(), "no escalation outlives its cause");
            }
        }
    }

    #[test]
    fn a_reduction_is_never_harsher_and_its_states_are_those_of_a_replay_from_scratch(
        world in world(),
        picks in prop::collection::vec((any::<Index>(), 0..5 * 3_600_i64, 0..100_i64, any::<bool>(), any::<bool>()), 1..5),
        later in 0..9 * 86_400_i64,
    ) {
        let mut scene = world.played();
        for (pick, wait, percent, points, shorter) in picks {
            let numbers = voidable(&scene);
            if numbers.is_empty() {
                break;
            }
            scene.wait(wait);
            let before = scene.clone();
            let number = *pick.get(&numbers);
            let case = scene.entry(number).case.clone();
            let points = points.then_some(case.points.units() * percent / 100 / UNITS_PER_MILLI);
            let length = case.started.as_ref().map(|s| s.end.map_or(86_400, |end| end.seconds() - s.start.seconds()));
            let shorter = length.filter(|_| shorter).map(|length| (length * percent / 100).max(1));
            if scene.reduce(number, points, shorter).is_err() {
                continue;
            }
            is_no_harsher(&before, &scene)?;
            record_stays(&before, &scene)?;
            agrees_with_the_slow_replay(&scene, later)?;
            explanation_adds_up(&scene, later)?;
        }
    }

    #[test]
    fn reducing_the_points_gives_the_points_of_having_been_smaller(
        world in world(),
        pick in any::<Index>(),
        percent in 0..100_i64,
        later in 0..9 * 86_400_i64,
    ) {
        let world = world.simple();
        let (mut scene, acts) = world.with_acts();
        prop_assume!(!acts.is_empty());
        let (_, number) = *pick.get(&acts);
        let points = scene.entry(number).case.points.units() * percent / 100 / UNITS_PER_MILLI;
        if scene.reduce(number, Some(points), None).is_ok() {
            let naive = Naive::of(&scene.timeline, &scene.history);
            let mut then = naive.states().pop().unwrap();
            naive.pass(&mut then, at(scene.now + later).seconds());
            let mut member = scene.member.clone();
            member.settle(&scene.timeline, &scene.past(), at(scene.now + later));
            prop_assert_eq!(member.ledger.balance.units(), then.balance);
        }
    }

    #[test]
    fn life_goes_on_after_a_void(world in world(), pick in any::<Index>(), cut in any::<Index>()) {
        let cut = cut.index(world.steps.len()) + 1;
        let mut early = world.clone();
        let rest = early.steps.split_off(cut);
        let mut scene = early.played();
        let numbers = voidable(&scene);
        prop_assume!(!numbers.is_empty());
        scene.void(*pick.get(&numbers));
        for step in rest {
            scene.wait(step.wait);
            step.what.happens(&mut scene);
        }
        agrees_with_the_slow_replay(&scene, 3_600)?;
        let numbers = voidable(&scene);
        prop_assume!(!numbers.is_empty());
        let before = scene.clone();
        scene.void(*pick.get(&numbers));
        is_no_harsher(&before, &scene)?;
        agrees_with_the_slow_replay(&scene, 3_600)?;
    }

    #[test]
    fn the_size_of_pages_changes_nothing(world in world(), pick in any::<Index>(), page in 1..20_usize) {
        let scene = world.played();
        let numbers = voidable(&scene);
        prop_assume!(!numbers.is_empty());
        let number = *pick.get(&numbers);
        let (mut whole, mut paged) = (scene.clone(), scene);
        let (all, _) = whole.remedy_in_pages(number, Change::Void, 1_000).unwrap();
        let (piecewise, _) = paged.remedy_in_pages(number, Change::Void, page).unwrap();
        prop_assert_eq!((all.member, all.recent, all.voided), (piecewise.member, piecewise.recent, piecewise.voided));
        prop_assert_eq!((all.ended, all.started, all.moved), (piecewise.ended, piecewise.started, piecewise.moved));
        prop_assert_eq!(kept(&whole), kept(&paged));
    }
}

#[test]
fn the_random_histories_contain_what_the_properties_are_about() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut milder, mut caused, mut reduced, mut deep, mut lowered) = (0, 0, 0, 0, 0);
    for _ in 0..300 {
        let played = world().new_tree(&mut runner).unwrap().current().played();
        deep += played.history.iter().filter(|e| e.case.depth() == 2).count();
        for number in voidable(&played) {
            let voiding = played.clone().void(number);
            milder += voiding.started.len();
            reduced += voiding.reduced.len();
            caused += voiding.voided.len() - 1;
            lowered += usize::from(voiding.lowering.is_some());
        }
    }
    assert!(
        milder > 10 && caused > 200 && reduced > 0 && deep > 10 && lowered > 50,
        "{milder} {caused} {reduced} {deep} {lowered}"
    );
}
