//! What people read: as a tenant wrote it, or a message that there is in every language.

use serde::{Deserialize, Deserializer, Serialize};

/// What people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Wording {
    /// In the words of whoever wrote it, whatever language that is.
    Written(String),
    /// The key of a message. In shipped flows alone, which are stored nowhere.
    Key(&'static str),
}

impl Wording {
    /// The words, or the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Written(text) => text,
            Self::Key(key) => key,
        }
    }
}

impl Default for Wording {
    fn default() -> Self {
        Self::Written(String::new())
    }
}

/// What is stored is what somebody wrote.
impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::Written)
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self::Written(text)
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self::Written(text.to_owned())
    }
}
