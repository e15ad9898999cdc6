//! Who acts, and upon whom, as far as authority goes.

use super::id::{KeyId, UserId};
use super::identity::{Identity, Platform};
use super::rank::Authority;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who acts, as a case records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A person, through an API key.
    Human {
        /// Who.
        user: UserId,
        /// The identity by which the call named them, if it named one.
        identity: Option<Identity>,
        /// The key that carried the call; `None` for what was imported at the server's own console.
        key: Option<KeyId>,
    },
    /// An API key that names no person.
    Key {
        /// Which.
        key: KeyId,
    },
    /// A rung of the ladder.
    Escalation {
        /// The rung's id.
        rung: String,
    },
    /// The service itself: time is over.
    System,
    /// Whoever it was in another bot's records, which do not say.
    Import {
        /// Where the record comes from.
        source: Platform,
    },
}

/// An actor together with what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub actor: Actor,
    /// Their standing in the community.
    pub authority: Authority,
}

/// What authority needs to know of the member acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Who.
    pub user: UserId,
    /// Their standing in the community.
    pub authority: Authority,
    /// Nobody acts on them without breaking the glass.
    pub protected: bool,
    /// A bot: likewise.
    pub bot: bool,
}

impl Actor {
    /// The user, if the actor is a person.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Human { user, .. } => Some(*user),
            _ => None,
        }
    }
}

/// One word for the actor, the same however a call names them: what cases are filtered by and duplicates compared with.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Human { user, .. } => write!(f, "{user}"),
            Self::Key { key } => write!(f, "{key}"),
            Self::Escalation { .. } => f.write_str("escalation"),
            Self::System => f.write_str("system"),
            Self::Import { .. } => f.write_str("import"),
        }
    }
}
