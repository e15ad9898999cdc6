//! The timers port: what falls due by time alone and is not recorded yet: ends of sanctions, versions of policies.

use super::directory::DuePolicy;
use super::error::StoreError;
use crate::domain::id::{CommunityId, SanctionId, TenantId, UserId};
use crate::domain::time::Instant;
use async_trait::async_trait;
use std::time::Duration;

/// A timer that is due. Firing it means submitting an `Expire` command, whose commit deletes the timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTimer {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Upon whom.
    pub user: UserId,
    /// The sanction.
    pub sanction: SanctionId,
    /// The version of the sanction that it was set for.
    pub version: i32,
    /// When it fell due.
    pub due_at: Instant,
}

/// Timers.
#[async_trait]
pub trait Timers: Send + Sync {
    /// Leases up to `limit` due timers, the longest overdue first, by the store's clock. A leased timer is given to nobody
    /// else until the lease is over. Leases only save work: the sanction's version is what makes an expiry happen once.
    async fn lease_due(&self, limit: u32, lease: Duration) -> Result<Vec<DueTimer>, StoreError>;

    /// When the next timer falls due, leased ones included; `None` when there is none.
    async fn next_due(&self) -> Result<Option<Instant>, StoreError>;

    /// Up to `limit` policies of which a version has come into force by the store's clock, and nobody has written that down
    /// yet, the longest overdue first. Not leased: the change that writes it down happens once.
    async fn due_policies(&self, limit: u32) -> Result<Vec<DuePolicy>, StoreError>;

    /// When the next version of a policy comes into force; `None` when none is to.
    async fn next_policy(&self) -> Result<Option<Instant>, StoreError>;
}
