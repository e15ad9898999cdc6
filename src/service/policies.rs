//! Policies: immutable versions, the latest in force.

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::ports::directory::Change;
use wire::key::Scope;

impl Service {
    /// Writes the next version of a community's policy, in force at once. Points, latches and sanctions stay as they are.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when `expected` is no longer the version in force.
    pub async fn put_policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        expected: i32,
        policy: Policy,
        comment: Option<String>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::PoliciesWrite)?;
        caller.enter(community)?;
        let change = Change::PutPolicy {
            community,
            expected,
            policy,
            comment,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A version of a community's policy, or the one in force.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have, or a version that never was.
    pub async fn policy(
        &self,
        caller: &Caller,
        community: CommunityId,
        version: Option<i32>,
    ) -> Result<wire::policy::Policy, ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(community)?;
        let record = self.store.policy(caller.tenant, community, version).await?;
        Ok(show::policy::policy(community, &record))
    }

    /// The versions of a community's policy, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn policies(
        &self,
        caller: &Caller,
        community: CommunityId,
        page: After<i32>,
    ) -> Result<Listed<wire::policy::Policy, i32>, ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(community)?;
        let rows = self
            .store
            .policies(caller.tenant, community, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |record| record.version.version,
            |record| show::policy::policy(community, record),
        ))
    }
}
