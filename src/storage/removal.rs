//! How far the rows of what was deleted are removed, apart from any SQL.

use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// Which step of the list.
    pub(crate) step: usize,
    /// The last position of the log seen.
    pub(crate) number: i64,
    /// The last idempotency key seen.
    pub(crate) text: String,
}

impl Sweep {
    /// Before the next step.
    pub(crate) fn next(&self) -> Self {
        Self {
            step: self.step + 1,
            ..Self::default()
        }
    }
}

/// What is being removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was written about a person.
    User,
    /// The rows of a community.
    Community,
    /// The rows of a tenant.
    Tenant,
}

impl Kind {
    /// The one with this name in the store.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "user" => Some(Self::User),
            "community" => Some(Self::Community),
            "tenant" => Some(Self::Tenant),
            _ => None,
        }
    }
}
