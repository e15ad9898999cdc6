//! Versions of a policy as a store keeps them.

use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, TenantId};
use crate::domain::timeline::PolicyVersion;
use chrono::{DateTime, Utc};

/// A policy version with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    /// The version and its rules.
    pub version: PolicyVersion,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub comment: Option<String>,
    /// When it was withdrawn, before it could come into force.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// How many seconds ahead a version may come into force: a year, and be it a leap year.
pub const FARTHEST_ACTIVATION: i64 = 366 * 86_400;

/// The versions of a policy that count as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyNow {
    /// The one in force.
    pub in_force: PolicyRecord,
    /// The one that is to come into force.
    pub scheduled: Option<PolicyRecord>,
}

/// What a change of a policy did to one of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyNews {
    /// It was written, and comes into force later.
    Scheduled,
    /// It never will.
    Withdrawn,
    /// It is in force.
    Activated,
}

/// What came of a change of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Whose policy.
    pub community: CommunityId,
    /// The version that was written, withdrawn or activated.
    pub record: PolicyRecord,
    /// The version in force now.
    pub in_force: i32,
    /// What happened, in order, and to which versions; nothing when there was nothing left to do.
    pub news: Vec<(PolicyNews, PolicyRecord)>,
}

/// A version that came into force by time alone, which is not written down yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePolicy {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Which.
    pub version: i32,
}
