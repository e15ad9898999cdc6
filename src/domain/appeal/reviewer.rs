//! Who may review an appeal: a person, and nobody who stood behind the case.

use crate::domain::actor::{Acting, Actor};
use crate::domain::case::Case;
use crate::domain::id::UserId;
use crate::domain::rank::Rank;
use std::collections::BTreeSet;

/// Why an appeal is not somebody's to review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recusal {
    /// A review is a person's.
    NoPerson,
    /// It is their own.
    OwnCase,
    /// They acted, approved the act, acted in what it followed from, or issued an offence that its rung counted.
    Involved,
    /// They are the owner, who may where nobody else can, and somebody else can.
    OthersCan,
}

/// Who could review an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bench {
    /// The member, as who they are now.
    pub member: UserId,
    /// The people who stood behind the case.
    pub involved: BTreeSet<UserId>,
    /// Whether somebody else in the community has the rank for it, is not among them, and is not the member.
    pub others: bool,
}

/// The people who stood behind a case: who acted and who approved it, there, in every case that it followed from, and in the offences that
/// its rung counted. `cases` are all of these.
#[must_use]
pub fn involved<'c>(cases: impl IntoIterator<Item = &'c Case>) -> BTreeSet<UserId> {
    let mut people = BTreeSet::new();
    for case in cases {
        people.extend(person(&case.actor));
        let approvals = case.released.iter().flat_map(|released| &released.approvals);
        people.extend(approvals.filter_map(|approval| person(&approval.by)));
    }
    people
}

/// Whether somebody may review an appeal of a member: true for an exception, which only the owner is, where nobody else is left.
pub(super) fn check(acting: &Acting, bench: &Bench) -> Result<bool, Recusal> {
    let is_owner = acting.authority.rank == Rank::Owner;
    match person(&acting.actor) {
        None => Err(Recusal::NoPerson),
        Some(person) if person == bench.member => Err(Recusal::OwnCase),
        Some(person) if !bench.involved.contains(&person) => Ok(false),
        Some(_) if is_owner && !bench.others => Ok(true),
        Some(_) if is_owner => Err(Recusal::OthersCan),
        Some(_) => Err(Recusal::Involved),
    }
}

/// The person who acted, if it was one.
#[must_use]
pub fn person(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::Human { user, .. } => Some(*user),
        Actor::External { user, .. } => *user,
        _ => None,
    }
}
