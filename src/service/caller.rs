//! Who calls: an authenticated key, and what it may do.

use super::allowance::Allowance;
use super::error::ServiceError;
use crate::domain::actor::{Actor, Rule};
use crate::domain::id::{CommunityId, KeyId, TenantId};
use crate::domain::identity::Identity;
use crate::domain::rank::{Authority, Rank};
use crate::ports::ledger::{ActorRef, PersonRef};
use std::sync::Arc;
use wire::key::Scope;

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data it sees; no other's.
    pub tenant: TenantId,
    /// The key.
    pub key: KeyId,
    /// What it may do.
    pub scopes: Arc<[Scope]>,
    /// The communities that it is bound to; `None` for all.
    pub communities: Option<Arc<[CommunityId]>>,
    /// The rank with which it acts when a call names no person.
    pub rank: Rank,
    /// How many requests the key may make; `None` for any number.
    pub(crate) allowance: Option<Arc<Allowance>>,
}

/// Whom a call names as the actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedActor {
    /// A person.
    Person {
        /// Who.
        identity: Identity,
        /// The standing that the caller asserts for them.
        asserted: Option<Authority>,
    },
    /// A rule of the bot's automod.
    Automod {
        /// The rule.
        rule: Rule,
        /// Which version of it.
        version: i32,
    },
}

impl Caller {
    /// That the key has a scope.
    ///
    /// # Errors
    /// [`ServiceError::MissingScope`].
    pub fn require(&self, scope: Scope) -> Result<(), ServiceError> {
        if self.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(ServiceError::MissingScope(scope))
        }
    }

    /// That the key may see a community. To a bound key every other community does not exist.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn enter(&self, community: CommunityId) -> Result<(), ServiceError> {
        match &self.communities {
            Some(bound) if !bound.contains(&community) => Err(ServiceError::NotFound("community")),
            _ => Ok(()),
        }
    }

    /// That the key is bound to no community, for what concerns the whole tenant.
    ///
    /// # Errors
    /// [`ServiceError::Bound`].
    pub fn unbound(&self) -> Result<(), ServiceError> {
        if self.communities.is_none() {
            Ok(())
        } else {
            Err(ServiceError::Bound)
        }
    }

    /// The actor of a call: the person or the rule that it names, or the key itself.
    ///
    /// # Errors
    /// [`ServiceError::MissingScope`] when a standing is asserted without the scope for it.
    pub fn actor(&self, named: Option<NamedActor>) -> Result<ActorRef, ServiceError> {
        let (identity, asserted) = match named {
            None => return Ok(self.as_actor()),
            Some(NamedActor::Automod { rule, version }) => {
                return Ok(ActorRef::Automod {
                    rule,
                    version,
                    key: self.key,
                    authority: Authority::of(self.rank),
                });
            }
            Some(NamedActor::Person { identity, asserted }) => (identity, asserted),
        };
        if asserted.is_some() {
            self.require(Scope::ActorsAssert)?;
        }
        Ok(ActorRef::Human {
            person: PersonRef::Identity(identity),
            asserted,
            key: self.key,
        })
    }

    /// The key as an actor.
    #[must_use]
    pub fn as_actor(&self) -> ActorRef {
        ActorRef::Key {
            key: self.key,
            authority: Authority::of(self.rank),
        }
    }

    /// The key as records name it.
    #[must_use]
    pub fn recorded(&self) -> Actor {
        Actor::Key { key: self.key }
    }
}
