//! Signatures of deliveries, after the Standard Webhooks: HMAC-SHA256 of id, time and body.

use crate::domain::webhook::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header `webhook-signature`: a signature by each secret.
pub(super) fn signatures(secrets: &[&Secret], id: &str, timestamp: i64, body: &str) -> String {
    let each = secrets
        .iter()
        .map(|secret| signature(secret, id, timestamp, body));
    each.collect::<Vec<_>>().join(" ")
}

fn signature(secret: &Secret, id: &str, timestamp: i64, body: &str) -> String {
    // A key is filled up with zeros to the size of a block; written so, none can be of a wrong size.
    let mut key = [0; 64];
    key[..32].copy_from_slice(secret.bytes());
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(id.as_bytes());
    mac.update(format!(".{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `openssl dgst -sha256 -hmac`, over the same bytes.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let secret = Secret::new(*b"0123456789abcdef0123456789abcdef");
        let one = signatures(&[&secret], "dlv_1", 1_800_000_000, r#"{"type":"x"}"#);
        assert_eq!(one, "v1,LKI5p4czHRDehI9ZCWvDrThm04ponPV49a5S3Ooy6jM=");
        let both = signatures(
            &[&secret, &Secret::new([0; 32])],
            "dlv_1",
            1_800_000_000,
            r#"{"type":"x"}"#,
        );
        assert!(both.starts_with(&format!("{one} v1,")), "{both}");
    }
}
