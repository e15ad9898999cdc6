//! Connections: one that writes, a few that read, and the lock that keeps other servers away from the file.

use super::errors::failed;
use super::migrate::{applied, migrate};
use crate::ports::clock::Clock;
use crate::ports::error::StoreError;
use crate::storage::migrations;
use crate::storage::open::OpenError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};
use std::fs::{DirBuilder, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a writer waits for the writer of another process (`tribune key create` beside the server); the same as in [`WAIT`].
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache in KiB. Filled on use only, so an idle server does not pay for it.
const WRITER_CACHE: &str = "-32768";
const READER_CACHE: &str = "-2048";
/// After so many pages of 4 KiB the log is copied into the database. Pages that many acts have changed are copied once, so the
/// more the better; a copy holds the writer up, and the log is what the next start has to read, so not without end.
const PAGES_TO_CHECKPOINT: &str = "16384";
/// A log that grew in a burst is cut back to this many bytes.
const LARGEST_LOG: &str = "67108864";

/// Reading and writing for the owner alone.
const OWNERS_FILE: u32 = 0o600;
/// Reading, writing and entering for the owner alone.
const OWNERS_FOLDER: u32 = 0o700;

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";
const OVERWRITE_ALL: &str = "PRAGMA secure_delete = ON";
const OVERWRITE_CHEAPLY: &str = "PRAGMA secure_delete = FAST";
const WAIT_FOR_NOBODY: &str = "PRAGMA busy_timeout = 0";
const WAIT: &str = "PRAGMA busy_timeout = 5000";
const CUT_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// How to open a database.
pub struct Options {
    /// The file. It and its folder are made when missing, if tables may be made.
    pub path: PathBuf,
    /// What a commit waits for.
    pub synchronous: Synchronous,
    /// How many connections may read at a time; at least 1.
    pub readers: u32,
    /// What acts are dated by.
    pub clock: Arc<dyn Clock>,
    /// Whether this process serves the database. A server keeps other servers away as long as it runs; whoever opens
    /// without this may work beside it, a change at a time.
    pub exclusive: bool,
    /// Whether to make and change the tables. Otherwise they must be up to date already.
    pub migrate: bool,
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// The disk: what was acknowledged survives the loss of power.
    #[default]
    Full,
    /// The operating system: what was acknowledged survives the process, but not the loss of power.
    Normal,
}

/// The connections of one database.
pub(super) struct Pool {
    writer: Arc<Mutex<Slot>>,
    readers: SqlitePool,
    /// Held for the life of a server; the operating system lets go of it however the process ends.
    _lock: Option<Lock>,
}

/// The lock beside a database.
struct Lock(File);

/// The writing connection, or none when the last one was thrown away with a transaction open.
struct Slot {
    connection: Option<SqliteConnection>,
    options: SqliteConnectOptions,
}

impl Pool {
    pub(super) async fn open(options: &Options) -> Result<Self, OpenError> {
        let path = &options.path;
        if !options.migrate {
            // Looked at before anything is made or written: what is not there is as a database without tables.
            let found = if path.exists() { schema(path).await? } else { 0 };
            migrations::matches(found)?;
        }
        make_folder(path)?;
        let lock = lock(path)?;
        if lock.is_none() && options.exclusive {
            return Err(OpenError::InUse { path: path.clone() });
        }
        make(path)?;
        let writing = connect_options(path, options.synchronous)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("cache_size", WRITER_CACHE)
            .pragma("temp_store", "memory")
            // What is deleted is overwritten where that costs no page; erasures and deletions overwrite the rest.
            .pragma("secure_delete", "FAST")
            .pragma("wal_autocheckpoint", PAGES_TO_CHECKPOINT)
            .pragma("journal_size_limit", LARGEST_LOG);
        let unreachable = |e: sqlx::Error| OpenError::Database(Box::new(e));
        let mut connection = writing.connect().await.map_err(unreachable)?;
        if options.migrate && lock.is_some() {
            migrate(&mut connection).await?;
        } else {
            // They are not ours to change: it was not asked for, or a server is running on them.
            migrations::matches(applied(&mut connection).await?)?;
        }
        let reading = connect_options(path, options.synchronous)
            .pragma("cache_size", READER_CACHE)
            .pragma("query_only", "ON");
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .test_before_acquire(false)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(reading)
            .await
            .map_err(unreachable)?;
        Ok(Self {
            writer: Arc::new(Mutex::new(Slot {
                connection: Some(connection),
                options: writing,
            })),
            readers,
            _lock: lock.filter(|_| options.exclusive),
        })
    }

    /// Where reads go. Each read is one statement, so that none leaves a transaction open, whatever becomes of its caller.
    pub(super) fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// Waits for the writing connection and begins a transaction on it.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.writer().await?;
        transaction.run(BEGIN).await?;
        Ok(transaction)
    }

    /// Copies the log into the database and cuts it to nothing, so that no earlier copy of a page is in it. False when somebody still
    /// reads, or writes, what only the log has: nobody is waited for, because whoever writes here waits meanwhile.
    pub(super) async fn cut_log(&self) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        writer.run(WAIT_FOR_NOBODY).await?;
        let query = sqlx::query_as(CUT_LOG).fetch_one(writer.connection()?).await;
        let (is_busy, _, _): (i64, i64, i64) = query.map_err(failed)?;
        writer.run(WAIT).await?;
        writer.slot = None;
        Ok(is_busy == 0)
    }

    /// The writing connection, outside of any transaction.
    async fn writer(&self) -> Result<Transaction, StoreError> {
        let mut slot = Arc::clone(&self.writer).lock_owned().await;
        if slot.connection.is_none() {
            slot.connection = Some(slot.options.connect().await.map_err(failed)?);
        }
        Ok(Transaction {
            slot: Some(slot),
            overwrites: false,
        })
    }

    /// Closes every connection once what runs has ended.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        let connection = self.writer.lock().await.connection.take();
        if let Some(connection) = connection {
            // Whatever a failing close leaves behind, the next opening recovers from the log.
            let _ = sqlx::Connection::close(connection).await;
        }
    }
}

/// A transaction that writes. Unless it is committed or rolled back, dropping it throws the connection away, and whatever
/// was under way with it: a caller who is cancelled at any await leaves neither a half-written nor an open transaction.
pub(super) struct Transaction {
    slot: Option<OwnedMutexGuard<Slot>>,
    /// Whether everything that it deletes is overwritten.
    overwrites: bool,
}

impl Transaction {
    /// The connection, for the next statement.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.slot
            .as_mut()
            .and_then(|slot| slot.connection.as_mut())
            .ok_or_else(|| failed(sqlx::Error::WorkerCrashed))
    }

    /// Overwrites everything that is deleted from now on, whole pages too, until the transaction ends.
    pub(super) async fn overwrite(&mut self) -> Result<(), StoreError> {
        self.run(OVERWRITE_ALL).await?;
        self.overwrites = true;
        Ok(())
    }

    /// Makes everything durable. On an error nothing is.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.end(COMMIT).await
    }

    /// Undoes everything.
    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        self.end(ROLLBACK).await
    }

    /// Undoes everything after an error. Some errors have done so already; whatever is left goes with the connection.
    pub(super) async fn abandon(self) {
        let _ = self.rollback().await;
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let query = sqlx::query(statement).execute(self.connection()?).await;
        query.map(|_| ()).map_err(failed)
    }

    async fn end(mut self, statement: &'static str) -> Result<(), StoreError> {
        self.run(statement).await?;
        // What was decided stands, so the next one gets a new connection if this one cannot be set back.
        if self.overwrites && self.run(OVERWRITE_CHEAPLY).await.is_err() {
            return Ok(());
        }
        // Only now is the connection fit for the next one; on every other way out `drop` throws it away.
        self.slot = None;
        Ok(())
    }
}

impl Drop for Lock {
    /// Let go of, and not only closed: a process that is being started just now has the same file for a moment, and with it the lock.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.as_mut() {
            slot.connection = None;
        }
    }
}

/// The newest step that a database has, over a connection that cannot write.
pub(super) async fn schema(path: &Path) -> Result<i64, OpenError> {
    let unreachable = |e: sqlx::Error| OpenError::Database(Box::new(e));
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await.map_err(unreachable)?;
    let found = applied(&mut connection).await;
    sqlx::Connection::close(connection).await.map_err(unreachable)?;
    found
}

fn connect_options(path: &Path, synchronous: Synchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(match synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
        .disable_statement_logging()
}

/// Makes the folder of the file where there is none: for its owner alone.
fn make_folder(file: &Path) -> Result<(), OpenError> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => DirBuilder::new()
            .recursive(true)
            .mode(OWNERS_FOLDER)
            .create(folder)
            .map_err(|source| OpenError::File {
                path: folder.to_owned(),
                source,
            }),
        _ => Ok(()),
    }
}

/// Makes the file, empty, where there is none: for its owner alone. SQLite gives the files beside it the same permissions.
///
/// A file that is there is left alone: closing it here would let go of the locks that this process holds on it.
fn make(path: &Path) -> Result<(), OpenError> {
    let cannot = |source| OpenError::File {
        path: path.to_owned(),
        source,
    };
    let made = File::options()
        .create_new(true)
        .write(true)
        .mode(OWNERS_FILE)
        .open(path);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(cannot(error)),
        _ => Ok(()),
    }
}

/// Takes the lock beside the database; `None` when somebody else has it.
fn lock(database: &Path) -> Result<Option<Lock>, OpenError> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let cannot = |source| OpenError::File {
        path: path.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(OWNERS_FILE)
        .open(&path)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(cannot(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a process that is being started has for a moment is the same file; a copy of it stands for that here.
    #[test]
    fn a_lock_is_let_go_of_whoever_else_has_its_file() {
        let folder = std::env::temp_dir().join(format!("tribune-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = folder.join("tribune.db");
        let held = lock(&database).unwrap().unwrap();
        let inherited = held.0.try_clone().unwrap();
        assert!(lock(&database).unwrap().is_none(), "somebody has it");
        drop(held);
        assert!(lock(&database).unwrap().is_some(), "and let go of it");
        drop(inherited);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
