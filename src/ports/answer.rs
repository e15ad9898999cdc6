//! What a change leaves besides its rows: the answer kept under an idempotency key, and the events it appends.

use crate::domain::id::{CommunityId, UserId};
use chrono::{DateTime, Utc};

/// An `Idempotency-Key` that a call claims, in the same transaction as its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key, unique within the tenant.
    pub key: String,
    /// SHA-256 over method, path and canonical body: the same key with another fingerprint is refused.
    pub fingerprint: [u8; 32],
}

/// A finished answer, stored under the claim and given again to whoever repeats the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The JSON document, ready to send.
    pub body: String,
    /// What the new or changed thing is called in its collection: a case number, a version, an id. The HTTP layer makes
    /// `Location` and `ETag` of it.
    pub tag: String,
}

/// An event to append. The store gives it the tenant's next position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its type, such as `case.created`.
    pub kind: &'static str,
    /// The community that it belongs to, if any.
    pub community: Option<CommunityId>,
    /// The user that it is about, if any.
    pub user: Option<UserId>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The published JSON document of its type.
    pub data: String,
}
