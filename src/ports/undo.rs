//! The undo port: which cases a request of many acts made, and plans to void them.

use super::answer::{Answer, Claim};
use super::directory::After;
use super::error::StoreError;
use super::ledger::Reply;
use crate::domain::case::{Reduced, Voided};
use crate::domain::id::{CommunityId, JobId, PlanId, TenantId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// A plan to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlan {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Its id.
    pub id: PlanId,
    /// For how long it can be applied.
    pub lifetime: Duration,
    /// The idempotency key, if the call has one.
    pub claim: Option<Claim>,
}

/// A plan as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The document, as it was when it was made.
    pub document: String,
    /// The job that carries it out, once it was applied.
    pub job: Option<JobId>,
}

/// A case that was voided or reduced, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedied {
    /// Which.
    pub number: i64,
    /// That it was voided.
    pub voided: Option<Voided>,
    /// That it was reduced.
    pub reduced: Option<Reduced>,
}

/// Writes a plan's document: it was made at the first moment, and expires at the second.
pub type WritePlan<'a> = &'a (dyn Fn(DateTime<Utc>, DateTime<Utc>) -> Answer + Send + Sync);

/// Plans to undo.
#[async_trait]
pub trait Undo: Send + Sync {
    /// What the answer under an idempotency key is called, if one is kept.
    async fn kept_tag(&self, tenant: TenantId, key: &str) -> Result<Option<String>, StoreError>;

    /// What the answers are called that are kept under the keys after one and before another, at most `limit`, in the keys' order.
    async fn kept_tags(
        &self,
        tenant: TenantId,
        after: &str,
        before: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;

    /// The community's cases that were voided or reduced, the newest first; `after` is the number last seen.
    async fn remedied(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<i64>,
    ) -> Result<Vec<Remedied>, StoreError>;

    /// Keeps a plan.
    async fn create_plan(&self, new: &NewPlan, write: WritePlan<'_>) -> Result<Reply, StoreError>;

    /// A plan.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a plan that the community does not have.
    async fn plan(&self, tenant: TenantId, community: CommunityId, id: PlanId) -> Result<Plan, StoreError>;

    /// Removes up to `limit` plans that expired longer ago than `age`. Says how many there were.
    async fn forget_plans(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
