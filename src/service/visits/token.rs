//! What a link is signed with, and how a text is told from a link of ours.
//!
//! A token is a JWT (RFC 7519) with one header that never changes. So whoever reads one compares the header byte by byte: no other algorithm, no
//! type of token, no key of the sender's choice and no extension is ever looked at (RFC 8725).

use crate::domain::appeal_link::AppealLink;
use crate::domain::id::{AppealLinkId, CommunityId, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// The one header of all tokens.
const HEADER: &str = r#"{"typ":"appeal+jwt","alg":"HS256"}"#;
/// Who issues tokens.
const ISSUER: &str = "tribune";
/// What they are for.
const AUDIENCE: &str = "appeal";
/// The longest text that is looked at; a token has some 380 characters.
const LONGEST: usize = 1_024;

/// The keys that are made of the installation's secret: one for links, one for the forms behind them.
#[derive(Clone)]
pub struct Keys {
    links: [u8; 32],
    forms: [u8; 32],
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    tenant: String,
    community: String,
    case: i64,
}

/// Which link a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) tenant: TenantId,
    pub(super) community: CommunityId,
    pub(super) case: i64,
    pub(super) link: AppealLinkId,
}

/// Says nothing of the keys.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Those that are made of a secret.
    #[must_use]
    pub fn of(secret: &[u8; 32]) -> Self {
        Self {
            links: mac(secret, &[b"appeal links"]),
            forms: mac(secret, &[b"forms behind appeal links"]),
        }
    }

    /// The token of a link; the same one each time.
    pub(in crate::service) fn sign(&self, tenant: TenantId, link: &AppealLink) -> Option<String> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: link.created_at.timestamp(),
            exp: link.expires_at.timestamp(),
            jti: link.id.to_string(),
            tenant: tenant.to_string(),
            community: link.community.to_string(),
            case: link.case,
        };
        let claims = serde_json::to_vec(&claims).ok()?;
        let signed = format!("{}.{}", encoded(HEADER.as_bytes()), encoded(&claims));
        let signature = encoded(&mac(&self.links, &[signed.as_bytes()]));
        Some(format!("{signed}.{signature}"))
    }

    /// Which link a text is the token of, if it is one whose time is not over. Nothing of it is believed before its signature is checked.
    pub(super) fn read(&self, text: &str, now: DateTime<Utc>) -> Option<Named> {
        if text.len() > LONGEST {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if header != encoded(HEADER.as_bytes()) {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let mut check = Hmac::<Sha256>::new_from_slice(&self.links).ok()?;
        check.update(signed.as_bytes());
        check.verify_slice(&signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let is_ours = claims.iss == ISSUER && claims.aud == AUDIENCE;
        let seconds = now.timestamp();
        if !is_ours || claims.exp <= seconds {
            return None;
        }
        Some(Named {
            tenant: TenantId::parse(&claims.tenant)?,
            community: CommunityId::parse(&claims.community)?,
            case: claims.case,
            link: AppealLinkId::parse(&claims.jti)?,
        })
    }

    /// What a form carries that was drawn for a link at a moment: nobody else can write it.
    pub(super) fn seal(&self, link: AppealLinkId, once: &str, at: i64) -> String {
        let parts = [
            link.to_string().into_bytes(),
            once.as_bytes().to_vec(),
            at.to_string().into_bytes(),
        ];
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        encoded(&mac(&self.forms, &parts))
    }
}

/// An HMAC-SHA-256 over parts, told apart by what is in none of them.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // Keys of any length are taken, so there is nothing to fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            mac.update(&[0]);
        }
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
#[path = "token/tests.rs"]
mod tests;
