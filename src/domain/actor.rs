//! Who acts, and upon whom, as far as authority goes.

use super::id::{KeyId, UserId};
use super::identity::{Identity, Platform};
use super::rank::Authority;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the word for a rule of automod begins with.
pub const AUTOMOD: &str = "automod:";

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
        /// The standing that the call asserted, by which the act was judged; `None` where the stored one counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asserted: Option<Authority>,
    },
    /// An API key that names no person.
    Key {
        /// Which.
        key: KeyId,
    },
    /// A rule of a bot's own, through the key that it acts with.
    Automod {
        /// The rule.
        rule: Rule,
        /// Which version of it.
        version: i32,
        /// The key, with whose standing it acts.
        key: KeyId,
    },
    /// A rung of the ladder.
    Escalation {
        /// The rung's id.
        rung: String,
    },
    /// The service itself: time is over.
    System,
    /// Whoever did it natively, past this service, as a relay observed it.
    External {
        /// On which platform.
        platform: Platform,
        /// Who, where the platform says so.
        user: Option<UserId>,
        /// The key that told it.
        key: KeyId,
    },
    /// Whoever it was in another bot's records, which do not say.
    Import {
        /// Where the record comes from.
        source: Platform,
    },
}

/// The name of a rule of automod: 1 to 64 lower-case letters, digits, `-` or `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rule(String);

/// Why a text is not the name of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rule's name is 1 to 64 lower-case letters, digits, '-' or '_'")]
pub struct NotARule;

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

impl Rule {
    /// From a text.
    ///
    /// # Errors
    /// [`NotARule`] says what a name looks like.
    pub fn new(text: &str) -> Result<Self, NotARule> {
        let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let is_name = (1..=64).contains(&text.len()) && text.bytes().all(fits);
        is_name.then(|| Self(text.to_owned())).ok_or(NotARule)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rule as an actor in one word, whatever its version: `automod:links`.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("{AUTOMOD}{}", self.0)
    }
}

impl Actor {
    /// The user, if the actor is a person.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Human { user, .. } => Some(*user),
            Self::External { user, .. } => *user,
            _ => None,
        }
    }
}

/// One word for the actor, the same however a call names them: what cases are filtered by and duplicates compared with.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Human { user, .. } | Self::External { user: Some(user), .. } => write!(f, "{user}"),
            Self::External { .. } => f.write_str("external"),
            Self::Key { key } => write!(f, "{key}"),
            Self::Automod { rule, .. } => write!(f, "{}", rule.actor()),
            Self::Escalation { .. } => f.write_str("escalation"),
            Self::System => f.write_str("system"),
            Self::Import { .. } => f.write_str("import"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_rule_is_the_same_actor_in_every_version() {
        let by = |version| Actor::Automod {
            rule: Rule::new("links").unwrap(),
            version,
            key: KeyId(Uuid::nil()),
        };
        assert_eq!(by(3).to_string(), "automod:links");
        assert_eq!(by(3).to_string(), by(4).to_string());
        assert_eq!(by(3).user(), None);
    }

    #[test]
    fn rules_have_plain_names() {
        for wrong in ["", "Links", "a b", "a:b", "ä", &"a".repeat(65)] {
            assert_eq!(Rule::new(wrong), Err(NotARule), "{wrong}");
        }
        assert!(Rule::new("mass-mention_2").is_ok() && Rule::new(&"a".repeat(64)).is_ok());
    }
}
