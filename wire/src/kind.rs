//! Kinds of act, by name: those that every community has, and those that its policy registers.

use std::fmt;

/// A kind of act: `note`, `warn`, `mute`, `unmute`, `restrict`, `unrestrict`, `kick`, `tempban`, `ban`, `unban`,
/// `delete_messages`, or one that the policy of the community registers. Read where it is used: a name that cannot be one is refused
/// there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Kind(String);

impl Kind {
    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Kind {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
