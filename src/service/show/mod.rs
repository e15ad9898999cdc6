//! From what the domain and the store know to what callers read. One function for each document, nothing else.

pub mod appeal; // a case is looked at again
pub mod appeal_link; // what lets members in
pub mod case; // cases, their sanctions, actors
pub mod conversation; // conversations and flows
pub mod directive; // what platforms are to do
pub mod directory; // tenants, keys, communities, policies, users
pub mod drift; // what differs from the record
pub mod event; // the log
pub mod held; // acts that wait for others
pub mod insight; // counts and the consistency report
pub mod job; // requests of many items
pub mod limit; // rate limits
pub mod merge; // two users who are one person
pub mod notice; // what members are told
pub mod policy; // versions of a policy
pub mod schedule; // what is to be done at a time
pub mod simulate; // simulations
pub mod standing; // standing and explanations
pub mod webhook; // webhooks, and what they are sent
pub mod word; // the closed lists of words

use crate::domain::name::Name;
use crate::domain::points::Points;
use crate::domain::time::Instant;
use std::collections::BTreeSet;
use wire::number::Decimal;
use wire::time::Time;

/// Points as a JSON number with at most three decimals.
pub(crate) fn points(points: Points) -> Decimal {
    // A decimal of digits and one dot always parses; zero would be the honest nothing if it did not.
    Decimal::parse(&points.to_string()).unwrap_or_else(|_| Decimal::from(0))
}

/// A ledger instant.
pub(crate) fn instant(at: Instant) -> Time {
    Time(at.to_utc())
}

/// Names as texts.
pub(crate) fn names(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
