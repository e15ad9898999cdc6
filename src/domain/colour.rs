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

/// How far text and what is behind it have to be apart to be read, by WCAG 2.2.
const READABLE: f64 = 4.5;
/// In how many steps a colour is brought to black or to white.
const STEPS: u16 = 32;

impl Colour {
    /// The colour, darker or lighter by as little as it takes to be read on another one: darker on a light one, lighter on a dark one.
    #[must_use]
    pub fn readable_on(self, behind: Self) -> Self {
        let goal = if behind.luminance() > 0.5 { 0 } else { 255 };
        let towards = |step: u16| {
            let mix = |part: u8| {
                let mixed = (u16::from(part) * (STEPS - step) + goal * step) / STEPS;
                u8::try_from(mixed).unwrap_or(u8::MAX)
            };
            Self(self.0.map(mix))
        };
        let mut shades = (0..STEPS).map(towards);
        let readable = shades.find(|shade| shade.contrast(behind) >= READABLE);
        readable.unwrap_or_else(|| towards(STEPS))
    }

    /// How far two colours are apart, from 1 to 21, by WCAG 2.2.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
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

    #[test]
    fn any_colour_can_be_read_on_any_ground() {
        let of = |text: &str| Colour::parse(text).unwrap();
        for behind in ["#e8eefb", "#232c40", "#ffffff", "#000000"].map(of) {
            for text in ["#ffcc00", "#2b57c4", "#000000", "#ffffff", "#777777", "#ff0000"] {
                let shade = of(text).readable_on(behind);
                assert!(shade.contrast(behind) >= 4.5, "{text} on {behind}: {shade}");
            }
        }
        assert_eq!(
            of("#2b57c4").readable_on(of("#ffffff")),
            of("#2b57c4"),
            "as it is where it can be"
        );
        assert!((of("#000000").contrast(of("#ffffff")) - 21.0).abs() < 1e-9);
    }
}
