//! Somebody who follows a log: first what they missed, read for them alone, then what everybody gets.

use super::ring::{Behind, Sieve};
use super::{Channel, Feed, PAGE, Ticket};
use crate::domain::id::{CommunityId, KeyId, TenantId};
use crate::ports::directory::After;
use crate::ports::record::EventFilter;
use crate::service::Service;
use crate::service::caller::Caller;
use crate::service::error::{ServiceError, chain};
use crate::service::events::EventQuery;
use crate::service::show;
use bytes::{Bytes, BytesMut};
use metrics::{counter, gauge};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::key::Scope;

/// A reader hears this often that it is still connected.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// From where to follow a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// From its end: what comes from now on.
    Now,
    /// From behind a position.
    After(i64),
}

/// A log that is being followed. Dropping it ends that.
pub struct Reader {
    service: Service,
    seat: Seat,
    filter: EventFilter,
    sieve: Sieve,
    /// Up to where it has read.
    position: i64,
    /// Whether it has come to where everybody is.
    live: bool,
    greeting: Option<Bytes>,
    moved: watch::Receiver<i64>,
    over: watch::Receiver<bool>,
    closed: watch::Receiver<bool>,
    beat_at: Instant,
}

/// A place among those who follow.
struct Seat {
    service: Service,
    tenant: TenantId,
    key: KeyId,
    channel: Arc<Channel>,
    ticket: Arc<Ticket>,
    by_platform: usize,
}

impl Feed {
    fn join(&self, service: &Service, caller: &Caller, by_platform: bool) -> Result<Seat, ServiceError> {
        let mut followed = self.lock();
        if followed.readers >= self.pace.readers || *self.closed.borrow() {
            return Err(ServiceError::TooManyReaders);
        }
        followed.readers += 1;
        let channel = followed.channels.entry(caller.tenant);
        let channel = channel.or_insert_with(|| Arc::new(Channel::new())).clone();
        let ticket = followed.keys.entry(caller.key).or_insert_with(|| {
            Arc::new(Ticket {
                tenant: caller.tenant,
                readers: AtomicUsize::new(0),
                over: watch::Sender::new(false),
            })
        });
        let ticket = ticket.clone();
        channel.readers.fetch_add(1, Ordering::Relaxed);
        ticket.readers.fetch_add(1, Ordering::Relaxed);
        let by_platform = usize::from(by_platform);
        channel.by_platform.fetch_add(by_platform, Ordering::Relaxed);
        gauge!("tribune_event_readers").increment(1);
        drop(followed);
        self.bell.notify_one();
        Ok(Seat {
            service: service.clone(),
            tenant: caller.tenant,
            key: caller.key,
            channel,
            ticket,
            by_platform,
        })
    }
}

impl Drop for Seat {
    /// The last one out turns off the light.
    fn drop(&mut self) {
        let mut followed = self.service.feed.lock();
        followed.readers -= 1;
        self.channel
            .by_platform
            .fetch_sub(self.by_platform, Ordering::Relaxed);
        if self.channel.readers.fetch_sub(1, Ordering::Relaxed) == 1 {
            followed.channels.remove(&self.tenant);
        }
        if self.ticket.readers.fetch_sub(1, Ordering::Relaxed) == 1 {
            followed.keys.remove(&self.key);
        }
        gauge!("tribune_event_readers").decrement(1);
    }
}

impl Service {
    /// Follows the log from a position on, or from its end. A key that is bound to communities sees their events alone.
    ///
    /// # Errors
    /// As for [`Service::events`], and [`ServiceError::TooManyReaders`].
    pub async fn follow_events(
        &self,
        caller: &Caller,
        query: EventQuery,
        from: Follow,
    ) -> Result<Reader, ServiceError> {
        caller.require(Scope::EventsRead)?;
        self.follow(caller, query, from).await
    }

    /// The same, for what a caller may see by another scope.
    pub(in crate::service) async fn follow(
        &self,
        caller: &Caller,
        query: EventQuery,
        from: Follow,
    ) -> Result<Reader, ServiceError> {
        let filter = self.event_filter(caller, query).await?;
        let seat = self.feed.join(self, caller, filter.platform.is_some())?;
        let (moved, over) = (seat.channel.moved.subscribe(), seat.ticket.over.subscribe());
        let (position, missed) = match from {
            Follow::After(position) => {
                let page = After {
                    after: Some(position),
                    limit: 1,
                };
                let log = self.store.events(caller.tenant, &filter, page).await?;
                let log = log.resumed_at(position)?;
                (position, log.missed_since(position))
            }
            Follow::Now => {
                let ends = self.store.log_ends(&[caller.tenant]).await?;
                (ends.first().ok_or(ServiceError::NotFound("tenant"))?.1, None)
            }
        };
        Ok(Reader {
            service: self.clone(),
            seat,
            sieve: sieve(&filter),
            filter,
            position,
            live: false,
            greeting: Some(show::event::greeting(position, missed)),
            moved,
            over,
            closed: self.feed.closed.subscribe(),
            beat_at: Instant::now() + HEARTBEAT,
        })
    }
}

fn sieve(filter: &EventFilter) -> Sieve {
    let set = |ids: &Vec<CommunityId>| ids.iter().copied().collect();
    Sieve {
        communities: filter.communities.as_ref().map(set),
        kinds: filter.kinds.as_ref().map(|kinds| kinds.iter().cloned().collect()),
        platform: filter.platform.clone(),
    }
}

impl Reader {
    /// What comes next, written out, as soon as there is something; now and then a sign of life. `None` when it is over: the process stops,
    /// the key is no longer good, or the reader fell too far behind, and is to resume from the last position it was given.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            if *self.over.borrow() || *self.closed.borrow() {
                return None;
            }
            // Seen before the ring is looked at, so that whatever comes after that wakes us.
            self.moved.borrow_and_update();
            let found = self.seat.channel.ring().behind(self.position, &self.sieve);
            match found {
                Behind::Text(text, upto) => {
                    self.live = true;
                    self.position = upto;
                    if !text.is_empty() {
                        return Some(self.given(text));
                    }
                }
                Behind::Nothing => {
                    self.live = true;
                    if let Some(beat) = self.wait().await {
                        return Some(beat);
                    }
                }
                Behind::Missed if self.live => {
                    counter!("tribune_event_readers_cut_off_total").increment(1);
                    tracing::debug!(
                        position = self.position,
                        "a reader of events fell behind, and is cut off"
                    );
                    return None;
                }
                Behind::Missed => match self.catch_up().await {
                    Ok(Some(text)) => return Some(self.given(text)),
                    Ok(None) => {
                        if let Some(beat) = self.wait().await {
                            return Some(beat);
                        }
                    }
                    Err(error) => {
                        tracing::warn!(
                            error = chain(&error),
                            "a reader of events cannot catch up, and is cut off"
                        );
                        return None;
                    }
                },
            }
        }
    }

    /// The next page of what it missed; `None` at the end of the log.
    async fn catch_up(&mut self) -> Result<Option<Bytes>, ServiceError> {
        let feed = &self.service.feed;
        // Never closed.
        let _permit = feed.catching_up.acquire().await;
        loop {
            let page = After {
                after: Some(self.position),
                limit: PAGE,
            };
            let log = self
                .service
                .store
                .events(self.seat.tenant, &self.filter, page)
                .await?;
            let log = log.resumed_at(self.position)?;
            if log.upto == self.position {
                return Ok(None);
            }
            self.position = log.upto;
            let mut text = BytesMut::new();
            for event in log.events {
                show::event::frame(event, &mut text);
            }
            if !text.is_empty() {
                return Ok(Some(text.freeze()));
            }
        }
    }

    /// Waits for a new round; or says that it is still there.
    async fn wait(&mut self) -> Option<Bytes> {
        tokio::select! {
            // An error means that the other side is gone, which the next look sees.
            _ = self.moved.changed() => None,
            _ = self.over.changed() => None,
            _ = self.closed.changed() => None,
            () = tokio::time::sleep_until(self.beat_at) => Some(self.given(show::event::heartbeat(self.position))),
        }
    }

    /// What is given is a sign of life, too.
    fn given(&mut self, text: Bytes) -> Bytes {
        self.beat_at = Instant::now() + HEARTBEAT;
        text
    }
}
