//! The limits port: rate limits by name, as they were written. What is spent under them is the limiter's to know.

use super::directory::After;
use super::error::StoreError;
use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, LimitId, TenantId};
use crate::domain::limit::Limit;
use crate::domain::name::Name;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// How many limits a tenant may have for itself, and each of its communities.
pub const MOST_LIMITS: u32 = 200;

/// A version of a limit, with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRecord {
    /// Its id: by it the counters know it. One that is deleted and made again has another.
    pub id: LimitId,
    /// The community that has it; `None` for the tenant.
    pub community: Option<CommunityId>,
    /// What checks call it.
    pub name: Name,
    /// The version.
    pub version: i32,
    /// What it says.
    pub limit: Limit,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub comment: Option<String>,
}

/// Limits by name.
#[async_trait]
pub trait Limits: Send + Sync {
    /// A version of a limit, or the one in force.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community, a limit or a version that the tenant does not have.
    async fn limit(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        name: Name,
        version: Option<i32>,
    ) -> Result<LimitRecord, StoreError>;

    /// The limits of a tenant or of one of its communities as they are in force, in order of their names.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn limits(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        page: After<Name>,
    ) -> Result<Vec<LimitRecord>, StoreError>;

    /// The versions of a limit, newest first; `after` is the version last seen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community or a limit that the tenant does not have.
    async fn limit_versions(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        name: Name,
        page: After<i32>,
    ) -> Result<Vec<LimitRecord>, StoreError>;
}
