//! Colours, as pages have them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A colour in red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as #rrggbb")]
pub struct NotAColour;

impl Colour {
    /// The colour of a text such as `#2f7ed8`: lower or upper case, always six digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// How much red, green and blue, from 0 to 255.
    #[must_use]
    pub const fn parts(self) -> [u8; 3] {
        self.0
    }
}

impl TryFrom<String> for Colour {
    type Error = NotAColour;

    fn try_from(text: String) -> Result<Self, NotAColour> {
        Self::parse(&text).ok_or(NotAColour)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_one_spelling() {
        let colour = Colour::parse("#2F7ed8").unwrap();
        assert_eq!(
            (colour.to_string().as_str(), colour.parts()),
            ("#2f7ed8", [47, 126, 216])
        );
        for text in [
            "2f7ed8", "#2f7ed", "#2f7ed80", "#fff", "red", "#gggggg", "#+f7ed8", "#2f7ed8 ", "#2f7é8", "",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
