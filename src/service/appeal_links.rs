//! Links that let a member see one case of theirs and appeal against it: made, listed, revoked. What may be done with one: see `visits`.

use super::caller::Caller;
use super::error::ServiceError;
use super::judge::json;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, StoreError, show};
use crate::domain::appeal_link::AppealLink;
use crate::domain::id::{AppealLinkId, CommunityId, TenantId, UserId};
use crate::ports::appeal_links::{AppealLinkChange, LinkStep};
use crate::ports::directory::Change;
use chrono::TimeDelta;
use uuid::Uuid;
use wire::appeal_link::AppealLinkCreated;
use wire::key::Scope;

impl Service {
    /// Makes a link to a case. Its address is in the answer, and in the answer to a repeat.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the case, [`ServiceError::NoPublicUrl`].
    pub async fn create_appeal_link(
        &self,
        caller: &Caller,
        (community, case): (CommunityId, i64),
        life: TimeDelta,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsLink)?;
        caller.enter(community)?;
        if self.site.is_none() {
            return Err(ServiceError::NoPublicUrl);
        }
        let what = LinkStep::Create {
            id: AppealLinkId(self.ids.fresh()),
            case,
            life,
        };
        let change = Change::AppealLink(Box::new(AppealLinkChange { community, what }));
        let mut made = self
            .change(caller.tenant, caller.as_actor(), change, claim)
            .await?;
        let unread = |error| ServiceError::Store(StoreError::Failed(Box::new(error)));
        let mut body: AppealLinkCreated = serde_json::from_str(&made.answer.body).map_err(unread)?;
        body.url = self.address_of(caller.tenant, &body.link).await?;
        made.answer.body = json(&body);
        Ok(made)
    }

    /// The links to a case, newest first, without their addresses.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the case, or that the key may not read them.
    pub async fn appeal_links(
        &self,
        caller: &Caller,
        (community, case): (CommunityId, i64),
        page: After<AppealLinkId>,
    ) -> Result<Listed<wire::appeal_link::AppealLink, AppealLinkId>, ServiceError> {
        caller.require(Scope::AppealsLink)?;
        caller.enter(community)?;
        let rows = self
            .store
            .appeal_links(caller.tenant, community, case, one_more(page))
            .await?;
        Ok(cut(rows, page.limit, |link| link.id, show::appeal_link::link))
    }

    /// Revokes a link, at once and for ever. To revoke it again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn revoke_appeal_link(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, AppealLinkId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::AppealsLink)?;
        caller.enter(community)?;
        let what = LinkStep::Revoke(id);
        let change = Change::AppealLink(Box::new(AppealLinkChange { community, what }));
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Where a browser finds what a link leads to.
    async fn address_of(
        &self,
        tenant: TenantId,
        link: &wire::appeal_link::AppealLink,
    ) -> Result<Option<String>, ServiceError> {
        let (Some(id), Some(community)) =
            (AppealLinkId::parse(&link.id), CommunityId::parse(&link.community))
        else {
            return Ok(None);
        };
        let link = AppealLink {
            id,
            community,
            case: link.case,
            // A token does not say whose case it is.
            user: UserId(Uuid::nil()),
            created_at: link.created_at.0,
            expires_at: link.expires_at.0,
            revoked_at: None,
        };
        Ok(self.addresses(tenant).await?.of(&link))
    }
}
