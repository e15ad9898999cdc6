//! The record port: cases, their revisions, sanctions and events, read back. Nothing here writes.

use super::directory::After;
use super::error::StoreError;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, SanctionId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::kind::Kind;
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Which cases to list. Every part that is given narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Of this member.
    pub user: Option<UserId>,
    /// By this actor, in one word (a user id, a key id, `escalation`, `system`).
    pub actor: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// At or after.
    pub from: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
}

/// An earlier reason of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The revision that this reason belonged to: 0 for the first.
    pub revision: i32,
    /// The reason.
    pub reason: Option<String>,
    /// Who replaced it.
    pub replaced_by: Actor,
    /// When it was replaced.
    pub replaced_at: DateTime<Utc>,
}

/// A sanction as recorded, with its end if that is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SanctionRecord {
    /// Upon whom.
    pub user: UserId,
    /// The sanction.
    pub sanction: Sanction,
    /// How and when it ended, and the case that ended it (none for voids); `None` while no end is recorded.
    pub ended: Option<(Ending, Instant, Option<i64>)>,
}

/// Which sanctions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SanctionFilter {
    /// Of this member.
    pub user: Option<UserId>,
    /// Only those that hold at this moment.
    pub holding_at: Option<Instant>,
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its position in the tenant's log: 1, 2, 3 … without gaps, in the order of commits.
    pub position: i64,
    /// Its type.
    pub kind: String,
    /// The community, if any.
    pub community: Option<CommunityId>,
    /// The user, if any.
    pub user: Option<UserId>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Which version of its type the document is of.
    pub version: i32,
    /// The published JSON document.
    pub data: String,
}

/// A stretch of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Its events, in order.
    pub events: Vec<Event>,
    /// The position up to which the log was read, which is where to go on from: filters skip events, so it can lie beyond the last
    /// one given. It lies before the position that was asked for only when the whole log does: it is the log's end then.
    pub upto: i64,
    /// Where the log ends.
    pub end: i64,
    /// The position up to which everything is forgotten that the filter could have let through; 0 while something is there from the beginning.
    pub gone: i64,
    /// The last position of an event that the filter could have let through and that is forgotten; 0 while all are there. It lies beyond `gone` where
    /// a community keeps its events for less long than others: whoever asks for what comes after an earlier one has missed some.
    pub missed: i64,
}

/// Which events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only of these communities (a key's binding, or a caller's choice).
    pub communities: Option<Vec<CommunityId>>,
    /// Only of these types.
    pub kinds: Option<Vec<String>>,
    /// Only of communities that are linked to a space of this platform.
    pub platform: Option<Platform>,
}

/// Records.
#[async_trait]
pub trait Record: Send + Sync {
    /// A case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant's community has no case of that number.
    async fn case(&self, tenant: TenantId, community: CommunityId, number: i64) -> Result<Case, StoreError>;

    /// Cases, newest first: by number, those of one member by the moment that they count from, then by number. `after` is the
    /// number last seen. A community that does not exist is `NotFound`.
    async fn cases(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &CaseFilter,
        page: After<i64>,
    ) -> Result<Vec<Case>, StoreError>;

    /// The earlier reasons of a case, oldest first.
    async fn revisions(
        &self,
        tenant: TenantId,
        community: CommunityId,
        number: i64,
    ) -> Result<Vec<Revision>, StoreError>;

    /// A sanction.
    async fn sanction(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: SanctionId,
    ) -> Result<SanctionRecord, StoreError>;

    /// Sanctions, newest first (by id); `after` is the id last seen.
    async fn sanctions(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &SanctionFilter,
        page: After<SanctionId>,
    ) -> Result<Vec<SanctionRecord>, StoreError>;

    /// Events after a position, in order; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    async fn events(
        &self,
        tenant: TenantId,
        filter: &EventFilter,
        page: After<i64>,
    ) -> Result<Log, StoreError>;

    /// Where the logs of some tenants end, in no particular order. A tenant that does not exist has none.
    async fn log_ends(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, i64)>, StoreError>;

    /// Where the logs of all tenants end, in no particular order.
    async fn all_log_ends(&self) -> Result<Vec<(TenantId, i64)>, StoreError>;

    /// To which platforms some communities of a tenant are linked, in no particular order.
    async fn platforms(
        &self,
        tenant: TenantId,
        communities: &[CommunityId],
    ) -> Result<Vec<(CommunityId, Platform)>, StoreError>;
}
