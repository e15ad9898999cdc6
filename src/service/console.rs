//! Communities and policies at the server's own console: for whoever can reach the database itself, without a key.

use super::bootstrap::ambiguous;
use super::error::ServiceError;
use super::{After, Outcome, Service};
use crate::domain::id::{CommunityId, TenantId};
use crate::domain::identity::Identity;
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::{Change, Community, Link, PolicyNow, PolicyRecord};
use crate::ports::ledger::ActorRef;

/// How many communities are read at a time when one is looked for by name.
const COMMUNITIES_AT_A_TIME: u32 = 500;

/// A community, as somebody at the console names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub community: CommunityId,
}

impl Service {
    /// The community with this id or name, or linked to this space (`platform:space`), of the tenant with this id or name, or the
    /// only one.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is none, [`ServiceError::Invalid`] when it could be several.
    pub async fn place_called(&self, tenant: Option<&str>, called: &str) -> Result<Place, ServiceError> {
        let tenant = self.tenant_meant(tenant).await?.id;
        if let Some(id) = CommunityId::parse(called) {
            let community = self.store.community(tenant, id).await?.id;
            return Ok(Place { tenant, community });
        }
        let (mut found, mut after): (Option<Community>, Option<CommunityId>) = (None, None);
        loop {
            let page = After {
                after,
                limit: COMMUNITIES_AT_A_TIME,
            };
            let communities = self.store.communities(tenant, None, true, page).await?;
            let Some(last) = communities.last() else { break };
            after = Some(last.id);
            for community in communities
                .into_iter()
                .filter(|community| community.name == called)
            {
                if let Some(other) = &found {
                    let detail = format!(
                        "{} and {} are both called {called}; give the id",
                        other.id, community.id
                    );
                    return Err(ambiguous(detail));
                }
                found = Some(community);
            }
        }
        let community = match (found, Identity::parse(called)) {
            (Some(found), _) => found.id,
            (None, Ok(Identity { platform, id })) => {
                let link = Link { platform, space: id };
                self.store.community_by_link(tenant, &link).await?
            }
            (None, Err(_)) => return Err(ServiceError::NotFound("community")),
        };
        Ok(Place { tenant, community })
    }

    /// The versions of a policy that count.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn policy_at(&self, place: Place) -> Result<PolicyNow, ServiceError> {
        Ok(self.store.policy_now(place.tenant, place.community).await?)
    }

    /// A version of a policy.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for one that never was.
    pub async fn policy_version_at(&self, place: Place, version: i32) -> Result<PolicyRecord, ServiceError> {
        Ok(self
            .store
            .policy(place.tenant, place.community, Some(version))
            .await?)
    }

    /// The versions of a policy, withdrawn ones included, newest first; `page` goes on after the version last seen.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn policies_at(
        &self,
        place: Place,
        page: After<i32>,
    ) -> Result<Vec<PolicyRecord>, ServiceError> {
        Ok(self.store.policies(place.tenant, place.community, page).await?)
    }

    /// Writes the next version of a policy, as the service itself.
    ///
    /// # Errors
    /// As for [`Service::put_policy`].
    pub async fn put_policy_at(
        &self,
        place: Place,
        expected: i32,
        policy: Policy,
        activate_at: Option<Instant>,
        comment: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        let change = Change::PutPolicy {
            community: place.community,
            expected,
            policy,
            comment,
            activate_at,
        };
        self.change(place.tenant, ActorRef::System, change, None).await
    }
}
