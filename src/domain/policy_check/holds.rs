//! What may be said of acts that wait for others.

use super::{Draft, unknown};
use crate::domain::hold::may_wait;
use crate::domain::kind::Kind;
use crate::domain::rank::Rank;

/// The most budgets that a policy may have.
const MAX_BUDGETS: usize = 16;
/// The most acts that a budget may grant.
const MAX_ACTS: i64 = 10_000;
/// The longest time that a budget looks back, and that an act waits: 30 days.
const MAX_WAIT: i64 = 30 * 86_400;
/// The shortest time that an act waits: a minute.
const MIN_HOLD: i64 = 60;
/// The most approvals that an act can need.
const MAX_NEEDED: i64 = 5;

/// The budgets.
pub(super) fn check_budgets(
    draft: &Draft,
    known: impl Fn(&Kind) -> bool,
    wrong: &mut impl FnMut(String, String),
) {
    let budgets = &draft.holds.budgets;
    if budgets.len() > MAX_BUDGETS {
        wrong(
            "/authority/budgets".into(),
            format!("at most {MAX_BUDGETS} budgets"),
        );
    }
    for (index, budget) in budgets.iter().enumerate() {
        let mut at =
            |field: &str, detail: String| wrong(format!("/authority/budgets/{index}/{field}"), detail);
        if !(1..=MAX_ACTS).contains(&budget.acts) {
            at("acts", format!("a budget grants 1 to {MAX_ACTS} acts"));
        }
        if !(1..=MAX_WAIT).contains(&budget.within) {
            at("within", "a budget looks back 1 second to 30 days".into());
        }
        let Some(kinds) = &budget.kinds else { continue };
        if kinds.is_empty() {
            at(
                "kinds",
                "at least one kind; leave it out for all that restrict".into(),
            );
        }
        for kind in kinds.iter().filter(|kind| !may_wait(**kind)) {
            at("kinds", format!("{} is never held", kind.name()));
        }
        for kind in kinds.iter().filter(|kind| !known(kind)) {
            at("kinds", unknown(*kind));
        }
    }
}

/// The approvals, and how long they may take.
pub(super) fn check_approvals(
    draft: &Draft,
    known: impl Fn(&Kind) -> bool,
    wrong: &mut impl FnMut(String, String),
) {
    for (kind, approvals) in &draft.holds.approvals {
        let pointer = format!("/authority/approvals/{}", kind.name());
        if !may_wait(*kind) {
            wrong(pointer.clone(), format!("{} is never held", kind.name()));
        }
        if !known(kind) {
            wrong(pointer.clone(), unknown(*kind));
        }
        if !(1..=MAX_NEEDED).contains(&approvals.needed) {
            wrong(
                format!("{pointer}/needed"),
                format!("1 to {MAX_NEEDED} people approve"),
            );
        }
        let least = draft.least_rank.get(kind).copied().unwrap_or(Rank::Moderator);
        if approvals.rank.is_some_and(|rank| rank < least) {
            let detail = format!("at least the least rank of the kind, {}", least.name());
            wrong(format!("{pointer}/rank"), detail);
        }
    }
    if !(MIN_HOLD..=MAX_WAIT).contains(&draft.holds.hold_for) {
        wrong(
            "/authority/hold_for".into(),
            "an act waits 1 minute to 30 days".into(),
        );
    }
}
