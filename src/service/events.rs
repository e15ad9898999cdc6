//! The log of what happened, read from a position on.

use super::caller::Caller;
use super::error::ServiceError;
use super::{After, Service, show};
use crate::domain::id::CommunityId;
use crate::ports::record::EventFilter;
use show::event::Line;
use wire::key::Scope;

/// Which events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only of this community.
    pub community: Option<CommunityId>,
    /// Only of these types; empty for all.
    pub types: Vec<String>,
}

/// A stretch of the log, and the position to go on from.
#[derive(Debug, serde::Serialize)]
pub struct Stretch {
    /// The events, in order.
    pub items: Vec<Line>,
    /// The position up to which the log was read.
    pub next_cursor: String,
    /// Whether more events were there already.
    pub has_more: bool,
}

impl Service {
    /// Events after a position, in order. A key that is bound to communities sees their events alone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community, [`ServiceError::BeyondTheLog`] for a position that nobody was given by this
    /// log, or that the key may not read events.
    pub async fn events(
        &self,
        caller: &Caller,
        query: EventQuery,
        page: After<i64>,
    ) -> Result<Stretch, ServiceError> {
        caller.require(Scope::EventsRead)?;
        let communities = match query.community {
            Some(community) => {
                caller.enter(community)?;
                self.store.community(caller.tenant, community).await?;
                Some(vec![community])
            }
            None => caller.communities.as_deref().map(<[_]>::to_vec),
        };
        let filter = EventFilter {
            communities,
            kinds: Some(query.types).filter(|types| !types.is_empty()),
        };
        let asked = super::listing::one_more(page);
        let (mut events, mut position) = self.store.events(caller.tenant, &filter, asked).await?;
        if page.after.is_some_and(|after| position < after) {
            return Err(ServiceError::BeyondTheLog { last: position });
        }
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let has_more = events.len() > limit;
        events.truncate(limit);
        if let Some(last) = events.last().filter(|_| has_more) {
            position = last.position;
        }
        Ok(Stretch {
            items: events.into_iter().map(show::event::line).collect(),
            next_cursor: position.to_string(),
            has_more,
        })
    }
}
