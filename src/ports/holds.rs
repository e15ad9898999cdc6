//! The holds port: acts that wait for others, and what is spent of budgets.

use super::directory::After;
use super::error::StoreError;
use crate::domain::held::{Held, HeldState};
use crate::domain::hold::Sought;
use crate::domain::id::{CommunityId, HeldId, TenantId};
use async_trait::async_trait;
use std::time::Duration;

/// Acts that wait, read back. They are written where acts are decided.
#[async_trait]
pub trait Holds: Send + Sync {
    /// An act that waits or has waited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn held(&self, tenant: TenantId, community: CommunityId, id: HeldId) -> Result<Held, StoreError>;

    /// Acts that wait or have waited, newest first; only those in a state by the store's clock, if one is given. A community that
    /// does not exist is `NotFound`.
    async fn held_acts(
        &self,
        tenant: TenantId,
        community: CommunityId,
        state: Option<HeldState>,
        page: After<HeldId>,
    ) -> Result<Vec<Held>, StoreError>;

    /// How many acts each of these counts, in their order.
    async fn spent(
        &self,
        tenant: TenantId,
        community: CommunityId,
        sought: &[Sought],
    ) -> Result<Vec<i64>, StoreError>;

    /// Removes up to `limit` acts from what budgets count, all of them older than `age`. Says how many there were.
    async fn forget_spent(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
