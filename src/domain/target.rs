//! Where a call of ours goes: an address on the web that somebody else has given us.

use core::fmt;
use core::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The longest address, in bytes.
pub const MAX_TARGET: usize = 2_000;

/// The longest name of a host, without a dot at its end, and the longest label in it.
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// An http or https address without a login and without a fragment, in the one spelling that browsers give it.
///
/// A host that is an IP address is known to be one, however it was spelled: `2130706433`, `0x7f.1` and `127.0.0.1.` are all 127.0.0.1.
/// Which addresses may be called is not said here: it depends on the operator, and of a name only on what it resolves to.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(Url);

/// Why a text is not where a call can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    /// It is too long.
    #[error("the address has at most {MAX_TARGET} bytes")]
    TooLong,
    /// It is no address.
    #[error("expected an address such as https://hooks.example.com/tribune")]
    NotAnAddress,
    /// Its scheme is another.
    #[error("the address begins with https:// or http://")]
    Scheme,
    /// It holds a user or a password.
    #[error("the address holds no user and no password; a secret can be in its path or query")]
    Login,
    /// It has a fragment.
    #[error("the address has no fragment: what follows '#' is never sent")]
    Fragment,
    /// Its host cannot be one.
    #[error("the host is an IP address, or a name of letters, digits, '-', '_' and single dots")]
    Host,
    /// Its port cannot be one.
    #[error("the port is a number from 1 to 65535")]
    Port,
}

impl Target {
    /// From a text.
    ///
    /// # Errors
    /// [`NotATarget`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NotATarget> {
        if text.len() > MAX_TARGET {
            return Err(NotATarget::TooLong);
        }
        // White space inside is passed over by browsers; here it is a mistake.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(NotATarget::NotAnAddress);
        }
        let url = Url::parse(text).map_err(|error| match error {
            url::ParseError::InvalidPort => NotATarget::Port,
            url::ParseError::EmptyHost
            | url::ParseError::IdnaError
            | url::ParseError::InvalidIpv4Address
            | url::ParseError::InvalidIpv6Address
            | url::ParseError::InvalidDomainCharacter => NotATarget::Host,
            _ => NotATarget::NotAnAddress,
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NotATarget::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotATarget::Login);
        }
        if url.fragment().is_some() {
            return Err(NotATarget::Fragment);
        }
        match url.host() {
            Some(Host::Domain(name)) if !is_name(name) => return Err(NotATarget::Host),
            None => return Err(NotATarget::Host),
            Some(_) => {}
        }
        if url.port() == Some(0) {
            return Err(NotATarget::Port);
        }
        // Its one spelling can be longer, where bytes are written as %XX.
        if url.as_str().len() > MAX_TARGET {
            return Err(NotATarget::TooLong);
        }
        Ok(Self(url))
    }

    /// The whole address, which may hold a secret: for the call, the store and its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Scheme, host and port without the rest, in which there can be a secret: for logs.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether the call is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host, if it is an IP address and no name.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = NotATarget;

    fn try_from(text: String) -> Result<Self, NotATarget> {
        Self::parse(&text)
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.0.into()
    }
}

/// Whether a name can be looked up as it is, and is nothing else for any part of the way.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    name.len() <= MAX_HOST
        && name
            .split('.')
            .all(|label| (1..=MAX_LABEL).contains(&label.len()) && label.bytes().all(fits))
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn there_is_one_spelling() {
        for (text, spelled) in [
            ("https://hooks.example.com", "https://hooks.example.com/"),
            (
                "HTTPS://Hooks.Example.COM:443/A?b=C",
                "https://hooks.example.com/A?b=C",
            ),
            ("http://example.com:80", "http://example.com/"),
            ("http://example.com:8080/a/../b", "http://example.com:8080/b"),
            ("https://bücher.example/ö", "https://xn--bcher-kva.example/%C3%B6"),
            ("https://example.com./", "https://example.com./"),
            ("https://ex%61mple.com/", "https://example.com/"),
            ("https:\\\\example.com\\a", "https://example.com/a"),
        ] {
            assert_eq!(target(text).as_str(), spelled);
            assert_eq!(target(spelled).as_str(), spelled);
            assert_eq!(target(text), target(spelled));
        }
        assert!(target("https://example.com").is_https() && !target("http://example.com").is_https());
    }

    #[test]
    fn an_ip_address_is_known_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "017700000001",
            "0x7F.0.0.0x1",
            "127.0.0.01",
            "%31%32%37.0.0.1",
            "127。0。0。1",
            "127．0．0．1",
            "①②⑦.0.0.1",
            "１２７.0.0.1",
        ] {
            let target = target(&format!("http://{host}/"));
            assert_eq!(target.literal(), Some([127, 0, 0, 1].into()), "{host}");
            assert_eq!(target.as_str(), "http://127.0.0.1/");
        }
        for host in [
            "[::ffff:127.0.0.1]",
            "[::FFFF:7f00:1]",
            "[0:0:0:0:0:ffff:7f00:0001]",
        ] {
            let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
            assert_eq!(
                target(&format!("http://{host}/")).literal(),
                Some(mapped),
                "{host}"
            );
        }
        for host in [
            "localhost",
            "127.0.0.1.nip.io",
            "example.com",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(target(&format!("http://{host}/")).literal(), None, "{host}");
        }
    }

    #[test]
    fn what_is_no_target_is_told_why() {
        let long = format!("https://example.com/{}", "a".repeat(MAX_TARGET));
        let grows = format!("https://example.com/{}", "ö".repeat(600));
        let label = format!("https://{}.example.com/", "a".repeat(MAX_LABEL + 1));
        let name = format!("https://{}example.com/", "a.".repeat(MAX_HOST / 2));
        for (text, error) in [
            ("", NotATarget::NotAnAddress),
            ("example.com", NotATarget::NotAnAddress),
            ("/hooks", NotATarget::NotAnAddress),
            (" https://example.com", NotATarget::NotAnAddress),
            ("https://exa\nmple.com", NotATarget::NotAnAddress),
            ("https://example.com/\u{a0}", NotATarget::NotAnAddress),
            ("ftp://example.com", NotATarget::Scheme),
            ("file:///etc/passwd", NotATarget::Scheme),
            ("gopher://127.0.0.1", NotATarget::Scheme),
            ("javascript:alert(1)", NotATarget::Scheme),
            ("unix:/run/docker.sock", NotATarget::Scheme),
            ("https://user@example.com", NotATarget::Login),
            ("https://user:password@example.com", NotATarget::Login),
            ("https://:password@example.com", NotATarget::Login),
            ("https://example.com\\@127.0.0.1/#", NotATarget::Fragment),
            ("https://example.com/#", NotATarget::Fragment),
            ("https://example.com/#there", NotATarget::Fragment),
            ("https://", NotATarget::Host),
            ("https://?a", NotATarget::Host),
            ("https://[::1", NotATarget::Host),
            ("https://[fe80::1%25eth0]/", NotATarget::Host),
            ("https://256.0.0.1/", NotATarget::Host),
            ("https://1.2.3.4.5/", NotATarget::Host),
            ("https://a..b/", NotATarget::Host),
            ("https://.example.com/", NotATarget::Host),
            ("https://./", NotATarget::Host),
            ("https://exa\"mple.com/", NotATarget::Host),
            ("https://exa'mple.com/", NotATarget::Host),
            ("https://exa%00mple.com/", NotATarget::Host),
            ("https://exa%0ampl.com/", NotATarget::Host),
            (&label, NotATarget::Host),
            (&name, NotATarget::Host),
            ("https://example.com:0/", NotATarget::Port),
            ("https://example.com:65536/", NotATarget::Port),
            ("https://example.com:http/", NotATarget::Port),
            (&long, NotATarget::TooLong),
            (&grows, NotATarget::TooLong),
        ] {
            assert_eq!(Target::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn secrets_in_path_and_query_are_not_shown() {
        let target = target("https://hooks.example.com:8443/s3cret?token=s3cret");
        assert_eq!(target.origin(), "https://hooks.example.com:8443");
        assert_eq!(format!("{target:?}"), "https://hooks.example.com:8443/…");
    }

    proptest! {
        #[test]
        fn whatever_is_a_target_is_the_same_when_it_is_read_again(text in "https?://[ -~]{1,24}(/[ -~¡-ÿ]{0,24})?") {
            if let Ok(target) = Target::parse(&text) {
                prop_assert_eq!(Target::parse(target.as_str()), Ok(target.clone()));
                prop_assert!(target.as_str().is_ascii());
            }
        }
    }
}
