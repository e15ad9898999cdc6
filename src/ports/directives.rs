//! The directives port: what platforms are to do, handed out to relays under leases. They are issued in the transactions that decide, and receipts
//! are changes; see [`Change`](super::directory::Change).

use super::answer::NewEvent;
use super::directory::After;
use super::error::StoreError;
use crate::domain::directive::{Directive, State};
use crate::domain::id::{CommunityId, DirectiveId, LeaseId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::notice::Notice;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Which directives a relay carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// On this platform.
    pub platform: Platform,
    /// Only of these communities.
    pub communities: Option<Vec<CommunityId>>,
}

/// How directives are taken in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    /// The lease's id, one for all that are taken at once.
    pub id: LeaseId,
    /// For how long.
    pub lease: Duration,
    /// How many at most.
    pub limit: u32,
}

/// Which directives to list. Every part that is given narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectiveFilter {
    /// Of these communities.
    pub communities: Option<Vec<CommunityId>>,
    /// About this user.
    pub user: Option<UserId>,
    /// On this platform.
    pub platform: Option<Platform>,
    /// Where they stand.
    pub state: Option<State>,
}

/// Writes out what the log says of directives that are issued, inside the transaction that does. Pure.
pub trait Announce: Send + Sync {
    /// The event of a directive that was issued, or that another one took the place of.
    fn announce(&self, directive: &Directive, now: DateTime<Utc>) -> NewEvent;

    /// The event of a notice as it is now.
    fn notice(&self, notice: &Notice, now: DateTime<Utc>) -> NewEvent;
}

/// Members whose names on platforms have changed, or the spaces of their community: what is on record of them is said where it was not.
#[async_trait]
pub trait Restatements: Send + Sync {
    /// Looks at a portion of whom has waited longest, at most `limit` members. False when nobody waits.
    async fn restate_portion(&self, announce: &dyn Announce, limit: u32) -> Result<bool, StoreError>;
}

/// Directives.
#[async_trait]
pub trait Directives: Send + Sync {
    /// Takes what is due by the store's clock in hand, the longest overdue first; in the order in which they were issued. Nobody else is given
    /// them until the lease is over.
    async fn lease_directives(
        &self,
        tenant: TenantId,
        served: &Served,
        taking: &Taking,
    ) -> Result<Vec<Directive>, StoreError>;

    /// Under which leases some directives are in somebody's hands, or were when these ran out. Those of which something was reported since, and
    /// those that are settled, are left out.
    async fn directives_in_hand(
        &self,
        tenant: TenantId,
        ids: &[DirectiveId],
    ) -> Result<Vec<(DirectiveId, LeaseId)>, StoreError>;

    /// When the next one falls due, those in somebody's hands included; `None` when there is none.
    async fn next_directive(
        &self,
        tenant: TenantId,
        served: &Served,
    ) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// A directive.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the tenant does not have.
    async fn directive(&self, tenant: TenantId, id: DirectiveId) -> Result<Directive, StoreError>;

    /// Directives, newest first.
    async fn directives(
        &self,
        tenant: TenantId,
        filter: &DirectiveFilter,
        page: After<DirectiveId>,
    ) -> Result<Vec<Directive>, StoreError>;
}
