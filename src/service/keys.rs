//! API keys: made, listed, revoked. A key makes keys that may do at most what it may do itself.

use super::caller::Caller;
use super::error::ServiceError;
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::secret::ApiSecret;
use super::{After, Claim, Outcome, Service, show};
use crate::domain::id::{CommunityId, KeyId, TenantId};
use crate::domain::policy_check::Finding;
use crate::domain::rank::Rank;
use crate::ports::directory::{ApiKey, Change};
use crate::ports::error::StoreError;
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use wire::key::{KeyCreated, Scope};

/// A key as a call asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOrder {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The communities that it is bound to; `None` for all.
    pub communities: Option<Vec<CommunityId>>,
    /// The rank with which it acts; `None` for admin, or the maker's if that is lower.
    pub rank: Option<Rank>,
    /// When it stops working, if ever.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that is about to be made, its rights decided.
pub(crate) struct NewKey {
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) communities: Option<Vec<CommunityId>>,
    pub(crate) rank: Rank,
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Makes a key.
    ///
    /// The secret is in this answer and in no other: a repeat of the call has null in its place.
    ///
    /// # Errors
    /// [`ServiceError::Exceeds`] when it would be able to do more than the caller; [`ServiceError::Invalid`] for communities
    /// that the tenant does not have and for an expiry that has passed.
    pub async fn create_key(
        &self,
        caller: &Caller,
        order: KeyOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::KeysWrite)?;
        let rank = within(caller, &order)?;
        let faults = self
            .key_faults(caller, order.communities.as_deref(), order.expires_at)
            .await?;
        if !faults.is_empty() {
            return Err(ServiceError::Invalid(faults));
        }
        let new = NewKey {
            name: order.name,
            scopes: order.scopes,
            communities: order.communities,
            rank,
            expires_at: order.expires_at,
        };
        let (key, secret) = self.draw_key(caller.tenant, new)?;
        let change = Change::CreateKey(Box::new(key));
        let outcome = self
            .change(caller.tenant, caller.as_actor(), change, claim)
            .await?;
        reveal(outcome, |body: &mut KeyCreated| {
            body.secret = Some(secret.reveal().to_owned());
        })
    }

    /// A key, without its secret. A key that is bound to communities may read itself alone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a key that the tenant does not have.
    pub async fn key(&self, caller: &Caller, key: KeyId) -> Result<wire::key::ApiKey, ServiceError> {
        caller.require(Scope::KeysWrite)?;
        if key != caller.key {
            caller.unbound()?;
        }
        let key = self.store.key(caller.tenant, key).await?;
        Ok(show::directory::key(&key))
    }

    /// The tenant's keys, oldest first, without their secrets.
    ///
    /// # Errors
    /// That the key may not, or that the store could not answer.
    pub async fn keys(
        &self,
        caller: &Caller,
        page: After<KeyId>,
    ) -> Result<Listed<wire::key::ApiKey, KeyId>, ServiceError> {
        caller.require(Scope::KeysWrite)?;
        caller.unbound()?;
        let rows = self.store.keys(caller.tenant, one_more(page)).await?;
        Ok(cut(rows, page.limit, |key| key.id, show::directory::key))
    }

    /// Revokes a key, now and for ever. A key that is bound to communities may revoke itself alone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a key that the tenant does not have.
    pub async fn revoke_key(
        &self,
        caller: &Caller,
        key: KeyId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::KeysWrite)?;
        if key != caller.key {
            caller.unbound()?;
        }
        let change = Change::RevokeKey(key);
        let outcome = self.change(caller.tenant, caller.as_actor(), change, claim).await;
        // Also when the answer is lost: forgetting costs one query, remembering would let a revoked key in.
        self.forget_key(key);
        outcome
    }

    /// Draws the secret of a new key, and makes what is kept of it.
    pub(crate) fn draw_key(
        &self,
        tenant: TenantId,
        new: NewKey,
    ) -> Result<(ApiKey, ApiSecret), ServiceError> {
        let random = self.ids.random();
        let secret =
            ApiSecret::generate(random.map_err(|e| ServiceError::Store(StoreError::Failed(Box::new(e))))?);
        let scopes: BTreeSet<Scope> = new.scopes.into_iter().collect();
        let communities: Option<BTreeSet<CommunityId>> = new.communities.map(|all| all.into_iter().collect());
        let key = ApiKey {
            id: KeyId(self.ids.fresh()),
            tenant,
            name: new.name,
            hint: secret.hint(),
            hash: secret.hash(),
            scopes: scopes.into_iter().map(|scope| scope.name().to_owned()).collect(),
            communities: communities.map(|all| all.into_iter().collect()),
            rank: new.rank,
            created_at: self.clock.now().trunc_subsecs(6),
            expires_at: new.expires_at.map(|end| end.trunc_subsecs(6)),
            revoked_at: None,
            last_used_at: None,
        };
        Ok((key, secret))
    }

    /// What only the store and the clock know to be wrong with a new key: communities that are not there, a time that has passed.
    ///
    /// # Errors
    /// That the caller makes no keys, or that the store could not answer.
    pub async fn key_faults(
        &self,
        caller: &Caller,
        communities: Option<&[CommunityId]>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Finding>, ServiceError> {
        caller.require(Scope::KeysWrite)?;
        let mut findings = Vec::new();
        let mut find = |pointer, detail| findings.push(Finding { pointer, detail });
        if let Some(communities) = communities {
            let limit = u32::try_from(communities.len()).unwrap_or(u32::MAX);
            let page = After { after: None, limit };
            let found = self
                .store
                .communities(caller.tenant, Some(communities), true, page)
                .await?;
            let there: BTreeSet<CommunityId> = found.iter().map(|community| community.id).collect();
            for (index, id) in communities.iter().enumerate() {
                // Of communities outside of its own a bound key learns nothing, not even whether they are there.
                if caller.enter(*id).is_ok() && !there.contains(id) {
                    find(
                        format!("/communities/{index}"),
                        format!("there is no community {id}"),
                    );
                }
            }
        }
        if expires_at.is_some_and(|end| end <= self.clock.now()) {
            let detail = "a new key expires in the future".to_owned();
            find("/expires_at".to_owned(), detail);
        }
        Ok(findings)
    }
}

/// That a key may do no more than the one that makes it. Returns its rank.
fn within(caller: &Caller, order: &KeyOrder) -> Result<Rank, ServiceError> {
    if let Some(scope) = order.scopes.iter().find(|scope| !caller.scopes.contains(scope)) {
        let detail = format!("it has not the scope {}", scope.name());
        return Err(ServiceError::Exceeds(detail));
    }
    if let Some(bound) = &caller.communities {
        let inside = |all: &Vec<CommunityId>| all.iter().all(|id| bound.contains(id));
        if !order.communities.as_ref().is_some_and(inside) {
            let detail = "it is bound to communities, and binds what it makes to some of these".to_owned();
            return Err(ServiceError::Exceeds(detail));
        }
    }
    let rank = order.rank.unwrap_or(Rank::Admin.min(caller.rank));
    if rank > caller.rank {
        let detail = format!("its rank is {}", caller.rank.name());
        return Err(ServiceError::Exceeds(detail));
    }
    Ok(rank)
}

/// Adds a secret to a first answer. What is kept under the idempotency key never had it, so a repeat is left as it is.
pub(crate) fn reveal<T: DeserializeOwned + Serialize>(
    mut outcome: Outcome,
    add: impl FnOnce(&mut T),
) -> Result<Outcome, ServiceError> {
    if !outcome.replayed {
        let mut body: T = serde_json::from_str(&outcome.answer.body)
            .map_err(|e| ServiceError::Store(StoreError::Failed(Box::new(e))))?;
        add(&mut body);
        outcome.answer.body = json(&body);
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn caller(scopes: &[Scope], communities: Option<&[u128]>, rank: Rank) -> Caller {
        Caller {
            tenant: TenantId(Uuid::nil()),
            key: KeyId(Uuid::nil()),
            scopes: scopes.into(),
            communities: communities
                .map(|all| all.iter().map(|n| CommunityId(Uuid::from_u128(*n))).collect()),
            rank,
            allowance: None,
        }
    }

    fn order(scopes: &[Scope], communities: Option<&[u128]>, rank: Option<Rank>) -> KeyOrder {
        KeyOrder {
            name: "bot".into(),
            scopes: scopes.to_vec(),
            communities: communities
                .map(|all| all.iter().map(|n| CommunityId(Uuid::from_u128(*n))).collect()),
            rank,
            expires_at: None,
        }
    }

    #[test]
    fn a_key_makes_no_key_that_may_do_more() {
        use Scope::{ActsWrite, KeysWrite, TenantsWrite};
        let maker = caller(&[KeysWrite, ActsWrite], Some(&[1, 2]), Rank::Moderator);
        let rank = |order: KeyOrder| within(&maker, &order).ok();
        assert_eq!(rank(order(&[ActsWrite], Some(&[2]), None)), Some(Rank::Moderator));
        assert_eq!(
            rank(order(&[ActsWrite], Some(&[1]), Some(Rank::Member))),
            Some(Rank::Member)
        );
        assert_eq!(rank(order(&[TenantsWrite], Some(&[1]), None)), None);
        assert_eq!(rank(order(&[ActsWrite], Some(&[3]), None)), None);
        assert_eq!(rank(order(&[ActsWrite], None, None)), None);
        assert_eq!(rank(order(&[ActsWrite], Some(&[1]), Some(Rank::Admin))), None);
        let owner = caller(&Scope::ALL, None, Rank::Owner);
        assert_eq!(
            within(&owner, &order(&[TenantsWrite], None, None)).ok(),
            Some(Rank::Admin)
        );
    }
}
