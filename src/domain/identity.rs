//! Native identities: who somebody is on a platform.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A platform's name: `discord`, `telegram`, `slack`, `custom`, or another lower-case word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Platform(String);

/// An identifier that a platform gave: a user's, a space's. Opaque to us.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NativeId(String);

/// (platform, native id), written `platform:native_id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The platform.
    pub platform: Platform,
    /// The identifier there.
    pub id: NativeId,
}

/// Why a platform, native id or identity was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not 1 to 32 lower-case letters, digits, `_` or `-`, beginning with a letter.
    #[error(
        "a platform is 1 to 32 lower-case letters, digits, '_' or '-', beginning with a letter, such as discord"
    )]
    Platform,
    /// Not 1 to 128 printable ASCII characters without spaces, slashes, `?` or `#`.
    #[error("a native id is 1 to 128 printable ASCII characters without spaces, '/', '?', '#' or '%'")]
    NativeId,
    /// No colon.
    #[error("write an identity as platform:native_id, such as discord:80351110224678912")]
    NoColon,
}

impl Platform {
    /// Checks a platform's name.
    ///
    /// # Errors
    /// [`IdentityError::Platform`].
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let word = text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        let begins = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        if word && begins && text.len() <= 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdentityError::Platform)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NativeId {
    /// Checks a native id.
    ///
    /// # Errors
    /// [`IdentityError::NativeId`].
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'?' | b'#' | b'%'));
        if plain && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdentityError::NativeId)
        }
    }

    /// The id as the platform wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Identity {
    /// Parses `platform:native_id`.
    ///
    /// # Errors
    /// [`IdentityError`] says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let (platform, id) = text.split_once(':').ok_or(IdentityError::NoColon)?;
        Ok(Self {
            platform: Platform::parse(platform)?,
            id: NativeId::parse(id)?,
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.platform.0, self.id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_read_and_shown_alike() {
        for text in [
            "discord:80351110224678912",
            "slack:T012AB3C4:U0",
            "custom:a@b.example",
        ] {
            assert_eq!(Identity::parse(text).map(|i| i.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn bad_parts_are_named() {
        let long = format!("discord:{}", "1".repeat(129));
        for (text, error) in [
            ("80351110224678912", IdentityError::NoColon),
            ("Discord:1", IdentityError::Platform),
            (":1", IdentityError::Platform),
            ("1x:1", IdentityError::Platform),
            ("discord:", IdentityError::NativeId),
            ("discord:a b", IdentityError::NativeId),
            ("discord:a\0", IdentityError::NativeId),
            ("discord:ä", IdentityError::NativeId),
            (long.as_str(), IdentityError::NativeId),
        ] {
            assert_eq!(Identity::parse(text), Err(error), "{text:?}");
        }
    }
}
