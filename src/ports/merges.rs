//! The merges port: users who turned out to be one person, and what became of it. Merging and splitting are changes of the
//! [directory](super::directory); this is what they come to, and how merges are read back.

use super::directory::{After, User};
use super::error::StoreError;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, MergeId, TenantId, UserId};
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::domain::time::Instant;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// That one user was merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// The user who remained.
    pub into: UserId,
    /// The user who was merged into them.
    pub from: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub reason: Option<String>,
    /// That it was undone.
    pub undone: Option<Undone>,
}

/// That a merge was undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub reason: Option<String>,
}

/// What one person has in a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The exact balance.
    pub exact: Points,
    /// As people see it.
    pub points: Points,
    /// The sanctions that hold.
    pub sanctions: Vec<Sanction>,
}

/// What a merge comes to in a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// Where.
    pub community: CommunityId,
    /// When, as the ledger counts.
    pub at: Instant,
    /// What the one had who remains.
    pub into: Holding,
    /// What the other one had.
    pub from: Holding,
    /// What the one person has.
    pub joined: Holding,
    /// Sanctions whose end has moved with the points.
    pub moved: Vec<Sanction>,
}

/// Everything that a merge comes to.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The merge.
    pub merge: Merge,
    /// The one person.
    pub user: User,
    /// The communities in which the other one was a member, in the order of their ids.
    pub communities: Vec<JoinedMember>,
    /// Nothing was done: this is what it would come to.
    pub dry_run: bool,
}

/// One of two users in a community, as they are when a merge is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartedSide {
    /// Who.
    pub user: UserId,
    /// What they have.
    pub holding: Holding,
    /// Their cases that no longer count, because they alone would not have come to them.
    pub fallen: Vec<Case>,
    /// Sanctions that ended with those, as they were, and when.
    pub ended: Vec<(Sanction, Instant)>,
    /// Milder sanctions in the place of some of them.
    pub started: Vec<Sanction>,
    /// Sanctions whose end has moved with the points.
    pub moved: Vec<Sanction>,
}

/// What the undoing of a merge comes to in a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartedMember {
    /// Where.
    pub community: CommunityId,
    /// When, as the ledger counts.
    pub at: Instant,
    /// What the one person had.
    pub joined: Holding,
    /// The one who remained.
    pub into: PartedSide,
    /// The one who is somebody else again.
    pub from: PartedSide,
    /// How many cases went with them that were recorded since the merge.
    pub cases_moved: usize,
}

/// Everything that the undoing of a merge comes to.
#[derive(Clone, Debug)]
pub struct Parted {
    /// The merge.
    pub merge: Merge,
    /// The one who remained.
    pub into: User,
    /// The one who is somebody else again.
    pub from: User,
    /// The communities in which the two were one.
    pub communities: Vec<PartedMember>,
    /// Nothing was done: this is what it would come to.
    pub dry_run: bool,
}

/// Merges, read back.
#[async_trait]
pub trait Merges: Send + Sync {
    /// The merges of a user, on either side, undone ones too; the latest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a user whom the tenant does not have.
    async fn merges(
        &self,
        tenant: TenantId,
        user: UserId,
        page: After<MergeId>,
    ) -> Result<Vec<Merge>, StoreError>;

    /// Of these users those who are somebody else now, with whom.
    async fn merged_among(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, UserId>, StoreError>;
}
