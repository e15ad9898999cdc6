//! What signatures of deliveries are made with: 32 random bytes, written as `whsec_` and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a secret begins with when it is shown.
const PREFIX: &str = "whsec_";

/// A secret. Never printed: whoever must show it once takes it by [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret([u8; 32]);

/// A text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is 32 bytes in base64 behind {PREFIX}")]
pub struct NoSecret;

impl Secret {
    /// Out of random bytes.
    #[must_use]
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Its bytes, for making a signature.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The secret as receivers want it, for the one answer that shows it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl TryFrom<String> for Secret {
    type Error = NoSecret;

    fn try_from(text: String) -> Result<Self, NoSecret> {
        let coded = text.strip_prefix(PREFIX).ok_or(NoSecret)?;
        let bytes = STANDARD.decode(coded).map_err(|_| NoSecret)?;
        bytes.try_into().map(Self).map_err(|_| NoSecret)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.reveal()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
