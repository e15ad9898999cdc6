//! Who may review an appeal: a person, and nobody who stood behind the case.

use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::id::UserId;
use std::collections::BTreeSet;

/// Why an appeal is not somebody's to review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recusal {
    /// A review is a person's.
    NoPerson,
    /// It is their own.
    OwnCase,
    /// They acted, approved the act, or acted in what it followed from.
    Involved,
}

/// The people who stood behind a case: who acted and who approved it, there and in every case that it followed from. `chain` is the case and its causes.
#[must_use]
pub fn involved<'c>(chain: impl IntoIterator<Item = &'c Case>) -> BTreeSet<UserId> {
    let mut people = BTreeSet::new();
    for case in chain {
        people.extend(person(&case.actor));
        let approvals = case.released.iter().flat_map(|released| &released.approvals);
        people.extend(approvals.filter_map(|approval| person(&approval.by)));
    }
    people
}

/// Whether somebody may review an appeal of a member.
pub(super) fn check(member: UserId, by: &Actor, involved: &BTreeSet<UserId>) -> Result<(), Recusal> {
    match person(by) {
        None => Err(Recusal::NoPerson),
        Some(person) if person == member => Err(Recusal::OwnCase),
        Some(person) if involved.contains(&person) => Err(Recusal::Involved),
        Some(_) => Ok(()),
    }
}

/// The person who acted, if it was one.
pub(super) fn person(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::Human { user, .. } => Some(*user),
        Actor::External { user, .. } => *user,
        _ => None,
    }
}
