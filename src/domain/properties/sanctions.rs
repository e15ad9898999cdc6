//! Restrictions: the latest end holds, whatever is added or taken away beside it.

use super::super::kind::{Kind, Restriction};
use super::super::sanction::{Sanction, effective, later_end};
use super::super::scene::at;
use super::super::time::Instant;
use super::cases;
use super::world::{What, world};
use proptest::prelude::*;
use std::cmp::Ordering;

/// The moments at which something may change from `now` on.
pub(super) fn moments<'a>(sanctions: impl Iterator<Item = &'a Sanction>, now: Instant) -> Vec<Instant> {
    let mut moments = vec![now, now.shifted(3_000 * 86_400)];
    for end in sanctions.filter_map(|s| s.end).filter(|end| *end >= now) {
        moments.extend([end.shifted(-1).max(now), end]);
    }
    moments
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn nothing_but_a_lift_or_time_frees_and_a_later_sanction_never_shortens(world in world()) {
        let mut outcome = Ok(());
        world.watched(|before, after, what| {
            if matches!(what, What::Lift(_) | What::Supersede(..)) || matches!(what, What::Act(kind, _) if kind.lifts().is_some()) {
                return;
            }
            let now = at(after.now);
            // What holds while the points are high moves with the policy.
            let fixed: Vec<Sanction> =
                before.member.sanctions.iter().filter(|s| s.while_above.is_none()).cloned().collect();
            for restriction in Restriction::ALL {
                let held = effective(&fixed, restriction, now);
                let holds = effective(&after.member.sanctions, restriction, now);
                let freed = held.is_some_and(|held| {
                    holds.is_none_or(|holds| later_end(holds.until, held.until) == Ordering::Less)
                });
                if freed {
                    outcome = Err(TestCaseError::fail(format!("{held:?} became {holds:?} by {what:?}")));
                }
            }
        });
        outcome?;
    }

    #[test]
    fn lifting_one_sanction_frees_nobody_whom_another_holds(world in world(), index in any::<prop::sample::Index>()) {
        let mut scene = world.played();
        scene.act(Kind::Mute, Some(3_600));
        let now = at(scene.now);
        let active: Vec<Sanction> = scene.member.sanctions.iter().filter(|s| s.holds(now)).cloned().collect();
        let lifted = index.get(&active).clone();
        scene.lift(lifted.id).unwrap();
        // What holds while the points are high moves when what froze them goes; it still holds.
        let now_of = |s: &Sanction| scene.member.sanctions.iter().find(|now| now.id == s.id).unwrap().clone();
        let others = active.iter().filter(|s| s.id != lifted.id);
        let others: Vec<Sanction> =
            others.map(|s| if s.while_above.is_some() { now_of(s) } else { s.clone() }).collect();
        for moment in moments(active.iter(), now) {
            for restriction in Restriction::ALL {
                let left = scene.member.sanctions.iter().any(|s| s.restriction == restriction && s.holds(moment));
                let due = others.iter().any(|s| s.restriction == restriction && s.holds(moment));
                prop_assert_eq!(left, due);
                prop_assert_eq!(effective(&scene.member.sanctions, restriction, moment).is_some(), due);
            }
        }
    }
}
