//! Short names that communities choose: their own kinds of act, and the capabilities that a restriction takes away.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest name.
pub const MAX_NAME: usize = 32;

/// 1 to 32 lower-case letters, digits and underscores, a letter first. Small enough to be copied like a number.
#[derive(Clone, Copy)]
pub struct Name {
    length: u8,
    bytes: [u8; MAX_NAME],
}

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 32 lower-case letters, digits or '_', a letter first")]
pub struct NotAName;

impl Name {
    /// Stands where a word in the sources is no name, which tests forbid.
    pub(crate) const NAMELESS: Self = Self {
        length: 1,
        bytes: [b'x'; MAX_NAME],
    };

    /// From a text.
    ///
    /// # Errors
    /// [`NotAName`] says what a name looks like.
    pub fn new(text: &str) -> Result<Self, NotAName> {
        let fits = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if !begins || text.len() > MAX_NAME || !text.as_bytes().iter().all(fits) {
            return Err(NotAName);
        }
        let mut bytes = [0; MAX_NAME];
        for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        let length = u8::try_from(text.len()).map_err(|_| NotAName)?;
        Ok(Self { length, bytes })
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII ever gets in, so the default is never used.
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "voice_kick", "x2", &"a".repeat(32)] {
            assert_eq!(Name::new(good).map(|n| n.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "2x", "_x", "Voice", "voice-kick", "ä", "a b", &"a".repeat(33)] {
            assert_eq!(Name::new(bad), Err(NotAName), "{bad}");
        }
    }

    #[test]
    fn names_compare_as_their_texts_do() {
        let (a, b, ab) = (
            Name::new("a").unwrap(),
            Name::new("b").unwrap(),
            Name::new("ab").unwrap(),
        );
        assert!(a < ab && ab < b && a == Name::new("a").unwrap());
    }
}
