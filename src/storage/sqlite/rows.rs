//! Many rows as one parameter: a JSON array of arrays, which the statement takes apart with `json_each`.
//!
//! The driver makes a round trip to another thread for each statement, so a batch is written with one statement a table,
//! however many rows it has.

use crate::storage::batch::Home;
use serde::{Serialize, Serializer};
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
}
