//! From the text of an API key to its caller.
//!
//! A key that was found good is remembered for some seconds, so that a busy one costs no query a request. Revoking it on this
//! replica forgets it at once; other replicas follow when their memory of it ends.

use super::Service;
use super::allowance::{Allowance, Allowances};
use super::caller::Caller;
use super::error::ServiceError;
use super::secret::ApiSecret;
use crate::domain::plan::Plan;
use crate::ports::directory::ApiKey;
use crate::ports::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq as _;
use wire::key::Scope;

/// How long a key is taken for good without asking again.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);
/// How many keys are remembered at most.
const MOST_REMEMBERED: usize = 10_000;
/// How often a key's last use is written down at most.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// Why a key does not let its bearer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It does not look like a key, or its checksum is wrong.
    #[error("this is not an API key of this service: the form or the checksum is wrong")]
    Malformed,
    /// Nobody has it.
    #[error("there is no such API key")]
    Unknown,
    /// It was revoked.
    #[error("the API key was revoked")]
    Revoked,
    /// Its time is over.
    #[error("the API key has expired")]
    Expired,
}

/// What is remembered of a key.
#[derive(Debug)]
pub enum Recalled {
    /// Nothing: it was never found good, or it no longer is.
    Unknown,
    /// It was found good, but too long ago to rely on it.
    Lately,
    /// It was found good a moment ago.
    Now(Caller),
}

/// The keys that were found good a moment ago, by their hash.
#[derive(Default)]
pub(crate) struct KeyRing {
    keys: Mutex<Remembered>,
    allowances: Allowances,
}

#[derive(Default)]
struct Remembered {
    callers: HashMap<[u8; 32], Known>,
    /// Rises with every revocation: what was read before one is not remembered after it.
    revocations: u64,
}

struct Known {
    caller: Caller,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Service {
    /// The caller who bears a key.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], or that the store could not answer.
    pub async fn authenticate(&self, text: &str) -> Result<Caller, ServiceError> {
        let secret = ApiSecret::parse(text).ok_or(BadKey::Malformed)?;
        let (hash, now) = (secret.hash(), self.clock.now());
        if let Some(caller) = self.keys.recall(&hash, now) {
            return Ok(caller);
        }
        let revocations = self.keys.lock().revocations;
        let found = good(&*self.store, &hash, now).await;
        if let Err(ServiceError::Unauthenticated(_)) = found {
            self.keys.lock().callers.remove(&hash);
        }
        let (key, plan) = found?;
        let allowance = self.keys.allowances.of(key.id, plan, &self.plans);
        let caller = caller(&key, allowance);
        self.keys.remember(hash, &caller, &key, now, revocations);
        self.note_use(&key, now);
        Ok(caller)
    }

    /// What is remembered of a key, without asking the store.
    #[must_use]
    pub fn recall(&self, text: &str) -> Recalled {
        let Some(secret) = ApiSecret::parse(text) else {
            return Recalled::Unknown;
        };
        let (hash, now) = (secret.hash(), self.clock.now());
        match self.keys.lock().callers.get(&hash) {
            None => Recalled::Unknown,
            Some(known) if known.holds(now) => Recalled::Now(known.caller.clone()),
            Some(_) => Recalled::Lately,
        }
    }

    /// Lets no request of this replica rely on an earlier check of a key: to be called once it is revoked.
    pub fn forget_key(&self, key: crate::domain::id::KeyId) {
        let mut keys = self.keys.lock();
        keys.revocations += 1;
        keys.callers.retain(|_, known| known.caller.key != key);
        self.feed.forget_key(key);
    }

    /// Likewise of all keys of a tenant: to be called once it is deleted.
    pub(crate) fn forget_keys_of(&self, tenant: crate::domain::id::TenantId) {
        let mut keys = self.keys.lock();
        keys.revocations += 1;
        keys.callers.retain(|_, known| known.caller.tenant != tenant);
        self.feed.forget_keys_of(tenant);
    }

    /// Writes down that a key is in use, unless that was done within the last minute. Nobody waits for it.
    fn note_use(&self, key: &ApiKey, now: DateTime<Utc>) {
        if key.last_used_at.is_some_and(|last| now - last < NOTED_EVERY) {
            return;
        }
        let (store, used) = (self.store.clone(), [(key.tenant, key.id, now)]);
        self.writes.spawn(async move {
            if let Err(error) = store.touch_keys(&used).await {
                tracing::warn!(%error, "the last use of a key was not written down");
            }
        });
    }
}

/// The key with this hash, if it lets its bearer in at this moment, and its tenant's plan.
async fn good(
    store: &dyn Store,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(ApiKey, Plan), ServiceError> {
    let found = store.key_by_hash(hash).await?;
    // The store compared the hashes already, but a database makes no promise of constant time.
    let (key, plan) = found
        .filter(|(key, _)| bool::from(key.hash.ct_eq(hash)))
        .ok_or(BadKey::Unknown)?;
    lets_in(&key, now)?;
    Ok((key, plan))
}

/// That a key lets its bearer in at a moment.
pub(super) fn lets_in(key: &ApiKey, now: DateTime<Utc>) -> Result<(), BadKey> {
    if key.revoked_at.is_some() {
        return Err(BadKey::Revoked);
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(BadKey::Expired);
    }
    Ok(())
}

/// Whether a text is a key that lets its bearer in at this moment. Unlike a call, this is no use of the key.
///
/// # Errors
/// That the store could not answer.
pub async fn is_good(store: &dyn Store, text: &str, now: DateTime<Utc>) -> Result<bool, ServiceError> {
    let Some(secret) = ApiSecret::parse(text) else {
        return Ok(false);
    };
    match good(store, &secret.hash(), now).await {
        Ok(_) => Ok(true),
        Err(ServiceError::Unauthenticated(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Known {
    /// Whether the key is still taken for good. A clock that was set back must not prolong a memory.
    fn holds(&self, now: DateTime<Utc>) -> bool {
        self.since <= now && now < self.until
    }
}

impl KeyRing {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The caller behind a hash, if it was found good a moment ago.
    fn recall(&self, hash: &[u8; 32], now: DateTime<Utc>) -> Option<Caller> {
        let keys = self.lock();
        let known = keys.callers.get(hash)?;
        known.holds(now).then(|| known.caller.clone())
    }

    fn remember(&self, hash: [u8; 32], caller: &Caller, key: &ApiKey, now: DateTime<Utc>, revocations: u64) {
        let until = now + REMEMBERED;
        let known = Known {
            caller: caller.clone(),
            since: now,
            until: key.expires_at.map_or(until, |end| end.min(until)),
        };
        let mut keys = self.lock();
        if keys.revocations != revocations {
            return;
        }
        if keys.callers.len() >= MOST_REMEMBERED {
            keys.callers.retain(|_, known| now < known.until);
        }
        if keys.callers.len() < MOST_REMEMBERED {
            keys.callers.insert(hash, known);
        }
    }
}

/// What a key lets its bearer do.
pub(super) fn caller(key: &ApiKey, allowance: Option<Arc<Allowance>>) -> Caller {
    Caller {
        tenant: key.tenant,
        key: key.id,
        scopes: key.scopes.iter().filter_map(|name| Scope::named(name)).collect(),
        communities: key.communities.as_deref().map(Into::into),
        rank: key.rank,
        allowance,
    }
}
