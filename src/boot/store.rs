//! Which store the settings mean, and how it is opened for each purpose. The only file that names one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::BootError;
use crate::config::{Config, DatabaseKind, DatabaseUrl, Synchronous};
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::storage::open::OpenError;
use crate::storage::{postgres, sqlite};

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To serve: a SQLite file is then this process's alone.
    Serve,
    /// To bring the tables up to date, whatever the settings say about starting.
    Migrate,
    /// To work beside a server.
    Assist,
}

impl Purpose {
    /// Whether tables may be made and changed.
    fn migrates(self, config: &Config) -> bool {
        match self {
            Self::Serve => config.database.migrate,
            Self::Migrate => true,
            Self::Assist => false,
        }
    }
}

/// Opens the database of the settings. What is logged and shown of its address has no password.
pub(super) async fn open(
    config: &Config,
    clock: Arc<dyn Clock>,
    purpose: Purpose,
) -> Result<Arc<dyn Store>, BootError> {
    let url = config.database_url();
    let opened = match url.kind() {
        DatabaseKind::Sqlite => open_sqlite(config, &url, clock, purpose).await,
        DatabaseKind::Postgres => open_postgres(config, &url, purpose).await,
    };
    opened.map_err(|cause| BootError::Store { url, cause })
}

async fn open_sqlite(
    config: &Config,
    url: &DatabaseUrl,
    clock: Arc<dyn Clock>,
    purpose: Purpose,
) -> Result<Arc<dyn Store>, OpenError> {
    let options = sqlite::Options {
        path: file(url),
        synchronous: match config.database.synchronous {
            Synchronous::Full => sqlite::Synchronous::Full,
            Synchronous::Normal => sqlite::Synchronous::Normal,
        },
        readers: connections(config),
        clock,
        exclusive: purpose != Purpose::Assist,
        migrate: purpose.migrates(config),
    };
    Ok(Arc::new(sqlite::open(options).await?))
}

async fn open_postgres(
    config: &Config,
    url: &DatabaseUrl,
    purpose: Purpose,
) -> Result<Arc<dyn Store>, OpenError> {
    let options = postgres::Options {
        url: url.expose().to_owned(),
        max_connections: connections(config),
        clock: None,
        migrate: purpose.migrates(config),
    };
    Ok(Arc::new(postgres::open(options).await?))
}

/// The newest migration that a database has; 0 for one without tables. Changes nothing.
pub(super) async fn schema(url: &DatabaseUrl) -> Result<i64, OpenError> {
    match url.kind() {
        DatabaseKind::Sqlite => sqlite::schema(&file(url)).await,
        DatabaseKind::Postgres => postgres::schema(url.expose()).await,
    }
}

fn connections(config: &Config) -> u32 {
    u32::try_from(config.database.max_connections).unwrap_or(u32::MAX)
}

/// The file of a SQLite database, from `sqlite:path` or `sqlite://path`.
pub(super) fn file(url: &DatabaseUrl) -> PathBuf {
    let path = url.expose().strip_prefix("sqlite:").unwrap_or_default();
    // As in other URLs, two slashes come before the path; a third is the path's own.
    Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned()
}
