//! The courier port: calls to addresses that tenants have given, and therefore nobody can vouch for.

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::target::Target;

/// What is posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where to.
    pub target: Target,
    /// Its headers; host, length and who calls are added.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Bytes,
}

/// Headers can be signatures, and bodies speak of people.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Letter")
            .field("target", &self.target)
            .field("headers", &names)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// What came back: an answer, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status of the one answer; a redirect is an answer too, and not followed.
    pub status: u16,
}

/// Why there was no answer. Tells the owner of an address what to look at, and nothing of the network that the call came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Undelivered {
    /// Whatever the host leads to may not be called.
    #[error("the address leads to nothing that may be called: to no public IP address, or without https")]
    RefusedAddress,
    /// The name leads nowhere.
    #[error("the name of the host could not be resolved")]
    Unresolved,
    /// There was no connection.
    #[error("no connection could be made")]
    Unreachable,
    /// There was a connection, but not with whom it should be.
    #[error(
        "no secure connection could be agreed: is the certificate valid for this host, complete, and by an authority that is known?"
    )]
    Tls,
    /// It took too long.
    #[error("there was no answer in time")]
    TimedOut,
    /// There was a connection, and no answer in HTTP.
    #[error("the connection ended, or what came was no answer in HTTP/1.1")]
    Broken,
    /// The letter cannot be written as a request.
    #[error("the request cannot be written")]
    Unsendable,
}

impl Undelivered {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::RefusedAddress,
        Self::Unresolved,
        Self::Unreachable,
        Self::Tls,
        Self::TimedOut,
        Self::Broken,
        Self::Unsendable,
    ];

    /// Its name, which stays.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RefusedAddress => "refused_address",
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
            Self::Unsendable => "unsendable",
        }
    }

    /// The reason of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Why a target will never be called, as far as it can be said without looking a name up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Its host is an IP address that may not be called.
    #[error("the host is an IP address that may not be called: it is not public")]
    Address,
    /// It is not encrypted.
    #[error("over http only what the operator has allowed may be called: begin the address with https://")]
    Unencrypted,
}

/// Carries letters to where they may go.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Whether there is any use in calling. What a name leads to is not looked at: that is asked at every call, since it changes.
    ///
    /// # Errors
    /// [`Forbidden`] when every call would be refused.
    fn permits(&self, target: &Target) -> Result<(), Forbidden>;

    /// Posts a letter once, and waits for the answer no longer than the settings say.
    ///
    /// # Errors
    /// [`Undelivered`] when there was no answer. Whether the letter arrived is not known then, unless no connection was made.
    async fn post(&self, letter: &Letter) -> Result<Reply, Undelivered>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_name_of_its_own() {
        for reason in Undelivered::ALL {
            assert_eq!(Undelivered::parse(reason.name()), Some(reason));
        }
        assert_eq!(Undelivered::parse("RefusedAddress"), None);
    }

    #[test]
    fn a_letter_shows_neither_signatures_nor_its_body() {
        let letter = Letter {
            target: Target::parse("https://example.com/s3cret?s3cret").unwrap(),
            headers: vec![("webhook-signature", "s3cret".to_owned())],
            body: Bytes::from_static(b"s3cret"),
        };
        let shown = format!("{letter:?}");
        assert!(
            shown.contains("example.com") && shown.contains("webhook-signature") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
