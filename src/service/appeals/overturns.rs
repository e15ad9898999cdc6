//! How often appeals changed something, read back a portion at a time.

use crate::domain::actor::Actor;
use crate::domain::appeal::{By, Overturns};
use crate::domain::brief::Window;
use crate::domain::id::CommunityId;
use crate::ports::appeals::Decided;
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::{After, Service, show};
use std::collections::BTreeMap;
use wire::key::Scope;

/// How many decided appeals are read at a time, and how many one answer looks at.
const PORTION: u32 = 500;
const MOST: usize = 100_000;

/// What to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverturnQuery {
    /// By what.
    pub by: By,
    /// When they were decided.
    pub window: Window,
    /// In so many lines at most.
    pub limit: u32,
}

impl Service {
    /// Decided appeals, counted by what they came to.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read them.
    pub async fn overturns(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: OverturnQuery,
    ) -> Result<wire::appeal::Overturns, ServiceError> {
        caller.require(Scope::AppealsRead)?;
        caller.enter(community)?;
        let mut counted = Overturns::new(query.by);
        let (mut after, mut looked_at, mut complete) = (None, 0, true);
        loop {
            let page = After {
                after,
                limit: PORTION,
            };
            let portion = self
                .store
                .decided_appeals(caller.tenant, community, query.window, page);
            let portion = portion.await?;
            self.count(caller, community, &portion, &mut counted).await?;
            looked_at += portion.len();
            after = portion.last().map(|decided| (decided.at, decided.appeal));
            if portion.len() < PORTION as usize {
                break;
            }
            if looked_at >= MOST || counted.is_full() {
                complete = false;
                break;
            }
        }
        Ok(show::appeal::overturns(&query, counted, complete))
    }

    async fn count(
        &self,
        caller: &Caller,
        community: CommunityId,
        portion: &[Decided],
        counted: &mut Overturns,
    ) -> Result<(), ServiceError> {
        let mut numbers: Vec<i64> = portion.iter().map(|decided| decided.case).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut cases = self.store.numbered(caller.tenant, community, &numbers).await?;
        let people: Vec<_> = cases.iter().filter_map(|case| case.actor.user()).collect();
        if !people.is_empty() {
            let merged = self.store.merged_among(caller.tenant, &people).await?;
            for case in &mut cases {
                if let Actor::Human { user, .. } | Actor::External { user: Some(user), .. } = &mut case.actor
                {
                    *user = merged.get(user).copied().unwrap_or(*user);
                }
            }
        }
        let cases: BTreeMap<i64, _> = cases.into_iter().map(|case| (case.number, case)).collect();
        for decided in portion {
            if let Some(case) = cases.get(&decided.case) {
                counted.add(decided.outcome, case);
            }
        }
        Ok(())
    }
}
