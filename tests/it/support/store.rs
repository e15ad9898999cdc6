//! A database for one test on either store, and the macro that runs a test on both.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tribune::ports::clock::Clock;
use tribune::ports::store::Store;
use tribune::storage::{postgres, sqlite};

use super::clock::TestClock;
use super::postgres::TestPostgres;
use super::scratch::{self, Folder};

/// An empty, migrated database, removed when dropped.
pub(crate) enum TestStore {
    /// A file in a folder of its own.
    Sqlite {
        /// The folder, which holds nothing else.
        dir: Folder,
    },
    /// A database on the private Postgres.
    Postgres {
        /// The database.
        db: TestPostgres,
    },
}

impl TestStore {
    /// A SQLite database in a new file.
    pub(crate) async fn sqlite() -> Self {
        let store = Self::Sqlite {
            dir: scratch::folder("sqlite"),
        };
        migrate(&store.database_url()).await;
        store
    }

    /// A Postgres database, copied from the migrated template.
    pub(crate) async fn postgres() -> Self {
        Self::Postgres {
            db: TestPostgres::migrated().await,
        }
    }

    /// Opens the database in this process, dated by the test's clock.
    pub(crate) async fn open(&self, clock: Arc<TestClock>) -> Arc<dyn Store> {
        match self {
            Self::Sqlite { dir } => {
                let options = sqlite_options(&dir.path().join("tribune.db"), clock);
                Arc::new(sqlite::open(options).await.expect("the database opens"))
            }
            Self::Postgres { db } => open_postgres(&db.url(), clock).await,
        }
    }

    /// Every value of every row, as text.
    pub(crate) async fn dump(&self) -> String {
        match self {
            Self::Sqlite { .. } => {
                let options: SqliteConnectOptions = self.database_url().parse().unwrap();
                let mut connection = options.read_only(true).connect().await.unwrap();
                let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
                let tables: Vec<String> = sqlx::query_scalar(tables)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                let mut dump = String::new();
                for table in tables {
                    let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                    let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(columns))
                        .fetch_all(&mut connection)
                        .await
                        .unwrap();
                    let columns: Vec<String> = columns.iter().map(|name| format!("quote({name})")).collect();
                    let rows = format!("SELECT {} FROM {table}", columns.join(" || ' ' || "));
                    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
                        .fetch_all(&mut connection)
                        .await
                        .unwrap();
                    dump += &rows.join("\n");
                }
                dump
            }
            Self::Postgres { db } => {
                let mut connection = PgConnection::connect(&db.url()).await.unwrap();
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                let tables: Vec<String> = sqlx::query_scalar(tables)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                let mut dump = String::new();
                for table in tables {
                    let rows = format!("SELECT t::text FROM {table} t");
                    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
                        .fetch_all(&mut connection)
                        .await
                        .unwrap();
                    dump += &rows.join("\n");
                }
                dump
            }
        }
    }

    /// Everything that its files hold, of a database that has files of its own.
    pub(crate) fn files(&self) -> Vec<u8> {
        match self {
            Self::Sqlite { dir } => {
                let files = std::fs::read_dir(dir.path()).unwrap();
                files
                    .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
                    .collect()
            }
            Self::Postgres { .. } => Vec::new(),
        }
    }

    /// What the server takes as `--database-url`.
    pub(crate) fn database_url(&self) -> String {
        match self {
            Self::Sqlite { dir } => format!("sqlite:{}", dir.path().join("tribune.db").display()),
            Self::Postgres { db } => db.url(),
        }
    }
}

/// Makes the tables of the database at `url`: the seam where the storage layer plugs in.
pub(crate) async fn migrate(url: &str) {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let options = sqlite_options(Path::new(path), TestClock::new());
        sqlite::open(options)
            .await
            .expect("the database can be made")
            .close()
            .await;
    } else {
        let options = postgres_options(url, None);
        postgres::open(options)
            .await
            .expect("the database can be made")
            .close()
            .await;
    }
}

/// How tests open a SQLite database: as a server does, but without waiting for the disk.
pub(crate) fn sqlite_options(path: &Path, clock: Arc<TestClock>) -> sqlite::Options {
    sqlite::Options {
        path: path.to_owned(),
        synchronous: sqlite::Synchronous::Normal,
        readers: 2,
        clock,
        exclusive: true,
        migrate: true,
    }
}

async fn open_postgres(url: &str, clock: Arc<TestClock>) -> Arc<dyn Store> {
    let options = postgres_options(url, Some(clock));
    Arc::new(postgres::open(options).await.expect("the database opens"))
}

/// How tests open a Postgres database: as a server does.
pub(crate) fn postgres_options(url: &str, clock: Option<Arc<TestClock>>) -> postgres::Options {
    postgres::Options {
        url: url.to_owned(),
        max_connections: 8,
        clock: clock.map(|clock| clock as Arc<dyn Clock>),
        migrate: true,
    }
}

/// Runs one asynchronous body as two tests, `name::sqlite` and `name::postgres`, each with an empty [`TestStore`] of its own.
///
/// ```ignore
/// on_every_store! {
///     /// A case has a number.
///     async fn numbers_begin_at_one(store) {
///         assert!(store.database_url().contains(':'));
///     }
/// }
/// ```
macro_rules! on_every_store {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($store: $crate::support::store::TestStore) $body

            #[tokio::test]
            async fn sqlite() {
                body($crate::support::store::TestStore::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                body($crate::support::store::TestStore::postgres().await).await;
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, Connection, PgConnection};

    use super::TestStore;

    on_every_store! {
        /// Both start empty, also when two tests run at a time.
        async fn opens_with_nothing_of_another_test_in_it(store) {
            for _ in 0..2 {
                let statement = "CREATE TABLE only_once (n int)";
                let other = match &store {
                    TestStore::Sqlite { .. } => TestStore::sqlite().await,
                    TestStore::Postgres { .. } => TestStore::postgres().await,
                };
                match &other {
                    TestStore::Sqlite { .. } => {
                        let options: SqliteConnectOptions = other.database_url().parse().unwrap();
                        let mut connection = options.create_if_missing(true).connect().await.unwrap();
                        sqlx::query(statement).execute(&mut connection).await.unwrap();
                    }
                    TestStore::Postgres { db } => {
                        let mut connection = PgConnection::connect(&db.url()).await.unwrap();
                        sqlx::query(statement).execute(&mut connection).await.unwrap();
                    }
                }
            }
        }
    }
}
