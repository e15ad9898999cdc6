//! A batch of commands, apart from any SQL: what has to be loaded for it, how it is decided, and what has to be written.
//!
//! An adapter loads and locks what [`Asked`] names, then looks up what is kept under the keys ([`claims`]), gives it all to
//! [`Deciding`] as [`Loaded`], and writes [`Writes`], in one transaction. Rows are locked in one order by everybody, each kind
//! sorted by its key: members, communities' counters, schedules, observations, idempotency keys (by being inserted), tenants.

mod asked;
pub(crate) mod holds;
pub(crate) mod issue;
mod loaded;
mod notices;
mod observe;
mod run;
#[cfg(test)]
mod tests;
mod writes;

pub(crate) use asked::{Asked, claims};
pub(crate) use loaded::{Kept, Loaded, MemberRow};
pub(crate) use notices::with_directives;
pub(crate) use observe::spots;
pub(crate) use run::{Deciding, Outcome, Step};
pub(crate) use writes::{CaseRow, EndedRow, MemberWrite, Writes, mark};

use crate::domain::actor::Acting;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::rank::{Authority, Rank};
use crate::ports::ledger::{ActorRef, PersonRef};
use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A community of a tenant.
pub(crate) type Home = (TenantId, CommunityId);

/// A member: the key of their row, and the order in which rows are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MemberKey {
    pub(crate) tenant: TenantId,
    pub(crate) community: CommunityId,
    pub(crate) user: UserId,
}

impl MemberKey {
    /// The community in which they are a member.
    pub(crate) const fn home(&self) -> Home {
        (self.tenant, self.community)
    }
}

/// The standing of the service itself: it records what time has decided, and nobody stands above it.
pub(crate) const SYSTEM: Authority = Authority {
    rank: Rank::Owner,
    level: u16::MAX,
};

/// Who acts, with the standing that counts. `user` is the person's id if the actor is a person whom the tenant knows, and
/// `stored` what the community has set for them.
pub(crate) fn acting(actor: &ActorRef, user: Option<UserId>, stored: Option<Authority>) -> Acting {
    let authority = match actor {
        ActorRef::Human { asserted, .. } => asserted.or(stored).unwrap_or_default(),
        ActorRef::Key { authority, .. } | ActorRef::Automod { authority, .. } => *authority,
        // What was done natively is done, whoever they are.
        ActorRef::External { .. } | ActorRef::System => SYSTEM,
    };
    Acting {
        actor: actor.resolved(user.unwrap_or(UserId(Uuid::nil()))),
        authority,
    }
}

/// The person who acts, if it is one.
pub(crate) fn acting_person(actor: &ActorRef) -> Option<&PersonRef> {
    match actor {
        ActorRef::Human { person, .. } => Some(person),
        ActorRef::External { person, .. } => person.as_ref(),
        ActorRef::Key { .. } | ActorRef::Automod { .. } | ActorRef::System => None,
    }
}

/// An id for somebody new, in the order of time.
pub(crate) fn fresh_user(now: DateTime<Utc>) -> UserId {
    UserId(fresh_id(now))
}

/// An id in the order of time.
pub(crate) fn fresh_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let moment = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos());
    Uuid::new_v7(moment)
}
