//! The jobs port: requests of many items, which share one key.

use super::answer::{Answer, Claim};
use super::error::StoreError;
use super::ledger::Reply;
use crate::domain::id::TenantId;
use async_trait::async_trait;

/// Requests of many items.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Claims the key of a request whose items claim keys of their own, and keeps `opened` under it. From then on the key
    /// belongs to that request, whatever becomes of the items.
    async fn claim_bulk(&self, tenant: TenantId, claim: &Claim, opened: &Answer)
    -> Result<Reply, StoreError>;
}
