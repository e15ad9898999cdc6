//! The housekeeping port: what nobody needs any more, removed a little at a time.

use super::error::StoreError;
use async_trait::async_trait;
use std::time::Duration;

/// Housekeeping.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// Removes up to `limit` answers kept under idempotency keys that are older than `age` by the store's clock, the oldest
    /// first. Says how many there were; fewer than `limit` means that none is left.
    async fn forget_answers(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;

    /// Removes events that are older than `age` by the store's clock from the beginning of one log, or those of one community that are older
    /// than its own time; looks at `limit` of them at most. What is gone is noted, see [`Log`](super::record::Log). Says whether there
    /// was anything to look at: there may be more then.
    async fn forget_events(&self, age: Duration, limit: u32) -> Result<bool, StoreError>;
}
