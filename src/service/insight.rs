//! Searches and reports: histories read back a portion at a time, so that nothing is held for long, and no further than a bound.

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::Listed;
use super::records::Moderator;
use super::{After, Service, show};
use crate::domain::actor::Actor;
use crate::domain::brief::{Brief, Window};
use crate::domain::consistency::Consistency;
use crate::domain::counts::{By, Counts};
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::kind::Kind;
use crate::domain::words::Words;
use crate::ports::insight::Among;
use crate::ports::record::CaseFilter;
use crate::ports::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use wire::key::Scope;

/// How many cases one statement reads. Between two the connection is somebody else's.
const PORTION: u32 = 2_000;
/// How many cases a search looks at before it gives the page that it has.
const MOST_SEARCHED: u32 = 20_000;
/// How many cases a report looks at.
const MOST_REPORTED: u32 = 1_000_000;

/// What to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountQuery {
    /// By what.
    pub by: By,
    /// When.
    pub window: Window,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// By this actor.
    pub moderator: Option<Moderator>,
    /// In so many lines at most.
    pub limit: u32,
}

/// What to report on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsistencyQuery {
    /// When.
    pub window: Window,
    /// How many acts a reason needs.
    pub min_cases: u32,
    /// So many reasons at most.
    pub limit: u32,
}

/// Which history to read, and how far.
struct History<'a> {
    community: CommunityId,
    among: &'a Among,
    window: Window,
    after: Option<i64>,
    most: u32,
}

impl Service {
    /// Cases, counted.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn counts(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: CountQuery,
    ) -> Result<wire::insight::Counts, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let mut counts = Counts::new(query.by);
        let mut unread = 0;
        if let Some(actor) = self.known_actor(caller, query.moderator.as_ref()).await?.filter() {
            let among = actor.map_or(Among::All, Among::Actor);
            let history = History {
                community,
                among: &among,
                window: query.window,
                after: None,
                most: MOST_REPORTED,
            };
            let stopped = self.read_back(caller, history, |brief| {
                if query.window.has(brief.at) && query.kind.is_none_or(|kind| kind == brief.kind) {
                    counts.add(&brief);
                }
                until(counts.is_full())
            });
            unread = older_than(stopped.await?);
        } else {
            self.store.community(caller.tenant, community).await?;
        }
        Ok(show::insight::counts(&query, counts, unread))
    }

    /// Reasons, and how alike they were treated.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn consistency(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: ConsistencyQuery,
    ) -> Result<wire::insight::Consistency, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let mut consistency = Consistency::default();
        let history = History {
            community,
            among: &Among::All,
            window: query.window,
            after: None,
            most: MOST_REPORTED,
        };
        let stopped = self.read_back(caller, history, |brief| {
            if query.window.has(brief.at) {
                consistency.add(&brief);
            }
            until(consistency.is_full())
        });
        let unread = older_than(stopped.await?);
        Ok(show::insight::consistency(&query, consistency, unread))
    }

    /// A page of the cases in whose reason all the words occur. It is short, or empty, when the search has gone as far as one
    /// request may; the next one goes on there.
    pub(super) async fn search(
        &self,
        caller: &Caller,
        community: CommunityId,
        words: &Words,
        filter: CaseFilter,
        page: After<i64>,
    ) -> Result<Listed<wire::case::Case, i64>, ServiceError> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let window = Window {
            from: filter.from,
            until: filter.until,
        };
        // The way of one index; what else is asked is asked of each case.
        let (among, actor) = match (filter.user, filter.actor) {
            (Some(user), actor) => (Among::Member(user), actor),
            (None, Some(actor)) => (Among::Actor(actor), None),
            (None, None) => (Among::All, None),
        };
        let fits = |brief: &Brief| {
            window.has(brief.at)
                && filter.kind.is_none_or(|kind| kind == brief.kind)
                && actor
                    .as_ref()
                    .is_none_or(|actor| brief.actor.to_string() == *actor)
                && brief
                    .reason
                    .as_deref()
                    .is_some_and(|reason| words.occur_in(reason))
        };
        let history = History {
            community,
            among: &among,
            window,
            after: page.after,
            most: MOST_SEARCHED,
        };
        let mut found = Vec::new();
        let next = self.read_back(caller, history, |brief| {
            if fits(&brief) {
                found.push(brief.number);
            }
            until(found.len() >= limit)
        });
        let next = next.await?;
        let cases = self.store.numbered(caller.tenant, community, &found).await?;
        let items = cases
            .iter()
            .map(|case| show::case::case(community, case))
            .collect();
        Ok(Listed { items, next })
    }

    /// Shows each case of a history, newest first, until `look` has seen enough, nothing more can lie in the window, or the bound is
    /// reached. Gives the number of the case at which it stopped; `None` when there was nothing more to see.
    async fn read_back(
        &self,
        caller: &Caller,
        history: History<'_>,
        mut look: impl FnMut(Brief) -> ControlFlow<()> + Send,
    ) -> Result<Option<i64>, ServiceError> {
        let (mut after, mut left) = (history.after, history.most);
        let mut people = People::default();
        while left > 0 {
            let limit = PORTION.min(left);
            let page = After { after, limit };
            let portion = self
                .store
                .briefs(caller.tenant, history.community, history.among, page);
            let mut portion = portion.await?;
            people.name(&*self.store, caller.tenant, &mut portion).await?;
            let read = u32::try_from(portion.len()).unwrap_or(u32::MAX);
            let is_last = read < limit || history.window.lies_after(&portion);
            for brief in portion {
                after = Some(brief.number);
                if look(brief).is_break() {
                    return Ok(after);
                }
            }
            if is_last {
                return Ok(None);
            }
            left = left.saturating_sub(read);
        }
        Ok(after)
    }
}

/// Moderators who were merged, found out once each.
#[derive(Default)]
struct People {
    looked_up: BTreeSet<UserId>,
    merged: BTreeMap<UserId, UserId>,
}

impl People {
    /// Names each moderator as who they are now, so that one person is one moderator.
    async fn name(
        &mut self,
        store: &dyn Store,
        tenant: TenantId,
        briefs: &mut [Brief],
    ) -> Result<(), ServiceError> {
        let acting: BTreeSet<UserId> = briefs.iter().filter_map(|brief| brief.actor.user()).collect();
        let new: Vec<UserId> = acting.difference(&self.looked_up).copied().collect();
        if !new.is_empty() {
            self.merged.extend(store.merged_among(tenant, &new).await?);
            self.looked_up.extend(new);
        }
        for brief in briefs.iter_mut().filter(|_| !self.merged.is_empty()) {
            if let Actor::Human { user, .. } | Actor::External { user: Some(user), .. } = &mut brief.actor {
                *user = self.merged.get(user).copied().unwrap_or(*user);
            }
        }
        Ok(())
    }
}

fn until(enough: bool) -> ControlFlow<()> {
    if enough {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// How many cases are older than the one at which reading stopped: numbers have no gaps.
fn older_than(stopped: Option<i64>) -> i64 {
    stopped.map_or(0, |number| number - 1)
}
