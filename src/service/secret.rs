//! API keys as texts: what one looks like, and how it is told from a mistyped one without asking the store.
//!
//! `trb_live_`, 30 random base62 characters, and 6 more that hold the CRC-32 of all that stands before them. So a scanner of
//! leaked secrets recognises a key offline, and a mistyped one never reaches the database.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// What a key begins with.
const PREFIX: &str = "trb_live_";
/// How many characters of a key are random: 178 bits.
const RANDOM: usize = 30;
/// How many characters hold the checksum; six digits of base 62 are enough for 32 bits.
const CHECK: usize = 6;
/// How much of a key the hint shows: the prefix and four characters.
const HINT: usize = PREFIX.len() + 4;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a key looks like, for scanners: also in the published documentation.
pub const PATTERN: &str = "^trb_live_[0-9A-Za-z]{36}$";

/// A whole API key. Never printed: whoever must show it once takes it by [`ApiSecret::reveal`].
#[derive(Clone)]
pub struct ApiSecret(String);

impl ApiSecret {
    /// A new key out of random bytes.
    #[must_use]
    pub fn generate(random: [u8; 32]) -> Self {
        // The 256-bit number in base 62, 30 digits of it: what the division leaves over favours no digit by more than 2^-77.
        let mut number = random;
        let mut text = String::with_capacity(PREFIX.len() + RANDOM + CHECK);
        text.push_str(PREFIX);
        for _ in 0..RANDOM {
            text.push(digit(divide(&mut number)));
        }
        let check = checksum(&text);
        text.push_str(&check);
        Self(text)
    }

    /// Takes a text for a key if it looks like one and its checksum is right.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let plain = rest.len() == RANDOM + CHECK && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain {
            return None;
        }
        let (body, check) = text.split_at(PREFIX.len() + RANDOM);
        (checksum(body) == check).then(|| Self(text.to_owned()))
    }

    /// The SHA-256 of the whole key, by which the store knows it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The first characters, for recognising the key in a list.
    #[must_use]
    pub fn hint(&self) -> String {
        self.0.chars().take(HINT).collect()
    }

    /// The key itself, for the one answer that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiSecret(…)")
    }
}

/// The CRC-32 of a text in base 62, most significant digit first.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK];
    for place in digits.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

/// Divides a big-endian number by 62 and gives the remainder.
fn divide(number: &mut [u8; 32]) -> u8 {
    let mut rest = 0_u16;
    for byte in number {
        let whole = rest * 256 + u16::from(*byte);
        // The remainder is below 62, so the quotient is below 256 and the cast loses nothing.
        *byte = (whole / 62) as u8;
        rest = whole % 62;
    }
    rest as u8
}

fn digit(value: u8) -> char {
    char::from(DIGITS[usize::from(value % 62)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_recognised_and_a_mistyped_one_is_not() {
        let secret = ApiSecret::generate([7; 32]);
        let text = secret.reveal();
        assert_eq!(text.len(), 45);
        assert!(ApiSecret::parse(text).is_some());
        for place in 0..text.len() {
            let mut wrong = text.as_bytes().to_vec();
            wrong[place] = if wrong[place] == b'x' { b'y' } else { b'x' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(ApiSecret::parse(&wrong).is_none(), "{wrong}");
        }
        for wrong in ["", "trb_live_", &text[..44], &format!("{text}0")] {
            assert!(ApiSecret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_bit_of_randomness_counts() {
        let one = ApiSecret::generate([0; 32]);
        let mut random = [0; 32];
        random[31] = 1;
        assert_ne!(one.hash(), ApiSecret::generate(random).hash());
        random = [0; 32];
        random[11] = 1;
        assert_ne!(one.reveal(), ApiSecret::generate(random).reveal());
    }

    #[test]
    fn it_never_prints_itself() {
        let secret = ApiSecret::generate([1; 32]);
        assert!(!format!("{secret:?}").contains(&secret.reveal()[9..]));
        assert_eq!(secret.hint().len(), 13);
    }
}
