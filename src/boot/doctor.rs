//! `tribune doctor`: looks at everything that serving needs, changes nothing, and says what to do about what is wrong.

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::Guard;
use super::store::{self, Purpose};
use super::system::SystemClock;
use super::{BootError, folder, kept, limiter, outbound, streams};
use crate::cli;
use crate::config::{Config, DatabaseKind};
use crate::health;
use crate::ports::clock::Clock as _;
use crate::ports::store::Store;
use crate::service::error::{ServiceError, chain};
use crate::service::health::{LARGEST_SKEW, skew};
use crate::storage::migrations;

/// What lines about admin keys begin with.
const KEY: &str = "admin key";

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look at it.
    Warn,
    /// It keeps the server from serving.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// One line of the report.
struct Finding {
    verdict: Verdict,
    subject: &'static str,
    text: String,
}

fn finding(verdict: Verdict, subject: &'static str, text: impl Into<String>) -> Finding {
    let text = text.into();
    Finding {
        verdict,
        subject,
        text,
    }
}

/// Prints the report.
///
/// # Errors
/// [`BootError::Unwell`] when anything keeps the server from serving.
pub(super) async fn run(args: &cli::Served) -> Result<(), BootError> {
    let (config, origin) = match Config::load(&args.inputs()) {
        Ok((config, _)) => (config, "the defaults"),
        Err(error) => {
            report(&[finding(Verdict::Fail, "settings", chain(&error))])?;
            return Err(BootError::Unwell { failures: 1 });
        }
    };
    let origin = args
        .settings
        .config
        .as_deref()
        .map_or(origin.to_owned(), |file| file.display().to_string());
    let mut findings = vec![finding(
        Verdict::Ok,
        "settings",
        format!("from {origin}, the environment and the command line"),
    )];
    findings.push(data_folder(&config));
    findings.extend(open_key_files(&config.data.dir));
    findings.extend(database_files(&config));
    findings.extend(database(&config).await);
    findings.extend(redis(&config).await);
    findings.extend(authorities(&config));
    findings.push(port(&config));
    report(&findings)?;
    match findings.iter().filter(|f| f.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        failures => Err(BootError::Unwell { failures }),
    }
}

fn report(findings: &[Finding]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Finding {
        verdict,
        subject,
        text,
    } in findings
    {
        writeln!(out, "{verdict:<6}{subject:<13}{text}")?;
    }
    Ok(())
}

/// That files can be made in the folder, and that nobody else reads them.
fn data_folder(config: &Config) -> Finding {
    const SUBJECT: &str = "data folder";
    let folder = &config.data.dir;
    let shown = folder.display();
    if !folder.exists() {
        return finding(
            Verdict::Ok,
            SUBJECT,
            format!("{shown} is not there yet; the first start makes it"),
        );
    }
    let reserved = match folder::Reserved::new(folder) {
        Ok(reserved) => reserved,
        Err(error) => {
            let advice = "choose another with --data-dir, or let this user write there";
            let text = format!("no file can be made in {shown} ({error}): {advice}");
            return finding(Verdict::Fail, SUBJECT, text);
        }
    };
    let open = |mode| format!("{shown} is writable, but other users may look into it (mode {mode:o}):");
    match folder::guard(folder, &reserved) {
        Ok(Guard::Closed) => finding(
            Verdict::Ok,
            SUBJECT,
            format!("{shown}, writable, for its owner only"),
        ),
        Ok(Guard::Open(mode)) => {
            let text = format!("{} a start closes it, as chmod 700 {shown} does", open(mode));
            finding(Verdict::Warn, SUBJECT, text)
        }
        Ok(Guard::Foreign(mode)) => {
            let text = format!(
                "{} it is another user's, who should chmod 700 {shown}",
                open(mode)
            );
            finding(Verdict::Warn, SUBJECT, text)
        }
        Ok(Guard::Shared(mode, name)) => {
            let advice = format!(
                "it also holds {}, so a start leaves it as it is and ends; chmod 700 {shown}, or choose another with --data-dir",
                name.display()
            );
            finding(Verdict::Fail, SUBJECT, format!("{} {advice}", open(mode)))
        }
        Err(error) => finding(Verdict::Fail, SUBJECT, format!("{shown}: {error}")),
    }
}

/// The files of admin keys that others may read.
fn open_key_files(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in kept::files(folder).unwrap_or_default() {
        let shown = file.display();
        match folder::too_open(&file) {
            Ok(None) => {}
            Ok(Some(mode)) => {
                let advice = "chmod 600 it, and if anyone may have read it, revoke the key and make another";
                let text = format!("{shown} can be read by others (mode {mode:o}): {advice}");
                findings.push(finding(Verdict::Fail, KEY, text));
            }
            Err(error) => findings.push(finding(Verdict::Warn, KEY, format!("{shown}: {error}"))),
        }
    }
    findings
}

/// That one of the files of admin keys is this database's. None when there is no such file, which is as good.
async fn kept_key(store: &dyn Store, folder: &Path) -> Result<Option<Finding>, ServiceError> {
    let files = kept::files(folder).unwrap_or_default();
    let Some(other) = files.first().map(|file| file.display()) else {
        return Ok(None);
    };
    Ok(Some(
        match kept::known(store, folder, SystemClock.now()).await? {
            Some(file) => {
                let text = format!("{}, a key of this database", file.display());
                finding(Verdict::Ok, KEY, text)
            }
            None if store.count_tenants().await? == 0 => {
                let text = format!(
                    "{other} is no key of this database; the first start makes one and keeps it beside"
                );
                finding(Verdict::Ok, KEY, text)
            }
            None => {
                let text =
                    format!("{other} is no key that this database lets in: `tribune key create` makes one");
                finding(Verdict::Warn, KEY, text)
            }
        },
    ))
}

/// That nobody else reads the files of an embedded database. None where there is no such file.
fn database_files(config: &Config) -> Option<Finding> {
    const SUBJECT: &str = "data file";
    let url = config.database_url();
    if url.kind() != DatabaseKind::Sqlite {
        return None;
    }
    let file = store::file(&url);
    // The files beside it come and go, and hold as much of what was written.
    let all = ["", "-wal", "-shm"].map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    });
    let open = all
        .iter()
        .find_map(|file| Some((file, folder::too_open(file).ok()??)));
    match open {
        Some((file, mode)) => {
            let shown = file.display();
            let advice = format!("other users may read it (mode {mode:o}): chmod 600 {shown}");
            Some(finding(Verdict::Warn, SUBJECT, format!("{shown}: {advice}")))
        }
        None if file.exists() => Some(finding(
            Verdict::Ok,
            SUBJECT,
            format!("{}, for its owner only", file.display()),
        )),
        None => None,
    }
}

/// That the database answers, has the tables of this build, and agrees about the time.
async fn database(config: &Config) -> Vec<Finding> {
    const SUBJECT: &str = "database";
    let url = config.database_url();
    if url.kind() == DatabaseKind::Sqlite && !store::file(&url).exists() {
        let (verdict, advice) = if config.database.migrate {
            (Verdict::Ok, "the first start makes it")
        } else {
            (Verdict::Fail, "run `tribune migrate`")
        };
        let text = format!("{} is not there yet: {advice}", store::file(&url).display());
        return vec![finding(verdict, SUBJECT, text)];
    }
    let (found, known) = match store::schema(&url).await {
        Ok(found) => (found, migrations::newest()),
        Err(error) => {
            let advice = match url.kind() {
                DatabaseKind::Sqlite => "is it a database of tribune, and may this user read it?",
                DatabaseKind::Postgres => {
                    "is the server running, and are host, user, password and database right?"
                }
            };
            return vec![finding(
                Verdict::Fail,
                SUBJECT,
                format!("{url}: {}; {advice}", chain(&error)),
            )];
        }
    };
    if found > known {
        let text =
            format!("it has version {found}, this build knows {known}: use the newer tribune that made it");
        return vec![
            finding(Verdict::Ok, SUBJECT, url.to_string()),
            finding(Verdict::Fail, "schema", text),
        ];
    }
    if found < known {
        let (verdict, advice) = if config.database.migrate {
            (Verdict::Ok, "the next start brings it up to date")
        } else {
            (Verdict::Fail, "run `tribune migrate`")
        };
        let text = format!("version {found}, this build has {known}: {advice}");
        return vec![
            finding(Verdict::Ok, SUBJECT, url.to_string()),
            finding(verdict, "schema", text),
        ];
    }
    let mut findings = answering(config).await;
    findings.push(finding(
        Verdict::Ok,
        "schema",
        format!("version {found}, the newest"),
    ));
    findings
}

/// A database with the right tables: what it is, and what time it has.
async fn answering(config: &Config) -> Vec<Finding> {
    let url = config.database_url();
    let store = match store::open(config, Arc::new(SystemClock), Purpose::Assist).await {
        Ok(store) => store,
        Err(error) => return vec![finding(Verdict::Fail, "database", chain(&error))],
    };
    let asked = SystemClock.now();
    let health = store.health().await;
    let answered = SystemClock.now();
    let key = kept_key(&*store, &config.data.dir).await;
    let streams = streams::beside(config, &*store).await;
    store.close().await;
    let failed = |error: &dyn std::error::Error| {
        let text = format!("{url}: {}", chain(error));
        vec![finding(Verdict::Fail, "database", text)]
    };
    let (health, key) = match (health, key) {
        (Ok(health), Ok(key)) => (health, key),
        (Err(error), _) => return failed(&error),
        (_, Err(error)) => return failed(&error),
    };
    let skew = skew(asked, health.now, answered);
    let milliseconds = skew.num_milliseconds();
    let clock = if skew.abs() > LARGEST_SKEW {
        let advice = "set both by NTP; until then the server is not ready";
        finding(
            Verdict::Fail,
            "clock",
            format!("{milliseconds} ms away from the database's: {advice}"),
        )
    } else {
        finding(
            Verdict::Ok,
            "clock",
            format!("{milliseconds} ms away from the database's"),
        )
    };
    let database = finding(Verdict::Ok, "database", format!("{}, {url}", health.backend));
    let streams = streams.map(published).unwrap_or_default();
    key.into_iter().chain([database, clock]).chain(streams).collect()
}

/// That streams are copies of their logs. Whatever is wrong with them, the server serves.
fn published(beside: Result<streams::Beside, String>) -> Vec<Finding> {
    const SUBJECT: &str = "streams";
    let beside = match beside {
        Ok(beside) => beside,
        Err(reason) => {
            let text = format!("{reason}; nothing is lost: they are published to once Redis answers");
            return vec![finding(Verdict::Warn, SUBJECT, text)];
        }
    };
    let mut findings = Vec::new();
    for key in &beside.ahead {
        let text = format!(
            "{key} has what its log has not, as after restoring a backup, and nothing is published to it: docs/redis-streams.md says what to do"
        );
        findings.push(finding(Verdict::Warn, SUBJECT, text));
    }
    if let Some(rule) = &beside.evicts {
        let text =
            format!("Redis removes streams when it is full (maxmemory-policy {rule}): set it to noeviction");
        findings.push(finding(Verdict::Warn, SUBJECT, text));
    }
    if findings.is_empty() {
        let text = format!(
            "{} looked at, {} events not published yet",
            beside.streams, beside.behind
        );
        findings.push(finding(Verdict::Ok, SUBJECT, text));
    }
    findings
}

/// That Redis answers. None where the settings name none; without it the server serves, and each limit says what checks come to.
async fn redis(config: &Config) -> Option<Finding> {
    const SUBJECT: &str = "redis";
    let url = config.redis.url.as_ref()?;
    Some(match limiter::ping(config).await? {
        Ok(()) => finding(Verdict::Ok, SUBJECT, url.to_string()),
        Err(reason) => {
            let advice = "is it running, and are host, port and password right? Until then each rate limit does what its on_failure says";
            finding(Verdict::Warn, SUBJECT, format!("{url}: {reason}; {advice}"))
        }
    })
}

/// That the operator's own authorities can be used. None where the settings name none.
fn authorities(config: &Config) -> Option<Finding> {
    const SUBJECT: &str = "authorities";
    let file = config.outbound.ca_file.as_ref()?.display();
    Some(match outbound::open(config) {
        Ok(_) => finding(
            Verdict::Ok,
            SUBJECT,
            format!("{file}, believed in calls to others"),
        ),
        Err(error) => {
            let advice = "put the certificates there in PEM, or leave outbound.ca_file empty";
            finding(Verdict::Fail, SUBJECT, format!("{}: {advice}", chain(&error)))
        }
    })
}

/// That the address can be listened on, or that it is a tribune that listens there.
fn port(config: &Config) -> Finding {
    const SUBJECT: &str = "port";
    let address = config.server.listen;
    match std::net::TcpListener::bind(address) {
        Ok(_) => finding(Verdict::Ok, SUBJECT, format!("{address} is free")),
        Err(_) if health::probe(&format!("http://{address}/livez")).is_ok() => finding(
            Verdict::Ok,
            SUBJECT,
            format!("{address}: a server runs there and answers"),
        ),
        Err(error) => {
            let advice = "stop what uses it, or choose another with --listen";
            finding(Verdict::Fail, SUBJECT, format!("{address}: {error}; {advice}"))
        }
    }
}
