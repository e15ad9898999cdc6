//! Points: however they are computed they are the same, and nothing but entries and time moves them.

use super::super::act::Entry;
use super::super::case::RungOutcome;
use super::super::explain::Explanation;
use super::super::points::Points;
use super::super::policy::Refire;
use super::super::sanction::Sanction;
use super::super::scene::{START, Scene, at};
use super::super::time::Instant;
use super::super::timeline::Timeline;
use super::cases;
use super::naive::Naive;
use super::world::{World, world};
use proptest::prelude::*;

/// The last moment that there is, at which every instant stops.
pub(super) fn far() -> Instant {
    at(0).shifted(i64::MAX)
}

/// The recorded states are those of the slow replay, and the balance some time later is that of the closed form.
pub(super) fn agrees_with_the_slow_replay(scene: &Scene, later: i64) -> Result<(), TestCaseError> {
    let naive = Naive::of(&scene.timeline, &scene.history);
    let recorded = scene.history.iter().filter_map(|e| e.after.as_ref());
    let states = naive.states();
    for (slow, kept) in states.iter().zip(recorded) {
        let ledger = &kept.ledger;
        prop_assert_eq!(
            ledger.as_of.map(|t| t.seconds()),
            Some(slow.at),
            "case {}",
            slow.case
        );
        prop_assert_eq!(ledger.balance.units(), slow.balance, "case {}", slow.case);
        prop_assert_eq!(ledger.clock, slow.clock, "case {}", slow.case);
        prop_assert_eq!(&ledger.latched, &slow.latched, "case {}", slow.case);
        prop_assert_eq!(
            fixed(&kept.sanctions),
            fixed(&slow.sanctions),
            "case {}",
            slow.case
        );
    }
    let mut member = scene.member.clone();
    member.settle(&scene.timeline, &scene.past(), at(scene.now + later));
    if let Some(last) = states.last() {
        let mut then = last.clone();
        naive.pass(&mut then, START + scene.now + later);
        prop_assert_eq!(member.ledger.balance.units(), then.balance);
        prop_assert_eq!(&member.ledger.latched, &last.latched);
        let mut held = last.sanctions.clone();
        held.retain(|s| !s.over || s.end > Some(at(scene.now + later)));
        prop_assert_eq!(fixed(&member.sanctions), fixed(&held));
        if naive.is_linear() {
            prop_assert_eq!(then.balance, naive.closed_form(START + scene.now + later));
        }
    }
    Ok(())
}

/// Sanctions without what moves with the points; see [`held_ends_are_exact`].
pub(super) fn fixed(sanctions: &[Sanction]) -> Vec<Sanction> {
    let mut fixed = sanctions.to_vec();
    for sanction in fixed.iter_mut().filter(|s| s.while_above.is_some()) {
        (sanction.end, sanction.version) = (None, 0);
    }
    fixed
}

/// A history without the versions of sanctions: how often an end moved forth and back is nobody's business.
pub(super) fn unversioned(history: &[Entry]) -> Vec<Entry> {
    let mut history = history.to_vec();
    let after = |entry: &mut Entry| {
        let held = entry.after.iter_mut().flat_map(|after| &mut after.sanctions);
        held.for_each(|sanction| sanction.version = 0);
    };
    history.iter_mut().for_each(after);
    history
}

/// A sanction that holds while the points are high ends, as things stand after each entry, at the very second at which they are
/// no longer.
fn held_ends_are_exact(scene: &Scene) -> Result<(), TestCaseError> {
    for (place, entry) in scene.history.iter().enumerate() {
        let Some(after) = &entry.after else { continue };
        let as_of = after.ledger.as_of.unwrap();
        let history = &scene.history[..=place];
        let known = scene
            .timeline
            .versions()
            .filter(|v| v.version <= entry.case.policy_version);
        let timeline = Timeline::new(known.cloned().collect()).unwrap();
        let naive = Naive::of(&timeline, history);
        let policy = &timeline.newest().policy;
        let state = naive.states().pop().unwrap();
        let shown = |at: i64| {
            let mut then = state.clone();
            naive.pass(&mut then, at);
            policy.shown(Points::from_units(then.balance))
        };
        for sanction in after.sanctions.iter().filter(|s| s.holds(as_of)) {
            let (Some(level), Some(end)) = (sanction.while_above, sanction.end.filter(|end| *end < far()))
            else {
                continue;
            };
            prop_assert!(
                shown(end.seconds()) < level,
                "{:?} after case {}",
                sanction,
                entry.case.number
            );
            prop_assert!(
                shown(end.seconds() - 1) >= level,
                "{:?} after case {}",
                sanction,
                entry.case.number
            );
        }
    }
    Ok(())
}

/// The terms of the explanation, which add up to the exact balance.
pub(super) fn explanation_adds_up(scene: &Scene, later: i64) -> Result<(), TestCaseError> {
    let now = at(scene.now + later);
    let (mut member, past) = (scene.member.clone(), scene.past());
    member.settle(&scene.timeline, &past, now);
    let mut explanation = Explanation::of(&member);
    for entry in scene.history.iter().rev() {
        if entry.after.is_some() && entry.case.voided.is_none() {
            explanation.add(&member, &scene.timeline, &past, &entry.case);
        }
    }
    prop_assert!(explanation.is_complete());
    let carried = explanation.carried(&member, &scene.timeline, &past);
    let terms = explanation.terms();
    let sum: i64 = terms.iter().map(|t| t.left.units()).sum();
    let sum = sum + carried.map_or(0, |c| c.left.units());
    prop_assert_eq!(sum, member.ledger.balance.units());
    for term in terms {
        let Some(gone) = term.gone_at.filter(|t| *t < far()) else {
            continue;
        };
        // Newer entries drain after it: when it is gone, exactly they are left.
        let newer = Scene::later_points(scene, term.case, now);
        let (mut then, mut just_before) = (member.clone(), member.clone());
        then.settle(&scene.timeline, &past, gone);
        just_before.settle(&scene.timeline, &past, gone.shifted(-1).max(now));
        prop_assert!(then.ledger.balance.units() <= newer);
        prop_assert!(just_before.ledger.balance.units() > newer);
    }
    Ok(())
}

impl Scene {
    /// What entries after this one still hold at a moment, in units.
    fn later_points(&self, case: i64, now: Instant) -> i64 {
        let mut member = self.member.clone();
        member.settle(&self.timeline, &self.past(), now);
        let newer: i64 = self
            .history
            .iter()
            .skip_while(|e| e.case.number != case)
            .skip(1)
            .filter(|e| e.case.voided.is_none())
            .map(|e| e.case.points.units())
            .sum();
        newer.min(member.ledger.balance.units())
    }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn incremental_equals_closed_form_equals_slow_replay(world in world(), later in 0..90 * 86_400_i64) {
        agrees_with_the_slow_replay(&world.played(), later)?;
    }

    #[test]
    fn what_holds_while_points_are_high_ends_at_the_exact_second(world in world()) {
        held_ends_are_exact(&world.played())?;
    }

    #[test]
    fn an_explanation_adds_up_to_the_balance(world in world(), later in 0..9 * 86_400_i64) {
        explanation_adds_up(&world.played(), later)?;
    }

    #[test]
    fn splitting_time_into_steps_changes_nothing(world in world(), cuts in prop::collection::vec(0..100_i64, 40)) {
        let (mut whole, mut stepwise) = (world.played(), in_steps(&world, &cuts));
        prop_assert_eq!(unversioned(&whole.history), unversioned(&stepwise.history));
        if whole.member.ledger.as_of.is_some() {
            let now = at(whole.now);
            let past = whole.past();
            whole.member.settle(&whole.timeline, &past, now);
            stepwise.member.settle(&stepwise.timeline, &past, now);
        }
        prop_assert!(whole.member.is_like(&stepwise.member));
    }

    #[test]
    fn a_drop_is_the_exact_second(world in world()) {
        let scene = world.played();
        let now = scene.standing(at(scene.now));
        let shown = |t| scene.standing(t).points;
        for drop in &now.drops {
            let Some(then) = drop.at.filter(|t| *t < far()) else { continue };
            prop_assert!(then > now.at);
            prop_assert!(shown(then.shifted(-1)) >= drop.threshold);
            prop_assert!(shown(then) < drop.threshold);
        }
        if let Some(clear) = now.clear_at.filter(|t| *t < far()) {
            prop_assert_eq!(shown(clear).units(), 0);
            prop_assert!(clear == now.at || shown(clear.shifted(-1)).units() > 0);
        }
    }

    #[test]
    fn no_rung_fires_twice_for_one_crossing(world in world()) {
        fires_once_a_crossing(&world.played())?;
    }
}

/// Plays a world in which the member is settled at moments in between, as reads and other writes do.
fn in_steps(world: &World, cuts: &[i64]) -> Scene {
    let mut scene = Scene::new(world.policy.clone());
    for (step, cut) in world.steps.iter().zip(cuts.iter().cycle()) {
        let (first, second) = (step.wait * cut / 100, step.wait - step.wait * cut / 100);
        for part in [first, second] {
            scene.wait(part);
            if part > 0 && scene.member.ledger.as_of.is_some() {
                let now = at(scene.now);
                let past = scene.past();
                scene.member.settle(&scene.timeline, &past, now);
            }
        }
        step.what.happens(&mut scene);
    }
    scene
}

/// Between two entries that reach a rung the points were below its reset just before an entry, or a policy was without it.
/// The top rung that acts on every offence is the exception that the rules make.
fn fires_once_a_crossing(scene: &Scene) -> Result<(), TestCaseError> {
    let naive = Naive::of(&scene.timeline, &scene.history);
    let states = naive.states();
    let cases: Vec<_> = scene
        .history
        .iter()
        .filter(|e| e.after.is_some())
        .map(|e| &e.case)
        .collect();
    let mut armed: std::collections::BTreeMap<String, bool> = std::collections::BTreeMap::new();
    for (case, state) in cases.into_iter().zip(&states) {
        let Some((before, after)) = state.climbed else {
            continue;
        };
        let policy = &scene.timeline.version(case.policy_version).unwrap().policy;
        armed.retain(|id, _| policy.ladder.iter().any(|r| r.id == *id));
        let fired = case
            .rungs
            .iter()
            .filter(|m| m.outcome == RungOutcome::Fired)
            .count();
        prop_assert!(fired <= 1, "one rung acts at most");
        for rung in &policy.ladder {
            let armed = armed.entry(rung.id.clone()).or_insert(true);
            *armed |= before < rung.reset_below.units();
            let Some(mark) = case.rungs.iter().find(|m| m.id == rung.id) else {
                prop_assert!(
                    !(*armed && before < rung.at.units() && rung.at.units() <= after),
                    "{} is missed",
                    rung.id
                );
                continue;
            };
            let crossed = before < rung.at.units() && rung.at.units() <= after && *armed;
            let repeated =
                rung.refire == Refire::EveryOffence && case.is_offence(policy) && rung.at.units() <= after;
            prop_assert!(
                crossed || repeated,
                "case {} reaches {:?} again",
                case.number,
                mark
            );
            *armed = false;
        }
    }
    Ok(())
}
