//! Rate limits by name: written, read, deleted; and checks of them.

mod book; // what was read lately
mod checks; // may this happen now?
mod reading; // from a request to a limit
mod shape; // what no check could be
mod signals; // how tight a limit is, and what it is told

pub(crate) use book::Book;
pub use checks::{Checked, MOST_CHECKS};

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Quota, Service, show};
use crate::domain::id::{CommunityId, LimitId};
use crate::domain::name::Name;
use crate::ports::directory::Change;
use wire::key::Scope;
use wire::limit::LimitRequest;

/// Which limit: whose it is, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitPlace {
    /// The community that has it; `None` for the tenant.
    pub community: Option<CommunityId>,
    /// What it is called.
    pub name: Name,
}

impl Service {
    /// Writes the next version of a limit, or the first one. It counts from the next check on; what was spent stays spent, unless
    /// the algorithm or the period changes.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for what is wrong with it, [`ServiceError::Unseen`] when there is one and the caller has seen none,
    /// [`ServiceError::Stale`] when it has moved on.
    pub async fn put_limit(
        &self,
        caller: &Caller,
        place: LimitPlace,
        expected: Option<i32>,
        (request, comment): (&LimitRequest, Option<String>),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        may(caller, Scope::LimitsWrite, place.community)?;
        let limit = reading::limit(request).map_err(ServiceError::Invalid)?;
        let change = Change::PutLimit {
            community: place.community,
            name: place.name,
            id: LimitId(self.ids.fresh()),
            expected,
            limit: Box::new(limit),
            comment,
        };
        self.change_limit(caller, place, change, claim).await
    }

    /// Deletes a limit with all its versions.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when it has moved on.
    pub async fn delete_limit(
        &self,
        caller: &Caller,
        place: LimitPlace,
        expected: i32,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        may(caller, Scope::LimitsWrite, place.community)?;
        let change = Change::DeleteLimit {
            community: place.community,
            name: place.name,
            expected,
        };
        self.change_limit(caller, place, change, claim).await
    }

    async fn change_limit(
        &self,
        caller: &Caller,
        place: LimitPlace,
        change: Change,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let changed = self.change(caller.tenant, caller.as_actor(), change, claim).await;
        // Also after a failure: it may have been written all the same.
        self.limits.forget((caller.tenant, place.community));
        changed
    }

    /// A version of a limit, or the one in force, with its tag.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn limit(
        &self,
        caller: &Caller,
        place: LimitPlace,
        version: Option<i32>,
    ) -> Result<(String, wire::limit::Limit), ServiceError> {
        may(caller, Scope::LimitsRead, place.community)?;
        let found = self
            .store
            .limit(caller.tenant, place.community, place.name, version);
        let record = found.await?;
        Ok((record.version.to_string(), show::limit::limit(&record)))
    }

    /// The limits of the tenant or of a community, by name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn limits(
        &self,
        caller: &Caller,
        community: Option<CommunityId>,
        page: After<Name>,
    ) -> Result<Listed<wire::limit::Limit, Name>, ServiceError> {
        may(caller, Scope::LimitsRead, community)?;
        let rows = self
            .store
            .limits(caller.tenant, community, one_more(page))
            .await?;
        Ok(cut(rows, page.limit, |record| record.name, show::limit::limit))
    }

    /// The versions of a limit, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn limit_versions(
        &self,
        caller: &Caller,
        place: LimitPlace,
        page: After<i32>,
    ) -> Result<Listed<wire::limit::Limit, i32>, ServiceError> {
        may(caller, Scope::LimitsRead, place.community)?;
        let rows = self
            .store
            .limit_versions(caller.tenant, place.community, place.name, one_more(page));
        Ok(cut(
            rows.await?,
            page.limit,
            |record| record.version,
            show::limit::limit,
        ))
    }
}

/// That the caller may do this to the limits of a community, or of the tenant.
fn may(caller: &Caller, scope: Scope, community: Option<CommunityId>) -> Result<(), ServiceError> {
    caller.require(scope)?;
    match community {
        Some(community) => caller.enter(community),
        None => caller.unbound(),
    }
}
