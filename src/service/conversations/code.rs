//! One-time codes: short enough to be typed, without letters that look alike, kept as a hash.

use crate::domain::id::TenantId;
use crate::ports::error::StoreError;
use crate::ports::ids::Ids;
use crate::service::error::ServiceError;
use sha2::{Digest as _, Sha256};

/// No 0 and O, no 1, I and L, no U, which is read as V.
const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many letters a code has: 39 bits, for ten minutes.
const LENGTH: usize = 8;

/// A code, which is shown once.
pub(super) struct LinkCode(String);

impl LinkCode {
    /// A new one.
    pub(super) fn draw(ids: &dyn Ids) -> Result<Self, ServiceError> {
        let random = ids
            .random()
            .map_err(|error| ServiceError::Store(StoreError::Failed(Box::new(error))))?;
        Ok(Self::of(random))
    }

    /// The 256-bit number in base 30: what the division leaves over favours no letter by more than 2^-200.
    fn of(random: [u8; 32]) -> Self {
        let mut number = random;
        let mut letters = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let mut rest = 0_u16;
            for byte in &mut number {
                let whole = rest * 256 + u16::from(*byte);
                // The remainder is below 30, so the quotient is below 256 and the cast loses nothing.
                *byte = (whole / 30) as u8;
                rest = whole % 30;
            }
            letters.push(char::from(LETTERS[usize::from(rest)]));
        }
        Self(letters)
    }

    /// As people read it.
    pub(super) fn shown(&self) -> String {
        let (one, two) = self.0.split_at(LENGTH / 2);
        format!("{one}-{two}")
    }

    /// What is kept of it.
    pub(super) fn hash(&self, tenant: TenantId) -> [u8; 32] {
        hash(tenant, &self.0)
    }
}

/// The hash of a code as somebody typed it: small letters, spaces and hyphens make no difference.
pub(super) fn hash(tenant: TenantId, typed: &str) -> [u8; 32] {
    let plain = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let plain: String = plain.map(|c| c.to_ascii_uppercase()).collect();
    let mut digest = Sha256::new();
    digest.update(tenant.0.as_bytes());
    digest.update(plain.as_bytes());
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let (tenant, code) = (TenantId(Uuid::from_u128(1)), LinkCode::of([7; 32]));
        let shown = code.shown();
        assert_eq!((shown.len(), shown.as_bytes()[4]), (9, b'-'));
        assert!(
            shown.bytes().all(|b| b == b'-' || LETTERS.contains(&b)),
            "{shown}"
        );
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            format!(" {shown}\n"),
        ] {
            assert_eq!(hash(tenant, &typed), code.hash(tenant), "{typed}");
        }
        assert_ne!(hash(TenantId(Uuid::from_u128(2)), &shown), code.hash(tenant));
        let mut other = [7; 32];
        for place in [0, 31] {
            other[place] = 8;
            assert_ne!(LinkCode::of(other).shown(), shown);
        }
    }
}
