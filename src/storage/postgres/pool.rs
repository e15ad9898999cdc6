//! Connections: some that write, some that can only read, and what keeps a stuck one from stopping the others.

use super::errors::failed;
use super::migrate::{applied, migrate};
use crate::ports::clock::Clock;
use crate::ports::error::StoreError;
use crate::storage::migrations;
use crate::storage::open::OpenError;
use chrono::{DateTime, SubsecRound, Utc};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, Postgres, Row as _};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// A connection that lay idle for longer is asked whether it still lives before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// Prepared statements kept for each connection; more than there are.
const STATEMENTS_KEPT: usize = 256;

/// What every session has.
const SESSION: &[(&str, &str)] = &[
    ("application_name", "tribune"),
    ("timezone", "UTC"),
    ("jit", "off"),
];
/// What keeps a paused or lost replica from holding rows for ever, and a plan from being made before there is anything to
/// plan for: whoever writes names rows by their keys, so an index leads to each of them, however few there are as yet.
const WRITING: &[(&str, &str)] = &[
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("statement_timeout", "30s"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];
/// A reader cannot write, whatever is asked of it.
const READING: &[(&str, &str)] = &[
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "15s"),
    ("idle_in_transaction_session_timeout", "5s"),
];

/// Who looks after the tables says at every start that they are to be made unless they are there, and the server notes each time
/// that they are. That is news to nobody; its warnings are.
const QUIETLY: &[(&str, &str)] = &[("client_min_messages", "warning")];

const NOW: &str = "SELECT clock_timestamp()";
/// A setting of [`WRITING`] that nothing else sets.
const SET: &str = "SELECT current_setting('plan_cache_mode') = 'force_generic_plan'";
/// Ends whatever transaction is open. Outside of one, `ROLLBACK` alone would put a warning into the server's log each time.
const CLEAN: &str = "BEGIN; ROLLBACK";

pub(super) const STATEMENTS: &[&str] = &[NOW, SET];

/// A transaction that writes; dropping it undoes it.
pub(super) type Transaction = sqlx::Transaction<'static, Postgres>;

/// How to open a database.
pub struct Options {
    /// `postgres://…`, as libpq understands it.
    pub url: String,
    /// How many connections to hold at most; at least 2, half of them for writing.
    pub max_connections: u32,
    /// What acts are dated by; `None` for the database's clock, which all replicas share.
    pub clock: Option<Arc<dyn Clock>>,
    /// Whether to make and change the tables. Otherwise they must be up to date already.
    pub migrate: bool,
}

/// The connections of one database.
pub(super) struct Pool {
    writers: PgPool,
    readers: PgPool,
    clock: Option<Arc<dyn Clock>>,
}

impl Pool {
    pub(super) async fn open(options: &Options) -> Result<Self, OpenError> {
        let unreachable = |e: sqlx::Error| OpenError::Database(Box::new(e));
        let base = PgConnectOptions::from_str(&options.url)
            .map_err(unreachable)?
            .options(SESSION.iter().copied())
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        prepare(&base, options.migrate).await?;
        let writing = (options.max_connections / 2).max(1);
        let reading = options.max_connections.saturating_sub(writing).max(1);
        // sqlx 0.9.0 gives a connection back with its transaction open when a `begin` is cancelled at the wrong moment, and
        // what the next one writes on it would never be committed.
        let writers = pool(writing)
            .after_release(|connection, _| {
                Box::pin(async move { Ok(sqlx::raw_sql(CLEAN).execute(connection).await.is_ok()) })
            })
            .connect_lazy_with(base.clone().options(WRITING.iter().copied()));
        let readers = pool(reading).connect_lazy_with(base.options(READING.iter().copied()));
        Ok(Self {
            writers,
            readers,
            clock: options.clock.clone(),
        })
    }

    /// Where reads go. Each read is one statement in a transaction of its own.
    pub(super) fn reader(&self) -> &PgPool {
        &self.readers
    }

    /// Where single statements that write go.
    pub(super) fn writer(&self) -> &PgPool {
        &self.writers
    }

    /// Begins a transaction. Where the server was restarted, each connection that lay idle fails once, and nothing has
    /// happened by then: as many are thrown away as there can be.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut stale = 0;
        loop {
            match self.writers.begin().await {
                Err(error) if cut(&error) && stale < self.writers.options().get_max_connections() => {
                    stale += 1
                }
                begun => return begun.map_err(failed),
            }
        }
    }

    /// The clock that tests have set; `None` for the database's.
    pub(super) fn set_clock(&self) -> Option<DateTime<Utc>> {
        // To the microsecond, as the database keeps it.
        self.clock.as_ref().map(|clock| clock.now().trunc_subsecs(6))
    }

    /// The moment at which this statement runs, which is not the one at which the transaction began.
    pub(super) async fn now(&self, connection: &mut PgConnection) -> Result<DateTime<Utc>, StoreError> {
        match self.set_clock() {
            Some(now) => Ok(now),
            None => sqlx::query_scalar(NOW)
                .fetch_one(connection)
                .await
                .map_err(failed),
        }
    }

    /// Closes every connection once what runs has ended.
    pub(super) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

/// The newest step that a database has.
pub(super) async fn schema(url: &str) -> Result<i64, OpenError> {
    let unreachable = |e: sqlx::Error| OpenError::Database(Box::new(e));
    let options = PgConnectOptions::from_str(url).map_err(unreachable)?;
    let mut connection = options.connect().await.map_err(unreachable)?;
    let found = applied(&mut connection).await;
    connection.close().await.map_err(unreachable)?;
    found
}

/// Sees that the database can be reached and has the tables that this build knows.
async fn prepare(options: &PgConnectOptions, may_migrate: bool) -> Result<(), OpenError> {
    let unreachable = |e: sqlx::Error| OpenError::Database(Box::new(e));
    let options = options.clone().options(QUIETLY.iter().copied());
    directly(&options).await?;
    let mut connection = options.connect().await.map_err(unreachable)?;
    if may_migrate {
        migrate(&mut connection).await?;
    } else {
        migrations::matches(applied(&mut connection).await?)?;
    }
    connection.close().await.map_err(unreachable)
}

/// Proves that no pooler in transaction mode stands between: such a one refuses startup parameters that it does not know, or
/// was told to ignore them, and then the session does not have the settings that they make. A session of a reader or of a
/// migration would work all the same for a while, and then answer with the rows of another statement.
async fn directly(options: &PgConnectOptions) -> Result<(), OpenError> {
    let writing = options.clone().options(WRITING.iter().copied());
    let refused = |error: sqlx::Error| match error.as_database_error() {
        Some(error) if error.message().contains("unsupported startup parameter") => OpenError::Pooled,
        _ => OpenError::Database(Box::new(error)),
    };
    let mut connection = writing.connect().await.map_err(refused)?;
    // Through the simple protocol: a prepared statement is just what may go wrong.
    let row = sqlx::raw_sql(SET)
        .fetch_one(&mut connection)
        .await
        .map_err(refused)?;
    let settings_stay: bool = row.try_get(0).map_err(refused)?;
    connection.close().await.map_err(refused)?;
    if settings_stay {
        Ok(())
    } else {
        Err(OpenError::Pooled)
    }
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| Box::pin(lives(connection, metadata)))
}

/// Whether the server has closed the connection: it ended the session (class 57), or just went away.
fn cut(error: &sqlx::Error) -> bool {
    let ended = |code: &str| code.starts_with("57P");
    matches!(error, sqlx::Error::Io(_))
        || error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| ended(&code))
}

/// Whether a connection can be used: after a restart of the server, those that lay idle cannot.
async fn lives(connection: &mut PgConnection, metadata: PoolConnectionMetadata) -> Result<bool, sqlx::Error> {
    if metadata.idle_for < FRESH {
        return Ok(true);
    }
    Ok(connection.ping().await.is_ok())
}
