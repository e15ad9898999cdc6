//! What a person needs next, printed when the server is ready: where everything is, and, once, the first key.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::serve::Jobs;
use crate::config::{Config, DatabaseKind, RedisUrl};

/// The first key and where it is kept.
pub(super) struct FirstKey {
    /// The whole key. Printed once, and on purpose.
    pub(super) secret: String,
    /// The tenant that was made with it.
    pub(super) tenant: String,
    /// The file that keeps it.
    pub(super) file: PathBuf,
}

/// What there is to say.
pub(super) struct Banner<'a> {
    pub(super) config: &'a Config,
    /// The store with its version, as it calls itself.
    pub(super) backend: &'a str,
    /// Where the jobs run.
    pub(super) jobs: Jobs,
    /// Where the server really listens.
    pub(super) address: SocketAddr,
    /// The file that keeps a key which this database knows, if there is one.
    pub(super) key_file: Option<&'a Path>,
    /// The first key, when this start has made it.
    pub(super) first_key: Option<&'a FirstKey>,
}

impl Banner<'_> {
    /// Prints it to standard output.
    pub(super) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(self.text().as_bytes())?;
        out.flush()
    }

    fn text(&self) -> String {
        let base = base_url(self.config, self.address);
        let mut rows = vec![
            ("store", self.store()),
            ("limits", self.limits()),
            ("data folder", self.config.data.dir.display().to_string()),
            ("API", format!("{base}/v1")),
            ("docs", format!("{base}/docs")),
            ("OpenAPI", format!("{base}/openapi.json")),
        ];
        if self.jobs == Jobs::Elsewhere {
            rows.push(("jobs", "none here; `tribune work` must run beside it".to_owned()));
        }
        if self.first_key.is_none() {
            let made = || "made at the first start; `tribune key create` makes another".to_owned();
            let kept = |file: &Path| format!("kept in {}", file.display());
            rows.push(("admin key", self.key_file.map_or_else(made, kept)));
        }
        let mut text = format!("Tribune {}\n\n", env!("CARGO_PKG_VERSION"));
        for (name, value) in rows {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "  {name:<13}{value}");
        }
        if let Some(key) = self.first_key {
            text.push_str(&introduction(key, &base));
        }
        let _ = write!(text, "\nlistening on http://{}\n", self.address);
        text
    }

    fn limits(&self) -> String {
        let here = || "counted in this process".to_owned();
        let there = |url: &RedisUrl| format!("counted in {url}");
        self.config.redis.url.as_ref().map_or_else(here, there)
    }

    fn store(&self) -> String {
        let url = self.config.database_url();
        match url.kind() {
            DatabaseKind::Sqlite => format!("{}, {}", self.backend, super::store::file(&url).display()),
            DatabaseKind::Postgres => format!("{}, {url}", self.backend),
        }
    }
}

/// The first key, and what to do with it.
fn introduction(key: &FirstKey, base: &str) -> String {
    format!(
        "\n  This is the first start: there is a tenant \"{tenant}\" now, and an admin key for it.\n  \
         The key is shown this once, and kept in {file}.\n\n  \
         admin key    {secret}\n\n  \
         Try it:\n\n\
         curl -s {base}/v1/communities -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' \
         -d '{{\"name\": \"My community\"}}'\n",
        tenant = key.tenant,
        file = key.file.display(),
        secret = key.secret,
    )
}

/// How a person on this machine reaches the server, unless the settings know better.
fn base_url(config: &Config, address: SocketAddr) -> String {
    if let Some(url) = &config.server.public_url {
        return url.clone();
    }
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    format!("http://{address}")
}
