//! Values with a grammar of their own: durations, sizes, addresses; and texts that must not be shown.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

/// A text that may hold a secret: it can be read on purpose, but not printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The text itself; not for logs.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Which database an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file on this machine.
    Sqlite,
    /// A Postgres server.
    Postgres,
}

/// The address of a database; its password is shown as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    kind: DatabaseKind,
}

impl DatabaseUrl {
    /// A SQLite database in this file.
    #[must_use]
    pub fn sqlite(file: &Path) -> Self {
        Self {
            text: format!("sqlite:{}", file.display()),
            kind: DatabaseKind::Sqlite,
        }
    }

    /// Which database it leads to.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The address with its password, for the driver and nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    /// The error does not repeat the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind = match text.split_once(':') {
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => DatabaseKind::Sqlite,
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => DatabaseKind::Postgres,
            _ => return Err("expected sqlite:<path> or postgres://user:password@host/database"),
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DatabaseKind::Sqlite => f.write_str(&self.text),
            DatabaseKind::Postgres => f.write_str(&masked(&self.text)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address without anything that could be a password. In doubt it hides too much rather than too little.
fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_once("//").unwrap_or(("", url));
    // A password may hold unescaped slashes, question marks and at signs; the last at sign is its end.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) => (
            login
                .split_once(':')
                .map_or(login.to_owned(), |(user, _)| format!("{user}:***")),
            rest,
        ),
        None => (String::new(), rest),
    };
    let at = if user.is_empty() { "" } else { "@" };
    let (place, query) = rest
        .split_once('?')
        .map_or((rest, None), |(place, query)| (place, Some(query)));
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(hide).collect::<Vec<_>>().join("&"));
    format!(
        "{scheme}//{user}{at}{place}{}",
        query.map(|query| format!("?{query}")).unwrap_or_default()
    )
}

/// The address of Redis; its password is shown as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address with its password, for the driver and nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for RedisUrl {
    type Err = &'static str;

    /// The error does not repeat the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once("://") {
            Some(("redis" | "redis+unix" | "redis+cluster" | "redis+sentinel", rest)) if !rest.is_empty() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(
                "expected redis://:password@host:6379, redis+unix:///path, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/master",
            ),
        }
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What keys begin with. Braces would have a say in where a cluster keeps them, and white space is nowhere to be seen.
pub(super) fn prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '{' | '}');
    if text.len() <= 64 && text.chars().all(plain) {
        return Ok(text);
    }
    Err(D::Error::custom(format!(
        "expected at most 64 printable ASCII characters without braces and spaces, found {text:?}"
    )))
}

/// An address, or nothing when the text is empty.
pub(super) fn redis_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RedisUrl>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(D::Error::custom)
    }
}

/// An address, or nothing when the text is empty.
pub(super) fn database_url<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DatabaseUrl>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(D::Error::custom)
    }
}

/// The path of a file, or nothing when the text is empty.
pub(super) fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| text.into()))
}

/// An IP address with a port.
pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        D::Error::custom(format!(
            "expected an IP address and a port such as 127.0.0.1:8080 or [::1]:8080, found {text:?}"
        ))
    })
}

/// An http or https address without a slash at its end, or nothing when the text is empty.
pub(super) fn public_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_clean = |host: &&str| {
        !host.is_empty() && !host.contains(['?', '#', '@']) && !host.contains(char::is_whitespace)
    };
    match host.map(|host| host.trim_end_matches('/')).filter(is_clean) {
        Some(_) => Ok(Some(text.trim_end_matches('/').to_owned())),
        None => Err(D::Error::custom(
            "expected an address such as https://tribune.example.com",
        )),
    }
}

/// A whole number of 1 or more.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let count = usize::try_from(number)
        .ok()
        .filter(|&count| (1..=1_000_000).contains(&count));
    count.ok_or_else(|| D::Error::custom(format!("expected a number from 1 to 1000000, found {number}")))
}

/// A whole number from 1 to a hundred million.
pub(super) fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let length = u64::try_from(number)
        .ok()
        .filter(|&length| (1..=100_000_000).contains(&length));
    length.ok_or_else(|| D::Error::custom(format!("expected a number from 1 to 100000000, found {number}")))
}

/// A duration above zero and of at most a day.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    milliseconds(&text, 1, DAY).ok_or_else(|| {
        D::Error::custom(format!(
            "expected a duration such as 250ms, 10s or 5m, at most 1d, found {text:?}"
        ))
    })
}

/// A duration from a day to thirty.
pub(super) fn retention<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    milliseconds(&text, DAY, 30 * DAY).ok_or_else(|| {
        D::Error::custom(format!(
            "expected a duration from 24h to 30d, such as 48h or 7d, found {text:?}"
        ))
    })
}

/// A duration from a day to ten years.
pub(super) fn long_retention<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    milliseconds(&text, DAY, 3_650 * DAY).ok_or_else(|| {
        D::Error::custom(format!(
            "expected a duration from 1d to 3650d, such as 90d, found {text:?}"
        ))
    })
}

/// A duration that somebody can wait: from a tenth of a second to a minute.
pub(super) fn call_timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    milliseconds(&text, 100, 60_000).ok_or_else(|| {
        D::Error::custom(format!(
            "expected a duration from 100ms to 1m, such as 15s, found {text:?}"
        ))
    })
}

/// A day in milliseconds.
const DAY: u64 = 86_400_000;

/// A duration with its unit, if it lies between the two.
pub(super) fn milliseconds(text: &str, least: u64, most: u64) -> Option<Duration> {
    const UNITS: &[(&str, u64)] = &[
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", DAY),
    ];
    with_unit(text, UNITS)
        .filter(|given| (least..=most).contains(given))
        .map(Duration::from_millis)
}

/// A number of bytes above zero and of at most 1 GiB, as an integer or with a unit.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    struct Size;
    impl Visitor<'_> for Size {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a size such as 4096, 64KiB or 1MiB")
        }

        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<usize, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<usize, E> {
            const UNITS: &[(&str, u64)] = &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)];
            let bytes = with_unit(text, UNITS).filter(|bytes| (1..=1 << 30).contains(bytes));
            let refusal = || {
                E::custom(format!(
                    "expected a size such as 4096, 64KiB or 1MiB, at most 1GiB, found {text:?}"
                ))
            };
            bytes
                .and_then(|bytes| usize::try_from(bytes).ok())
                .ok_or_else(refusal)
        }
    }
    deserializer.deserialize_any(Size)
}

/// Digits and one of the units, multiplied.
fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}
