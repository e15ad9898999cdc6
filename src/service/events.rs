//! The log of what happened, read from a position on.

use super::caller::Caller;
use super::error::ServiceError;
use super::{After, Service, show};
use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
use crate::ports::record::{EventFilter, Log};
use show::event::Line;
use wire::key::Scope;

/// Which events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only of this community.
    pub community: Option<CommunityId>,
    /// Only of these types; empty for all.
    pub types: Vec<String>,
    /// Only of communities that are linked to a space of this platform.
    pub platform: Option<Platform>,
}

/// A stretch of the log, and the position to go on from.
#[derive(Debug, serde::Serialize)]
pub struct Stretch {
    /// The events, in order.
    pub items: Vec<Line>,
    /// The position up to which the log was read.
    pub next_cursor: String,
    /// Whether the log went on already.
    pub has_more: bool,
    /// The last event behind the position asked for that a community has forgotten before others did, if there is one.
    pub missed_up_to: Option<String>,
}

impl Service {
    /// Events after a position, in order. A key that is bound to communities sees their events alone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community, [`ServiceError::BeyondTheLog`] for a position that nobody was given by this
    /// log, [`ServiceError::EventsGone`] for one behind which events are forgotten, or that the key may not read events.
    pub async fn events(
        &self,
        caller: &Caller,
        query: EventQuery,
        page: After<i64>,
    ) -> Result<Stretch, ServiceError> {
        caller.require(Scope::EventsRead)?;
        let filter = self.event_filter(caller, query).await?;
        let asked = super::listing::one_more(page);
        let mut log = self.store.events(caller.tenant, &filter, asked).await?;
        if let Some(after) = page.after {
            log = log.resumed_at(after)?;
        }
        let missed = page.after.and_then(|after| log.missed_since(after));
        let (mut events, mut position) = (log.events, log.upto);
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let cut = events.len() > limit;
        events.truncate(limit);
        if let Some(last) = events.last().filter(|_| cut) {
            position = last.position;
        }
        Ok(Stretch {
            items: events.into_iter().map(show::event::line).collect(),
            next_cursor: position.to_string(),
            // Where events are filtered out, a part of the log is read at a time.
            has_more: position < log.end,
            missed_up_to: missed.map(|missed| missed.to_string()),
        })
    }

    /// What a caller may see of what a query asks for.
    pub(super) async fn event_filter(
        &self,
        caller: &Caller,
        query: EventQuery,
    ) -> Result<EventFilter, ServiceError> {
        let communities = match query.community {
            Some(community) => {
                caller.enter(community)?;
                self.store.community(caller.tenant, community).await?;
                Some(vec![community])
            }
            None => caller.communities.as_deref().map(<[_]>::to_vec),
        };
        Ok(EventFilter {
            communities,
            kinds: Some(query.types).filter(|types| !types.is_empty()),
            platform: query.platform,
        })
    }
}

impl Log {
    /// The stretch, if a position lies in what is kept of the log.
    ///
    /// # Errors
    /// [`ServiceError::BeyondTheLog`] or [`ServiceError::EventsGone`].
    pub(super) fn resumed_at(self, after: i64) -> Result<Self, ServiceError> {
        if self.upto < after {
            return Err(ServiceError::BeyondTheLog { last: self.upto });
        }
        if after < self.gone {
            return Err(ServiceError::EventsGone { gone: self.gone });
        }
        Ok(self)
    }

    /// The last event behind a position that a community has forgotten before others did.
    pub(super) fn missed_since(&self, after: i64) -> Option<i64> {
        Some(self.missed).filter(|missed| *missed > after)
    }
}
