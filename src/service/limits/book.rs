//! The limits that were read a moment ago, so that a check costs no query. A change on this replica is known to it at once; other
//! replicas follow within seconds. While the database is away, what was read last is good.

use crate::domain::id::{CommunityId, TenantId};
use crate::domain::limit::{Limit, Rate};
use crate::domain::name::Name;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::limits::{LimitRecord, MOST_LIMITS};
use crate::ports::store::Store;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// How long what was read is taken for true.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);
/// Of how many tenants and communities the limits are remembered.
const MOST_REMEMBERED: usize = 10_000;

/// A limit as checks use it.
#[derive(Debug)]
pub(super) struct Known {
    /// What it is called.
    pub(super) name: Arc<str>,
    /// Its version; `None` for one that a check brought along.
    pub(super) version: Option<i32>,
    /// What it says.
    pub(super) limit: Limit,
    /// How it is counted.
    pub(super) counted: Rate,
    /// What its keys begin with.
    pub(super) prefix: String,
    /// What the keys of how tight it is begin with.
    pub(super) tight: String,
}

impl Known {
    fn of(tenant: TenantId, record: LimitRecord) -> Self {
        let id = short(record.id.0);
        Self::new(
            tenant,
            record.name.as_str().into(),
            Some(record.version),
            record.limit,
            &id,
        )
    }

    /// A limit that a check brought along: it is what it says.
    /// In each community it counts apart.
    pub(super) fn brought(tenant: TenantId, community: Option<CommunityId>, limit: Limit) -> Self {
        let place = community.map(|id| short(id.0)).unwrap_or_default();
        let id = format!("~{place}.{}.{}", limit.rate.capacity(), limit.rate.size());
        Self::new(tenant, "rate".into(), None, limit, &id)
    }

    fn new(tenant: TenantId, name: Arc<str>, version: Option<i32>, limit: Limit, id: &str) -> Self {
        let counted = limit.counted();
        let own = format!("{{{}}}{id}", short(tenant.0));
        Self {
            name,
            version,
            // Under another algorithm or period what was spent means something else.
            prefix: format!("{own}{}{}:", counted.algorithm().letter(), counted.period()),
            tight: format!("{own}a:"),
            counted,
            limit,
        }
    }
}

/// An id in 22 characters.
fn short(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The limits of a tenant or of one of its communities; `None` for a community that the tenant does not have.
pub(super) type Shelf = Option<Arc<HashMap<Name, Arc<Known>>>>;

/// Whose limits.
pub(super) type Place = (TenantId, Option<CommunityId>);

#[derive(Default)]
pub(crate) struct Book {
    shelves: RwLock<Shelves>,
}

#[derive(Default)]
struct Shelves {
    read: HashMap<Place, (Shelf, DateTime<Utc>)>,
    /// Rises with every change: what was read before one is not remembered after it.
    changes: u64,
}

impl Book {
    fn shelves(&self) -> RwLockReadGuard<'_, Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelves_mut(&self) -> RwLockWriteGuard<'_, Shelves> {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limits of a place, read now if they were not read lately.
    pub(super) async fn shelf(
        &self,
        store: &dyn Store,
        place: Place,
        now: DateTime<Utc>,
    ) -> Result<Shelf, StoreError> {
        let known = self.shelves().read.get(&place).cloned();
        let old = match known {
            // A clock that was set back must not prolong a memory.
            Some((shelf, since)) if since <= now && now - since < REMEMBERED => return Ok(shelf),
            other => other,
        };
        let changes = {
            let mut shelves = self.shelves_mut();
            // Others go on with what there is while one reads it anew.
            if let Some((_, since)) = shelves.read.get_mut(&place) {
                *since = now;
            }
            shelves.changes
        };
        match read(store, place).await {
            Ok(shelf) => {
                self.remember(place, &shelf, now, changes);
                Ok(shelf)
            }
            Err(error) => match old {
                Some((shelf, _)) => {
                    tracing::warn!(%error, "limits could not be read again; what they were goes on");
                    Ok(shelf)
                }
                None => Err(error),
            },
        }
    }

    fn remember(&self, place: Place, shelf: &Shelf, now: DateTime<Utc>, changes: u64) {
        let mut shelves = self.shelves_mut();
        if shelves.changes != changes {
            shelves.read.remove(&place);
            return;
        }
        if shelves.read.len() >= MOST_REMEMBERED {
            shelves.read.retain(|_, (_, since)| now - *since < REMEMBERED);
        }
        if shelves.read.len() < MOST_REMEMBERED {
            shelves.read.insert(place, (shelf.clone(), now));
        }
    }

    /// To be called once the limits of a place have changed.
    pub(super) fn forget(&self, place: Place) {
        let mut shelves = self.shelves_mut();
        shelves.changes += 1;
        shelves.read.remove(&place);
    }
}

async fn read(store: &dyn Store, (tenant, community): Place) -> Result<Shelf, StoreError> {
    let all = After {
        after: None,
        limit: MOST_LIMITS + 1,
    };
    match store.limits(tenant, community, all).await {
        Ok(records) => {
            let known = records
                .into_iter()
                .map(|record| (record.name, Arc::new(Known::of(tenant, record))));
            Ok(Some(Arc::new(known.collect())))
        }
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
