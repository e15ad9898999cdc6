//! Members: users as a community sees them. Rank, level and protection decide who may act on whom.

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::rank::{Authority, Rank};
use crate::domain::refusal::Refusal;
use crate::ports::directory::Change;
use crate::ports::error::StoreError;
use wire::key::Scope;

/// What is to change about a member; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// The rank.
    pub rank: Option<Rank>,
    /// The level within it.
    pub level: Option<u16>,
    /// Whether nobody acts on them without breaking the glass.
    pub protected: Option<bool>,
    /// Whether they are a bot.
    pub bot: Option<bool>,
}

impl Service {
    /// A user as a member; a plain member where the community has not set anything.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have, or a person whom the tenant has never seen.
    pub async fn member(
        &self,
        caller: &Caller,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<wire::user::Member, ServiceError> {
        caller.require(Scope::UsersRead)?;
        caller.enter(community)?;
        let profile = self.store.profile(caller.tenant, community, person).await?;
        Ok(show::directory::member(community, &profile))
    }

    /// The members of a community who have a rank, a protection or a case, in order of user id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a community that the caller does not have.
    pub async fn members(
        &self,
        caller: &Caller,
        community: CommunityId,
        page: After<UserId>,
    ) -> Result<Listed<wire::user::Member, UserId>, ServiceError> {
        caller.require(Scope::UsersRead)?;
        caller.enter(community)?;
        let rows = self
            .store
            .profiles(caller.tenant, community, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |profile| profile.user.id,
            |profile| show::directory::member(community, profile),
        ))
    }

    /// Changes a member. Somebody who is known by identity alone is made known.
    ///
    /// # Errors
    /// [`ServiceError::Exceeds`] for a rank above the key's own; [`Refusal::Outranked`] for a member who has such a rank.
    pub async fn set_member(
        &self,
        caller: &Caller,
        community: CommunityId,
        person: PersonRef,
        change: MemberChange,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.enter(community)?;
        if let Some(rank) = change.rank.filter(|rank| *rank > caller.rank) {
            let detail = format!("its rank is {}, not {}", caller.rank.name(), rank.name());
            return Err(ServiceError::Exceeds(detail));
        }
        self.not_above(caller, community, &person).await?;
        let MemberChange {
            rank,
            level,
            protected,
            bot,
        } = change;
        let change = Change::SetMember {
            community,
            person,
            fresh: UserId(self.ids.fresh()),
            rank,
            level,
            protected,
            bot,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// That the member has no rank above the key's own, of which it could deprive them.
    async fn not_above(
        &self,
        caller: &Caller,
        community: CommunityId,
        person: &PersonRef,
    ) -> Result<(), ServiceError> {
        match self.store.profile(caller.tenant, community, person).await {
            Ok(profile) if profile.authority.rank > caller.rank => {
                Err(ServiceError::Refused(Refusal::Outranked {
                    actor: Authority::of(caller.rank),
                    target: profile.authority,
                }))
            }
            Ok(_) | Err(StoreError::NotFound("user")) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
