//! The removals port: people who are erased, and communities and tenants that are deleted, a portion at a time.

use super::error::StoreError;
use crate::domain::id::{TenantId, UserId};
use async_trait::async_trait;

/// What is being removed, worked off in portions. Each is one transaction, so that a process that dies leaves a portion undone or
/// done, and whoever comes next goes on from there.
#[async_trait]
pub trait Removals: Send + Sync {
    /// Removes a portion, of about `limit` rows, of what has waited longest and nobody else is working on. False when there is
    /// nothing to remove.
    async fn remove_portion(&self, limit: u32) -> Result<bool, StoreError>;

    /// Forgets by what erased people were recognised, of those who have no sanction in force any more and of whom nothing is
    /// left to erase. Looks at `limit` of them, after the one given; returns the last one it looked at, if there may be more.
    async fn forget_erased(
        &self,
        after: Option<(TenantId, UserId)>,
        limit: u32,
    ) -> Result<Option<(TenantId, UserId)>, StoreError>;

    /// Leaves nothing of what was removed in the log that the store itself keeps, where it has one that it does not get rid of by
    /// itself. False when others still need that log: nobody is waited for, so it is to be asked for again.
    async fn cut_log(&self) -> Result<bool, StoreError>;
}
