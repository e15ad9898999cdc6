//! Communities and the platform spaces that they are linked to.

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Link, Looks, LooksChange, Outcome, Service, show};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::policy_check::Finding;
use crate::domain::time::Span;
use crate::ports::directory::Change;
use wire::key::Scope;

impl Service {
    /// Makes a community, under the default policy unless another one is given, which takes the scope for policies too.
    ///
    /// # Errors
    /// [`ServiceError::LinkTaken`] when another community has one of the spaces, [`ServiceError::Invalid`] when a space is
    /// named twice; nothing was made then.
    pub async fn create_community(
        &self,
        caller: &Caller,
        (name, looks): (String, Looks),
        links: Vec<Link>,
        policy: Option<Policy>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        if policy.is_some() {
            caller.require(Scope::PoliciesWrite)?;
        }
        caller.unbound()?;
        no_doubles("links", &links)?;
        let change = Change::CreateCommunity {
            id: CommunityId(self.ids.fresh()),
            name,
            links,
            looks,
            policy: policy.unwrap_or_default(),
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Gives a community another name or another look, or its events another time for which they are kept; what is left out stays.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn update_community(
        &self,
        caller: &Caller,
        id: CommunityId,
        (name, looks): (Option<String>, LooksChange),
        event_retention: Option<Option<Span>>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        caller.enter(id)?;
        let change = if name.is_none() && event_retention.is_none() && looks == LooksChange::default() {
            Change::KeepCommunity(id)
        } else {
            Change::UpdateCommunity {
                id,
                name,
                event_retention,
                looks,
            }
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Lets a community only be read from now on; or takes that back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn archive_community(
        &self,
        caller: &Caller,
        id: CommunityId,
        archived: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        caller.enter(id)?;
        let change = Change::ArchiveCommunity { id, archived };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Deletes an archived community, whose name the caller repeats.
    ///
    /// # Errors
    /// [`ServiceError::NotConfirmed`], [`ServiceError::NotArchived`], or [`ServiceError::NotFound`].
    pub async fn delete_community(
        &self,
        caller: &Caller,
        id: CommunityId,
        confirm: &str,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        caller.unbound()?;
        if self.store.community(caller.tenant, id).await?.name != confirm {
            return Err(ServiceError::NotConfirmed("community"));
        }
        let change = Change::DeleteCommunity(id);
        self.change(caller.tenant, caller.as_actor(), change, None).await
    }

    /// Links a community to a space.
    ///
    /// # Errors
    /// [`ServiceError::LinkTaken`] when any community has it already, this one included.
    pub async fn add_link(
        &self,
        caller: &Caller,
        community: CommunityId,
        link: Link,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        caller.enter(community)?;
        let change = Change::AddLink { community, link };
        let outcome = self.change(caller.tenant, caller.as_actor(), change, claim).await;
        outcome.map_err(|error| discreet(caller, error))
    }

    /// Takes a link away.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a link that the community does not have.
    pub async fn remove_link(
        &self,
        caller: &Caller,
        community: CommunityId,
        link: Link,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::CommunitiesWrite)?;
        caller.enter(community)?;
        let change = Change::RemoveLink { community, link };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A community.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn community(
        &self,
        caller: &Caller,
        id: CommunityId,
    ) -> Result<wire::community::Community, ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        caller.enter(id)?;
        let community = self.store.community(caller.tenant, id).await?;
        Ok(show::directory::community(&community))
    }

    /// The communities that the caller may see, oldest first, archived ones only if asked for; with a link, the one that has it,
    /// if any.
    ///
    /// # Errors
    /// That the key may not, or that the store could not answer.
    pub async fn communities(
        &self,
        caller: &Caller,
        link: Option<&Link>,
        archived: bool,
        page: After<CommunityId>,
    ) -> Result<Listed<wire::community::Community, CommunityId>, ServiceError> {
        caller.require(Scope::CommunitiesRead)?;
        let mut among = caller.communities.as_deref().map(<[_]>::to_vec);
        if let Some(link) = link {
            let linked = match self.store.community_by_link(caller.tenant, link).await {
                Ok(id) => caller.enter(id).is_ok().then_some(id),
                Err(error) => absent(error)?,
            };
            among = Some(linked.into_iter().collect());
        }
        let rows = self
            .store
            .communities(caller.tenant, among.as_deref(), archived, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |community| community.id,
            show::directory::community,
        ))
    }
}

/// That a list names nothing twice.
pub(crate) fn no_doubles<T: Ord>(field: &str, items: &[T]) -> Result<(), ServiceError> {
    let mut seen = std::collections::BTreeSet::new();
    let findings: Vec<Finding> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !seen.insert(*item))
        .map(|(index, _)| Finding {
            pointer: format!("/{field}/{index}"),
            detail: "the list names this twice".to_owned(),
        })
        .collect();
    if findings.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Invalid(findings))
    }
}

/// No answer where there is nothing; other errors stay errors.
fn absent<T>(error: crate::ports::error::StoreError) -> Result<Option<T>, ServiceError> {
    match error.into() {
        ServiceError::NotFound(_) => Ok(None),
        other => Err(other),
    }
}

/// A bound key learns that a space is taken, but not by which community outside its own.
fn discreet(caller: &Caller, error: ServiceError) -> ServiceError {
    match error {
        ServiceError::LinkTaken {
            platform,
            space,
            community,
        } => {
            let seen = CommunityId::parse(&community).is_some_and(|id| caller.enter(id).is_ok());
            ServiceError::LinkTaken {
                platform,
                space,
                community: if seen {
                    community
                } else {
                    "another community".to_owned()
                },
            }
        }
        other => other,
    }
}
