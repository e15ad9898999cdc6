//! The insight port: what searches and reports are made of, in portions that hold no connection for long. Nothing here writes.

use super::directory::After;
use super::error::StoreError;
use crate::domain::brief::Brief;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::merge::Junction;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Among which cases to look. Each is the way of an index, so that a portion costs what it gives and nothing else; whatever
/// narrows further is up to who looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Among {
    /// All of the community.
    #[default]
    All,
    /// Those of a member.
    Member(UserId),
    /// Those by an actor, in one word (a user id, a key id, `escalation`, `system`).
    Actor(String),
}

/// A place in the histories of all members: those of one after those of another, each in the order of (at, number).
pub type Milestone = (UserId, Instant, i64);

/// Cases in short, and whole histories.
#[async_trait]
pub trait Insight: Send + Sync {
    /// The next cases in short, in the order of [`super::record::Record::cases`]; `after` is the number last seen. Fewer than the
    /// limit are the last. A community that does not exist is `NotFound`.
    async fn briefs(
        &self,
        tenant: TenantId,
        community: CommunityId,
        among: &Among,
        page: After<i64>,
    ) -> Result<Vec<Brief>, StoreError>;

    /// The cases of these numbers, in the order of the numbers given. Those that do not exist are left out.
    async fn numbered(
        &self,
        tenant: TenantId,
        community: CommunityId,
        numbers: &[i64],
    ) -> Result<Vec<Case>, StoreError>;

    /// The store's clock, and all versions of a community's policy.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn rules(
        &self,
        tenant: TenantId,
        community: CommunityId,
    ) -> Result<(DateTime<Utc>, Arc<Timeline>), StoreError>;

    /// The next cases of the histories of all users, or of one, in the order of their places. Fewer than the limit are the last. Merged
    /// users have those that were recorded under them.
    async fn histories(
        &self,
        tenant: TenantId,
        community: CommunityId,
        whose: Option<UserId>,
        page: After<Milestone>,
    ) -> Result<Vec<Case>, StoreError>;

    /// How many sanctions hold while the points are high, and are on record to hold after a moment.
    async fn held_by_points(
        &self,
        tenant: TenantId,
        community: CommunityId,
        after: Instant,
    ) -> Result<i64, StoreError>;

    /// The identities of some users, in order of user, platform and id. Who has none, as erased and merged users have not, and whom the
    /// tenant does not have, is left out.
    async fn identities(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<Vec<(UserId, Identity)>, StoreError>;

    /// The places where two histories became one, in no order.
    async fn junctions(&self, tenant: TenantId, community: CommunityId) -> Result<Vec<Junction>, StoreError>;
}
