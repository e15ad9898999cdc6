//! Simulations: the record followed is the record, and under the policy itself nothing is different.

use super::super::act::Entry;
use super::super::brief::Window;
use super::super::case::Case;
use super::super::id::UserId;
use super::super::merge::Junction;
use super::super::policy::Policy;
use super::super::scene::at;
use super::super::simulate::{Both, Difference, Simulation};
use super::super::standing::standing;
use super::cases;
use super::rivers::{Lives, MERGE, One, lives};
use super::world::{Step, What, world};
use proptest::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

/// Who was merged, and into whom.
const FROM: UserId = UserId(Uuid::from_u128(8));
const INTO: UserId = UserId(Uuid::from_u128(9));

impl Lives {
    /// Without what the policy itself would have answered in another way: other policies, and milder acts in the place of cases, upon
    /// which what followed was not decided.
    fn without_hindsight(&mut self) {
        self.milder.clear();
        let stays = |(_, step): &(usize, Step)| !matches!(step.what, What::Activate(_));
        self.before.retain(stays);
        self.since.retain(stays);
    }
}

impl One {
    /// Two users who became one person, under a policy: whoever would have been treated differently, and the simulation at its end.
    fn under(&self, policy: Policy) -> (Vec<Difference>, Simulation) {
        let recorded = Arc::new(self.scene.timeline.clone());
        let junction = Junction {
            merge: MERGE,
            into: INTO,
            from: FROM,
            at: at(self.moment),
            after: self.after,
            turn: 1,
            policy_version: self.then.in_force(at(self.moment)).version,
        };
        let mut simulation = Simulation::new(recorded, policy, Window::default(), at(self.scene.now))
            .with_merges(vec![junction]);
        let since = self.scene.history.iter().filter(|e| e.case.number > self.after);
        let into = [self.own(0, false), since.cloned().collect()].concat();
        let histories = [(FROM, self.own(1, false)), (INTO, into)];
        let mut found = Vec::new();
        let feed = |simulation: &mut Simulation, (user, entries): &(UserId, Vec<Entry>)| -> Vec<Difference> {
            let cases = entries.iter().map(|entry| Case {
                user: *user,
                ..entry.case.clone()
            });
            cases.filter_map(|case| simulation.feed(case)).collect()
        };
        for history in &histories {
            found.extend(feed(&mut simulation, history));
        }
        assert_eq!(simulation.totals().cases, 0, "merged users are passed over");
        assert_eq!(simulation.merged(), [FROM, INTO]);
        for history in &histories {
            found.extend(simulation.turn_to(history.0));
            found.extend(feed(&mut simulation, history));
        }
        found.extend(simulation.close());
        (found, simulation)
    }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn under_the_policy_itself_nobody_is_treated_differently(mut world in world()) {
        world.steps.retain(|step| !matches!(step.what, What::Activate(_)));
        let scene = world.played();
        let recorded = Arc::new(scene.timeline.clone());
        let mut simulation = Simulation::new(recorded, scene.policy().clone(), Window::default(), at(scene.now));
        for entry in &scene.history {
            simulation.feed(entry.case.clone());
        }
        prop_assert_eq!(simulation.close(), None);
        let Both { was, would } = simulation.totals().escalations;
        prop_assert_eq!(was, would);
    }

    #[test]
    fn points_and_restrictions_of_the_record_are_those_that_are_in_force(world in world(), later in 0..9 * 86_400_i64) {
        let scene = world.played();
        let recorded = Arc::new(scene.timeline.clone());
        // Without a ladder, every escalation is a difference, so that there is one to look at.
        let mut bare = scene.policy().clone();
        (bare.ladder, bare.offence_rungs) = (Vec::new(), Vec::new());
        let now = at(scene.now + later);
        let mut simulation = Simulation::new(recorded, bare, Window::default(), now);
        for entry in &scene.history {
            simulation.feed(entry.case.clone());
        }
        if let Some(difference) = simulation.close() {
            let standing = standing(&scene.timeline, &scene.member, &scene.past(), now);
            prop_assert_eq!(difference.points.was, standing.points);
            prop_assert_eq!(difference.restrictions.was, standing.restrictions);
            prop_assert!(difference.escalations.would.is_empty());
        }
    }

    #[test]
    fn who_was_two_users_is_treated_as_one_person(mut lives in lives()) {
        lives.without_hindsight();
        let one = lives.one();
        let (differences, simulation) = one.under(one.scene.policy().clone());
        prop_assert_eq!(differences, []);
        let totals = simulation.totals();
        prop_assert_eq!(totals.escalations.was, totals.escalations.would);
        prop_assert_eq!(totals.cases as usize, one.scene.history.len());
        prop_assert_eq!(totals.members, u64::from(!one.scene.history.is_empty()));
    }

    #[test]
    fn who_was_two_users_has_the_points_of_one(lives in lives()) {
        let one = lives.one();
        let mut bare = one.scene.policy().clone();
        (bare.ladder, bare.offence_rungs) = (Vec::new(), Vec::new());
        let (differences, _) = one.under(bare);
        for difference in differences {
            let scene = &one.scene;
            let standing = standing(&scene.timeline, &scene.member, &scene.past(), at(scene.now));
            prop_assert_eq!(difference.user, INTO);
            prop_assert_eq!(difference.points.was, standing.points);
            prop_assert_eq!(difference.restrictions.was, standing.restrictions);
        }
    }
}
