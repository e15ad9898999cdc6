//! The bus port: the log of each tenant once more as a stream, from which groups of consumers take what they work off.
//!
//! A stream is a copy. Its entries have the positions of the log as their ids, so that whoever publishes need not remember anything: where
//! to go on from is what the stream itself says.

use crate::domain::id::{CommunityId, TenantId, UserId};
use async_trait::async_trait;
use std::time::Duration;

/// An event as it stands in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its position in the tenant's log.
    pub position: i64,
    /// Its type.
    pub kind: String,
    /// The community, if any.
    pub community: Option<CommunityId>,
    /// The user, if any.
    pub user: Option<UserId>,
    /// When it happened, as the document has it.
    pub at: String,
    /// The version of the document.
    pub version: i32,
    /// The document that callers read of the log.
    pub event: String,
    /// What is to go from the streams before the entry is appended.
    pub clears: Option<Clears>,
}

/// What is to go from streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clears {
    /// What names a person, of the tenant's own stream.
    User(UserId),
    /// What belongs to a community, of the tenant's own stream.
    Community(CommunityId),
    /// The streams of another tenant.
    Tenant(TenantId),
}

/// What a stream says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    /// The position of the last entry that was ever appended; 0 where there was none. An id that is no position lies beyond every log.
    pub last: i64,
    /// The newest entry that is still there: its position, its type, and when it happened.
    pub newest: Option<(i64, String, String)>,
    /// How many entries it holds.
    pub length: u64,
}

/// What came of appending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// All of it is there.
    All,
    /// Nothing was appended: the stream ends elsewhere.
    Elsewhere,
}

/// How long a stream may become, and what of it is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many positions are kept once every group has acknowledged them.
    pub max_length: u64,
    /// How many positions are kept at most.
    pub hard_length: u64,
    /// How often an entry is delivered before it is a dead letter.
    pub max_deliveries: u64,
    /// For how long a delivered entry is not touched before it is stuck.
    pub stuck_after: Duration,
}

/// What a group of consumers will not get from a stream any more, because the stream was longer than it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The group.
    pub group: String,
    /// The first and the last position between which something was not acknowledged.
    pub positions: (i64, i64),
}

/// What tidying a stream came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// What [`Tip::last`] is.
    pub last: i64,
    /// How many entries were moved to the dead letters.
    pub buried: u64,
    /// What was lost.
    pub lost: Vec<Lost>,
}

/// The bus did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BusError {
    /// Why.
    pub reason: String,
}

/// The streams.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// How often the bus was connected to. Where that changes, streams may have lost what they had.
    fn connections(&self) -> u64;

    /// What a stream says of itself.
    ///
    /// # Errors
    /// [`BusError`], as all of these.
    async fn tip(&self, tenant: TenantId) -> Result<Tip, BusError>;

    /// Appends entries, all or none, if the stream's last position is `after`.
    async fn append(&self, tenant: TenantId, after: i64, entries: &[Entry]) -> Result<Appended, BusError>;

    /// Takes out what names a person or belongs to a community, dead letters too; removes the streams of a tenant.
    async fn clear(&self, tenant: TenantId, what: Clears) -> Result<u64, BusError>;

    /// Moves entries that nobody can work off to the dead letters, and lets go of what is too old, seen from a position at which the stream
    /// was known to end: what somebody else may have put behind it says nothing about age.
    async fn tidy(&self, tenant: TenantId, end: i64, bounds: &Bounds) -> Result<Tidied, BusError>;
}
