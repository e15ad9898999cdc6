//! Receipts: what a relay says of a directive.

use super::State;
use crate::domain::id::LeaseId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a relay says of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is as wanted.
    Applied,
    /// It came to nothing for a reason that passes.
    Transient,
    /// The relay's bot lacks a permission, or stands too low.
    PermissionMissing,
    /// The space is not to be reached.
    Unreachable,
    /// The platform cannot do this.
    Unsupported,
}

impl Outcome {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Transient => "transient",
            Self::PermissionMissing => "permission_missing",
            Self::Unreachable => "unreachable",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A receipt: what came of trying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What.
    pub outcome: Outcome,
    /// The platform's code, as it named it.
    pub code: Option<String>,
    /// In words.
    pub detail: Option<String>,
    /// Until when the platform keeps it up by itself, if that is sooner than wanted.
    pub holds_until: Option<DateTime<Utc>>,
    /// After how many seconds the platform said to come back, if it did.
    pub retry_after: Option<i64>,
    /// Under which lease it was carried out, if the relay said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseId>,
    /// When it was received.
    pub at: DateTime<Utc>,
}

/// Why nothing is done about a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is in nobody's hands, or in somebody else's, by now.
    LeaseLost,
    /// It is settled, and how.
    Settled(State),
}
