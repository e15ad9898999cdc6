//! The logs of tenants, read once for everybody who follows them in this process.
//!
//! A commit in this process rings a bell; commits of other processes are seen by looking, some tens of times a second while anybody
//! follows, and more often as long as there is something new each time. Each look asks where the logs end that are followed, and reads what is new into a [`ring`], written out. Readers take it from there,
//! at their own pace; whoever falls behind the ring is cut off and resumes.

mod reader;
mod ring;

pub use reader::{Follow, Reader};

use super::error::{ServiceError, chain};
use super::show;
use crate::domain::id::{CommunityId, KeyId, TenantId};
use crate::domain::identity::Platform;
use crate::ports::clock::Clock;
use crate::ports::directory::After;
use crate::ports::record::{Event, EventFilter};
use crate::ports::store::Store;
use ring::{Ring, Round};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

/// How many events are read at once.
const PAGE: u32 = 256;
/// The shortest pause between two looks: what comes meanwhile is read together.
const SHORTEST: Duration = Duration::from_millis(4);
/// How often the keys of readers are looked at.
const KEYS_EVERY: Duration = Duration::from_secs(5);
/// How many readers may read the log for themselves at a time, to come up to where the others are.
const CATCHING_UP: usize = 8;

/// How a feed is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often to look for commits of other processes.
    pub interval: Duration,
    /// How many readers there may be.
    pub readers: usize,
}

/// Everybody who follows a log.
pub(crate) struct Feed {
    pace: Pace,
    bell: Notify,
    /// The same bell, for jobs that send on what was committed.
    committed: watch::Sender<()>,
    followed: Mutex<Followed>,
    catching_up: Semaphore,
    /// Told when the process stops.
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Followed {
    channels: HashMap<TenantId, Arc<Channel>>,
    keys: HashMap<KeyId, Arc<Ticket>>,
    readers: usize,
}

/// A log that is followed.
pub(super) struct Channel {
    ring: Mutex<Ring>,
    /// Moves with every round.
    moved: watch::Sender<i64>,
    readers: AtomicUsize,
    /// How many of them want to know about platforms.
    by_platform: AtomicUsize,
}

/// A key with which somebody follows.
pub(super) struct Ticket {
    tenant: TenantId,
    readers: AtomicUsize,
    /// Told when it is no longer good.
    over: watch::Sender<bool>,
}

impl Feed {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            bell: Notify::new(),
            committed: watch::Sender::new(()),
            followed: Mutex::default(),
            catching_up: Semaphore::new(CATCHING_UP),
            closed: watch::Sender::new(false),
        }
    }

    /// Something was committed in this process.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
        self.committed.send_replace(());
    }

    /// Changes whenever something is committed in this process.
    pub(crate) fn commits(&self) -> watch::Receiver<()> {
        self.committed.subscribe()
    }

    /// Ends all that follow, now and from now on.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
        self.bell.notify_one();
    }

    /// Ends those that follow with a key.
    pub(crate) fn forget_key(&self, key: KeyId) {
        if let Some(ticket) = self.lock().keys.get(&key) {
            ticket.over.send_replace(true);
        }
    }

    /// Ends those that follow with a key of a tenant.
    pub(crate) fn forget_keys_of(&self, tenant: TenantId) {
        for ticket in self.lock().keys.values().filter(|ticket| ticket.tenant == tenant) {
            ticket.over.send_replace(true);
        }
    }

    /// Reads what is new for those who follow, until closed.
    pub(crate) async fn run(&self, store: &dyn Store, clock: &dyn Clock) {
        let mut keys_at = Instant::now() + KEYS_EVERY;
        let (mut failing, mut pause) = (false, self.pace.interval);
        while !*self.closed.borrow() {
            if self.lock().readers == 0 {
                // Nobody follows: the bell also rings when somebody begins to.
                self.bell.notified().await;
            } else {
                drop(tokio::time::timeout(pause, self.bell.notified()).await);
            }
            let looked = self.look(store).await;
            if let Err(error) = &looked
                && !failing
            {
                tracing::warn!(
                    error = chain(error),
                    "the log cannot be read for those who follow it; trying again"
                );
            }
            failing = looked.is_err();
            // Where something came there may soon be more.
            pause = match looked {
                Ok(true) => SHORTEST.min(self.pace.interval),
                _ => self.pace.interval,
            };
            if Instant::now() >= keys_at {
                keys_at = Instant::now() + KEYS_EVERY;
                self.look_at_keys(store, clock).await;
            }
            tokio::time::sleep(if failing { self.pace.interval } else { SHORTEST }).await;
        }
    }

    /// One look at the logs that are followed. True when there was something new.
    async fn look(&self, store: &dyn Store) -> Result<bool, ServiceError> {
        let channels: Vec<(TenantId, Arc<Channel>)> = {
            let followed = self.lock();
            let all = followed.channels.iter();
            all.map(|(tenant, channel)| (*tenant, channel.clone())).collect()
        };
        if channels.is_empty() {
            return Ok(false);
        }
        let mut found = false;
        let tenants: Vec<TenantId> = channels.iter().map(|(tenant, _)| *tenant).collect();
        let ends: HashMap<TenantId, i64> = store.log_ends(&tenants).await?.into_iter().collect();
        for (tenant, channel) in channels {
            if let Some(end) = ends.get(&tenant) {
                found |= channel.advance(store, tenant, *end).await?;
            }
        }
        Ok(found)
    }

    /// Ends those whose key is no longer good.
    async fn look_at_keys(&self, store: &dyn Store, clock: &dyn Clock) {
        let tickets: Vec<(KeyId, Arc<Ticket>)> = {
            let followed = self.lock();
            let all = followed.keys.iter();
            all.map(|(key, ticket)| (*key, ticket.clone())).collect()
        };
        for (id, ticket) in tickets {
            // A store that cannot answer says nothing against a key.
            let over = match store.key(ticket.tenant, id).await {
                Ok(key) => key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= clock.now()),
                Err(error) => matches!(ServiceError::from(error), ServiceError::NotFound(_)),
            };
            if over {
                ticket.over.send_replace(true);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel {
    fn new() -> Self {
        Self {
            ring: Mutex::default(),
            moved: watch::Sender::new(0),
            readers: AtomicUsize::new(0),
            by_platform: AtomicUsize::new(0),
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads up to a position. The first time there is nothing to read: who came before that reads for themselves. True
    /// when there was something new.
    async fn advance(&self, store: &dyn Store, tenant: TenantId, end: i64) -> Result<bool, ServiceError> {
        let known = self.ring().upto();
        let Some(mut at) = known else {
            self.ring().begin(end);
            self.moved.send_replace(end);
            return Ok(false);
        };
        let began = at;
        while at < end {
            let page = After {
                after: Some(at),
                limit: PAGE,
            };
            let log = store.events(tenant, &EventFilter::default(), page).await?;
            let platforms = self.platforms(store, tenant, &log.events).await?;
            let upto = log.upto.max(at);
            let round = Round::new((at, upto), log.events, platforms, show::event::frame);
            if upto == at {
                break;
            }
            at = upto;
            self.ring().push(round);
            self.moved.send_replace(at);
        }
        Ok(at > began)
    }

    /// To which platforms the communities of events are linked, if any reader wants to know.
    async fn platforms(
        &self,
        store: &dyn Store,
        tenant: TenantId,
        events: &[Event],
    ) -> Result<Option<Vec<(CommunityId, Platform)>>, ServiceError> {
        let communities: BTreeSet<_> = events.iter().filter_map(|event| event.community).collect();
        if self.by_platform.load(Ordering::Relaxed) == 0 {
            return Ok(None);
        }
        if communities.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let communities: Vec<_> = communities.into_iter().collect();
        Ok(Some(store.platforms(tenant, &communities).await?))
    }
}
