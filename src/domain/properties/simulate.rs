//! Simulations: the record followed is the record, and under the policy itself nothing is different.

use super::super::brief::Window;
use super::super::scene::at;
use super::super::simulate::{Both, Simulation};
use super::super::standing::standing;
use super::cases;
use super::world::{What, world};
use proptest::prelude::*;
use std::sync::Arc;

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
}
