//! Replacements: as if the milder act had been the one, and never to the member's harm.

use super::super::brief::Window;
use super::super::case::RungOutcome;
use super::super::kind::Kind;
use super::super::rebuild::Rebuild;
use super::super::replay::Voiding;
use super::super::scene::{Scene, at};
use super::super::simulate::{Both, Simulation};
use super::cases;
use super::ledger::{agrees_with_the_slow_replay, explanation_adds_up, far};
use super::voids::{is_no_harsher, voidable};
use super::world::{What, detail, length, own_kind, world};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::sync::Arc;

/// Which case (of those that count), after how long, by what, for how long.
pub(super) type Pick = (Index, i64, Kind, Option<i64>);

fn milder() -> impl Strategy<Value = Kind> {
    select(vec![
        Kind::Note,
        Kind::Warn,
        Kind::Mute,
        Kind::Restrict,
        Kind::Kick,
        Kind::Tempban,
        own_kind(),
    ])
}

pub(super) fn pick() -> impl Strategy<Value = Pick> {
    let length = proptest::option::of(length());
    (any::<Index>(), 0..5 * 3_600_i64, milder(), length)
}

fn picks() -> impl Strategy<Value = Vec<Pick>> {
    prop::collection::vec(pick(), 1..6)
}

/// Replaces, if that is milder. Refusals change nothing.
pub(super) fn replace(scene: &mut Scene, number: i64, kind: Kind, length: Option<i64>) -> Option<Voiding> {
    let seconds = match kind {
        Kind::Mute | Kind::Restrict => length,
        Kind::Tempban => Some(length.unwrap_or(86_400)),
        _ => None,
    };
    scene.replace_by(number, kind, detail(kind, seconds)).ok()
}

/// The record keeps what was, and the new case is milder than the one whose place it took.
fn is_in_its_place(before: &Scene, after: &Scene, number: i64, new: i64) -> Result<(), TestCaseError> {
    prop_assert_eq!(before.history.len() + 1, after.history.len());
    let find = |scene: &Scene, number| scene.history.iter().find(|e| e.case.number == number).cloned();
    for was in &before.history {
        let is = find(after, was.case.number).unwrap();
        prop_assert_eq!(&was.case.ended, &is.case.ended);
        prop_assert!(was.case.voided.is_none() || was.case.voided == is.case.voided);
        prop_assert!(is.case.points <= was.case.points);
    }
    let (was, is) = (find(before, number).unwrap().case, find(after, new).unwrap().case);
    prop_assert_eq!(
        (is.at, is.replaces, &is.causes),
        (was.at, Some(number), &was.causes)
    );
    prop_assert!(is.points <= was.points);
    prop_assert!(
        is.rungs
            .iter()
            .all(|mark| mark.outcome == RungOutcome::Replacement)
    );
    if let Some(started) = is.started {
        let harsher = was.started.unwrap();
        prop_assert_eq!(started.start, harsher.start);
        prop_assert!(harsher.while_above.is_none());
        prop_assert!(started.end.unwrap_or(far()) <= harsher.end.unwrap_or(far()));
    }
    let replaced = find(after, number).unwrap().case.voided.unwrap();
    prop_assert_eq!((replaced.cause, replaced.replaced_by), (None, Some(new)));
    Ok(())
}

/// No escalation outlives its cause, in whatever place it is.
fn causes_count(scene: &Scene) -> Result<(), TestCaseError> {
    for entry in scene.history.iter().filter(|e| e.case.voided.is_none()) {
        if let Some(cause) = entry.case.causes.last() {
            let cause = scene.history.iter().find(|e| e.case.number == *cause).unwrap();
            prop_assert!(cause.case.voided.is_none());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_replacement_is_never_harsher_and_its_states_are_those_of_a_replay_from_scratch(
        world in world(),
        picks in picks(),
        later in 0..9 * 86_400_i64,
    ) {
        let mut scene = world.played();
        for (pick, wait, kind, length) in picks {
            let numbers = voidable(&scene);
            if numbers.is_empty() {
                break;
            }
            scene.wait(wait);
            let (before, number) = (scene.clone(), *pick.get(&numbers));
            let Some(voiding) = replace(&mut scene, number, kind, length) else { continue };
            prop_assert_eq!(voiding.voided[0], (number, None));
            let new = voiding.added.unwrap().case.number;
            is_in_its_place(&before, &scene, number, new)?;
            is_no_harsher(&before, &scene)?;
            agrees_with_the_slow_replay(&scene, later)?;
            explanation_adds_up(&scene, later)?;
            causes_count(&scene)?;
        }
    }

    #[test]
    fn life_goes_on_after_a_replacement(
        world in world(),
        picks in picks(),
        cut in any::<Index>(),
        voids in prop::collection::vec(any::<Index>(), 1..4),
    ) {
        let cut = cut.index(world.steps.len()) + 1;
        let mut early = world.clone();
        let rest = early.steps.split_off(cut);
        let mut scene = early.played();
        for (pick, wait, kind, length) in picks {
            let numbers = voidable(&scene);
            if !numbers.is_empty() {
                replace(scene.wait(wait), *pick.get(&numbers), kind, length);
            }
        }
        for step in rest {
            scene.wait(step.wait);
            step.what.happens(&mut scene);
        }
        agrees_with_the_slow_replay(&scene, 3_600)?;
        for pick in voids {
            let numbers = voidable(&scene);
            if numbers.is_empty() {
                break;
            }
            let before = scene.clone();
            scene.void(*pick.get(&numbers));
            is_no_harsher(&before, &scene)?;
            agrees_with_the_slow_replay(&scene, 3_600)?;
            causes_count(&scene)?;
        }
    }

    #[test]
    fn replacing_gives_the_points_of_having_been_milder(
        world in world(),
        pick in any::<Index>(),
        kind in milder(),
        length in proptest::option::of(length()),
        later in 0..9 * 86_400_i64,
    ) {
        let world = world.simple();
        let (mut scene, acts) = world.with_acts();
        prop_assume!(!acts.is_empty());
        let (step, number) = *pick.get(&acts);
        let whole = scene.entry(number).case.points;
        if replace(&mut scene, number, kind, length).is_some() {
            let added = scene.history.iter().find(|e| e.case.replaces == Some(number)).unwrap();
            let policy = &scene.timeline.version(added.case.policy_version).unwrap().policy;
            prop_assume!(policy.weight(kind) <= whole);
            let mut milder = world.clone();
            milder.steps[step].what = What::Act(kind, length.or(Some(86_400)).filter(|_| kind.restricts().is_some()));
            let milder = milder.played();
            let balance = |scene: &Scene| {
                let mut member = scene.member.clone();
                member.settle(&scene.timeline, &scene.past(), at(scene.now + later));
                member.ledger.balance
            };
            prop_assert_eq!(balance(&scene), balance(&milder));
        }
    }

    #[test]
    fn the_size_of_pages_changes_no_replacement(world in world(), picks in picks(), page in 1..20_usize) {
        let (mut whole, mut paged) = (world.played(), world.played());
        for (pick, wait, kind, length) in picks {
            let numbers = voidable(&whole);
            if numbers.is_empty() {
                break;
            }
            let number = *pick.get(&numbers);
            whole.wait(wait).page = 1_000;
            paged.wait(wait).page = page;
            let all = replace(&mut whole, number, kind, length);
            let piecewise = replace(&mut paged, number, kind, length);
            prop_assert_eq!(all.map(|v| (v.voided, v.ended, v.added)), piecewise.map(|v| (v.voided, v.ended, v.added)));
            prop_assert_eq!((&whole.member, &whole.history), (&paged.member, &paged.history));
        }
    }

    /// A ledger rebuilt with replacements in it is the one that was.
    #[test]
    fn a_rebuild_after_replacements_changes_no_state(world in world(), picks in picks()) {
        let mut scene = world.played();
        for (pick, wait, kind, length) in picks {
            let numbers = voidable(&scene);
            if !numbers.is_empty() {
                replace(scene.wait(wait), *pick.get(&numbers), kind, length);
            }
        }
        let mut history = scene.history.clone();
        let mut rebuild = Rebuild::new(Arc::new(scene.timeline.clone()));
        rebuild.feed(&mut history).unwrap();
        for (was, is) in scene.history.iter().zip(&history) {
            if let (Some(was), Some(is)) = (&was.after, &is.after) {
                prop_assert_eq!(&was.ledger, &is.ledger);
            }
            prop_assert_eq!(&was.case.rungs, &is.case.rungs);
        }
    }

    /// What took the place of the last act, or of what it escalated to, makes no difference under the policy itself.
    #[test]
    fn a_replacement_makes_no_difference_under_the_policy_itself(mut world in world(), picks in picks()) {
        world.steps.retain(|step| !matches!(step.what, What::Activate(_)));
        let mut scene = world.played();
        for (pick, wait, kind, length) in picks {
            let direct = |e: &&super::super::act::Entry| e.case.causes.is_empty() && e.case.kind.lifts().is_none();
            let Some(last) = scene.history.iter().rev().find(direct).map(|e| e.case.number) else { break };
            let numbers = voidable(&scene).into_iter().filter(|number| *number >= last);
            let numbers: Vec<_> = numbers.collect();
            if !numbers.is_empty() {
                replace(scene.wait(wait), *pick.get(&numbers), kind, length);
            }
        }
        let recorded = Arc::new(scene.timeline.clone());
        let mut simulation = Simulation::new(recorded, scene.policy().clone(), Window::default(), at(scene.now));
        for entry in &scene.history {
            simulation.feed(entry.case.clone());
        }
        prop_assert_eq!(simulation.close(), None);
        let Both { was, would } = simulation.totals().escalations;
        prop_assert_eq!(was, would);
    }
}

#[test]
fn the_random_replacements_contain_what_the_properties_are_about() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut done, mut over, mut escalated, mut reached, mut taken, mut first) = (0, 0, 0, 0, 0, 0);
    for _ in 0..300 {
        let played = world().new_tree(&mut runner).unwrap().current().played();
        for number in voidable(&played) {
            for kind in [Kind::Warn, Kind::Mute, Kind::Tempban] {
                let mut scene = played.clone();
                let Some(voiding) = replace(&mut scene, number, kind, Some(3_600)) else {
                    continue;
                };
                let case = voiding.added.unwrap().case;
                done += 1;
                over += usize::from(case.started.is_some_and(|s| s.over));
                escalated += usize::from(!case.causes.is_empty());
                reached += case.rungs.len();
                taken += voiding.voided.len() - 1;
                first += usize::from(scene.history.last().is_some_and(|e| e.case.number != case.number));
            }
        }
    }
    assert!(
        done > 1_000 && over > 100 && escalated > 100 && reached > 100 && taken > 100 && first > 500,
        "{done} {over} {escalated} {reached} {taken} {first}"
    );
}
