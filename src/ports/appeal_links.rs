//! The port of links that let members in: to one case each, and to nothing else.

use super::directory::After;
use super::error::StoreError;
use crate::domain::appeal_link::AppealLink;
use crate::domain::id::{AppealLinkId, CommunityId, TenantId};
use async_trait::async_trait;
use chrono::TimeDelta;
use std::time::Duration;

/// What is to change about the links of a community.
#[derive(Clone, Debug)]
pub struct AppealLinkChange {
    /// The community.
    pub community: CommunityId,
    /// What.
    pub what: LinkStep,
}

impl AppealLinkChange {
    /// Whether it only takes away: nobody is kept from that.
    #[must_use]
    pub const fn is_revocation(&self) -> bool {
        matches!(self.what, LinkStep::Revoke(_))
    }
}

/// What is to happen.
#[derive(Clone, Debug)]
pub enum LinkStep {
    /// Make one.
    Create {
        /// Its id.
        id: AppealLinkId,
        /// To which case.
        case: i64,
        /// For how long it is good.
        life: TimeDelta,
    },
    /// One is good for nothing any more. To revoke what was revoked changes nothing.
    Revoke(AppealLinkId),
}

/// Links.
#[async_trait]
pub trait AppealLinks: Send + Sync {
    /// A link, expired and revoked ones included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn appeal_link(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: AppealLinkId,
    ) -> Result<AppealLink, StoreError>;

    /// The links to a case, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case that the community does not have.
    async fn appeal_links(
        &self,
        tenant: TenantId,
        community: CommunityId,
        case: i64,
        page: After<AppealLinkId>,
    ) -> Result<Vec<AppealLink>, StoreError>;

    /// Removes up to `limit` links that expired longer than `age` ago. Says how many there were.
    async fn forget_appeal_links(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;

    /// A secret of the whole installation, by name: the one that is kept, or else `fresh`, which is kept from now on.
    async fn installation_secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
}
