//! Many rows as one parameter: a JSON array of arrays, which the statement takes apart with `json_each`.
//!
//! The driver makes a round trip to another thread for each call, and hands over each row by itself. So a batch is written
//! with one call, one statement a table, however many rows it has; and what it reads comes as one row, a JSON array too.

use crate::storage::batch::Home;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use uuid::Uuid;

/// Bytes as hexadecimal digits, for `unhex` in the statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

/// An identifier, likewise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id(pub(super) Uuid);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 0x0f)]);
        let text: String = self
            .0
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
            .collect();
        serializer.serialize_str(&text)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.simple().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Uuid::try_parse(&text).map(Self).map_err(D::Error::custom)
    }
}

/// Bytes that SQLite wrote with `hex`.
#[derive(Debug)]
pub(super) struct HexText(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for HexText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok());
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some(value(*high)? << 4 | value(*low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes
            .map(Self)
            .ok_or_else(|| D::Error::custom("not hexadecimal digits"))
    }
}

/// The two columns by which every table of a community begins.
pub(super) fn ids((tenant, community): Home) -> (Id, Id) {
    (Id(tenant.0), Id(community.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::codec::json;

    #[test]
    fn bytes_become_digits() {
        let id = Id(Uuid::from_u128(0x9f));
        let text = json(&(Hex(&[0x00, 0x9f, 0xff]), id)).unwrap();
        assert_eq!(text, r#"["009fff","0000000000000000000000000000009f"]"#);
    }

    #[test]
    fn digits_become_bytes() {
        let (HexText(bytes), Id(id)): (HexText, Id) =
            serde_json::from_str(r#"["009FFF","0000000000000000000000000000009F"]"#).unwrap();
        assert_eq!((bytes, id), (vec![0x00, 0x9f, 0xff], Uuid::from_u128(0x9f)));
        assert!(serde_json::from_str::<HexText>(r#""0""#).is_err());
        assert!(serde_json::from_str::<HexText>(r#""0g""#).is_err());
    }
}
