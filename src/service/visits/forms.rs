//! What a page's form carries: a word that was drawn for this link and is good for some hours, so that no other page can have it sent, and that is
//! taken once, however often it comes.

use super::Visitor;
use super::token::Keys;
use crate::service::error::ServiceError;
use crate::service::{Claim, Service};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// For how many seconds a form may lie open.
const LIFE: i64 = 12 * 3_600;
/// The longest word that is looked at.
const LONGEST: usize = 200;

/// A form that was drawn by this service for this visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    link: String,
    once: String,
}

/// A form that was not, or too long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the form was not drawn for this link, or too long ago")]
pub struct BadForm;

impl Form {
    /// What is claimed by what the form asks for: the same form with something else in it is not the same request.
    pub(super) fn claim(&self, what: &str, written: &str) -> Claim {
        let mut hash = Sha256::new();
        hash.update(what.as_bytes());
        hash.update([0]);
        hash.update(written.as_bytes());
        Claim {
            // No client has such a key by chance: it names the link.
            key: format!("form:{}:{}", self.link, self.once),
            fingerprint: hash.finalize().into(),
        }
    }
}

impl Service {
    /// The word for a new form.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn draw_form(&self, visitor: &Visitor) -> Result<String, ServiceError> {
        let once = self.ids.fresh().simple().to_string();
        let at = self.clock.now().timestamp();
        let seal = self.link_keys().await?.seal(visitor.link, &once, at);
        Ok(format!("{once}.{at}.{seal}"))
    }

    /// The form that a word was drawn for.
    ///
    /// # Errors
    /// [`BadForm`] inside, or that the store could not answer.
    pub async fn form(&self, visitor: &Visitor, word: &str) -> Result<Result<Form, BadForm>, ServiceError> {
        let now = self.clock.now().timestamp();
        let once = read(self.link_keys().await?, visitor, word, now);
        Ok(once.ok_or(BadForm).map(|once| Form {
            link: visitor.link.to_string(),
            once,
        }))
    }
}

fn read(keys: &Keys, visitor: &Visitor, word: &str, now: i64) -> Option<String> {
    if word.len() > LONGEST {
        return None;
    }
    let mut parts = word.splitn(3, '.');
    let (once, at, seal) = (parts.next()?, parts.next()?, parts.next()?);
    let drawn: i64 = at.parse().ok()?;
    let right = keys.seal(visitor.link, once, drawn);
    let is_ours = bool::from(right.as_bytes().ct_eq(seal.as_bytes()));
    let is_young = (0..LIFE).contains(&now.checked_sub(drawn)?);
    (is_ours && is_young).then(|| once.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{AppealLinkId, CommunityId, TenantId, UserId};
    use uuid::Uuid;

    fn visitor(link: u128) -> Visitor {
        Visitor {
            tenant: TenantId(Uuid::nil()),
            community: CommunityId(Uuid::nil()),
            case: 1,
            link: AppealLinkId(Uuid::from_u128(link)),
            user: UserId(Uuid::nil()),
            expires_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_form_is_its_visitors_and_young() {
        let keys = Keys::of(&[1; 32]);
        let word = format!("abc.1000.{}", keys.seal(visitor(1).link, "abc", 1_000));
        let read = |visitor: &Visitor, word: &str, now| read(&keys, visitor, word, now);
        assert_eq!(read(&visitor(1), &word, 1_000).as_deref(), Some("abc"));
        assert_eq!(read(&visitor(1), &word, 1_000 + LIFE), None, "too old");
        assert_eq!(read(&visitor(1), &word, 999), None, "of the future");
        assert_eq!(read(&visitor(2), &word, 1_000), None, "of another link");
        let later = word.replace(".1000.", ".1001.");
        for wrong in ["", ".", "..", "abc", "abc.1000", "abc.1000.", &later, &word[1..]] {
            assert_eq!(read(&visitor(1), wrong, 1_001), None, "{wrong}");
        }
    }

    #[test]
    fn another_text_in_the_same_form_is_another_request() {
        let form = Form {
            link: "alk_1".into(),
            once: "abc".into(),
        };
        let (one, other) = (form.claim("appeal", "a"), form.claim("appeal", "b"));
        assert_eq!(one.key, other.key);
        assert_ne!(one.fingerprint, other.fingerprint);
        assert_ne!(one.fingerprint, form.claim("withdraw", "a").fingerprint);
    }
}
