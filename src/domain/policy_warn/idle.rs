//! Rungs that never act, because whatever reaches them is at least as strong: a rung acts only where it is stronger than that.

use super::{Finding, heaviest, warning};
use crate::domain::kind::Kind;
use crate::domain::points::Points;
use crate::domain::policy::{Policy, Remedy};

/// The rungs of both sorts that never act.
pub(super) fn rungs(policy: &Policy) -> Vec<Finding> {
    // What an escalation may add, a direct act of its kind adds too.
    let own = policy.kinds.keys().map(|name| Kind::Custom(*name));
    let weighing: Vec<Kind> = Kind::BUILT_IN
        .into_iter()
        .chain(own)
        .filter(|kind| policy.weight(*kind) > Points::ZERO)
        .collect();
    // Where nothing that leaves the member there adds points, another warning says that nothing leads to any rung.
    let leads = heaviest(policy).is_some_and(|(weight, _)| weight > Points::ZERO);
    let rungs = policy.ladder.iter().enumerate().filter(|_| leads);
    let ladder = rungs.filter_map(|(place, rung)| {
        let why = "each kind of act that adds points";
        idle(
            policy,
            &rung.id,
            &rung.remedy,
            &weighing,
            why,
            format!("/ladder/{place}/action"),
        )
    });
    let offences = policy
        .offence_rungs
        .iter()
        .enumerate()
        .filter_map(|(place, rung)| {
            let (kinds, why) = (
                Vec::from_iter(rung.count.kinds.iter().copied()),
                "each kind that it counts",
            );
            idle(
                policy,
                &rung.id,
                &rung.remedy,
                &kinds,
                why,
                format!("/offence_rungs/{place}/action"),
            )
        });
    ladder.chain(offences).collect()
}

/// The warning about a rung, if none of the kinds that reach it lets it act.
fn idle(
    policy: &Policy,
    id: &str,
    remedy: &Remedy,
    reaching: &[Kind],
    why: &str,
    pointer: String,
) -> Option<Finding> {
    let never = !reaching.is_empty()
        && reaching
            .iter()
            .all(|kind| always_as_strong(policy, *kind, remedy));
    let action = remedy.action.name();
    never.then(|| {
        let detail = format!(
            "{id} never acts: {why} is itself at least as severe as its {action}, which comes to nothing then"
        );
        warning(pointer, detail)
    })
}

/// Whether every act of a kind is at least as strong as what a rung does. Of the same severity, only what ends at once and what is
/// without an end are certain: all else depends on for how long an act is issued.
fn always_as_strong(policy: &Policy, kind: Kind, remedy: &Remedy) -> bool {
    let (act, rung) = (policy.severity(kind), remedy.severity());
    let ends_at_once = remedy.action.restricts().is_none();
    let both_ban = kind == Kind::Ban && remedy.action == Kind::Ban;
    act > rung || (act == rung && (ends_at_once || both_ban))
}
