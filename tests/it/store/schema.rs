//! The tables: made once, the same on both dialects, and never touched by a build that does not know them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _};
use tribune::storage::{migrations, open::OpenError, postgres, sqlite};

use super::world::{World, warn};
use crate::architecture::repository;
use crate::support::clock::TestClock;
use crate::support::postgres::TestPostgres;
use crate::support::store::{TestStore, sqlite_options};

fn files(dialect: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(dialect);
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Every file is compiled in, and both dialects have the same ones.
#[test]
fn both_dialects_have_the_same_migrations() {
    let known: BTreeSet<String> = migrations::STEPS
        .iter()
        .map(|step| format!("{:04}_{}.sql", step.number, step.name))
        .collect();
    assert_eq!(files("sqlite"), known);
    assert_eq!(files("postgres"), known);
    let numbers: Vec<i64> = migrations::STEPS.iter().map(|step| step.number).collect();
    assert!(
        (1..).zip(&numbers).all(|(place, number)| place == *number),
        "{numbers:?}"
    );
}

/// The names of tables and columns are the same on both dialects.
#[test]
fn both_dialects_have_the_same_columns() {
    let names = |sql: &str| -> Vec<String> {
        let lines = sql
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with("--"));
        lines
            .filter_map(|line| {
                line.split_whitespace()
                    .find(|word| !["CREATE", "UNIQUE", "ALTER"].contains(word))
            })
            .map(|word| {
                word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_')
                    .to_owned()
            })
            .collect()
    };
    for step in migrations::STEPS {
        assert_eq!(names(step.sqlite), names(step.postgres), "step {}", step.number);
    }
}

/// Every SQL text of the adapters is in a list of its module, and every such list is prepared by the tests below.
#[test]
fn every_statement_is_listed() {
    for file in repository() {
        let Some(module) = file
            .path
            .strip_prefix("src/storage/")
            .and_then(|path| path.strip_suffix(".rs"))
        else {
            continue;
        };
        let Some((dialect, name)) = module.split_once('/').filter(|(dialect, _)| *dialect != "batch") else {
            continue;
        };
        let list = file
            .text
            .split_once("const STATEMENTS: &[&str] = &[")
            .map_or("", |(_, rest)| {
                rest.split_once("];").map_or(rest, |(list, _)| list)
            });
        let listed: BTreeSet<&str> = list.split([',', '\n', ' ']).collect();
        for line in file.text.lines().filter(|line| line.contains(": &str = ")) {
            let name = line
                .split_once("const ")
                .and_then(|(_, rest)| rest.split_once(':'))
                .unwrap()
                .0;
            let exempt = NOT_PREPARED.contains(&(module.rsplit('/').next().unwrap(), name));
            assert!(
                listed.contains(name) || exempt,
                "{}: {name} is not in STATEMENTS",
                file.path
            );
        }
        if !list.is_empty() && name != "mod" {
            let above = if name.contains('/') { "change/mod" } else { "mod" };
            let above = format!("src/storage/{dialect}/{above}.rs");
            let above = repository().into_iter().find(|file| file.path == above).unwrap();
            let name = name.rsplit('/').next().unwrap();
            assert!(
                above.text.contains(&format!("{name}::STATEMENTS")),
                "{dialect}/{name} is not collected"
            );
        }
    }
}

/// Texts that are no statements, or that cannot be prepared: codes, settings, transactions.
const NOT_PREPARED: &[(&str, &str)] = &[
    ("pool", "WRITER_CACHE"),
    ("pool", "READER_CACHE"),
    ("pool", "PAGES_TO_CHECKPOINT"),
    ("pool", "LARGEST_LOG"),
    ("pool", "BEGIN"),
    ("pool", "COMMIT"),
    ("pool", "ROLLBACK"),
    ("pool", "OVERWRITE_ALL"),
    ("pool", "OVERWRITE_CHEAPLY"),
    ("pool", "WAIT_FOR_NOBODY"),
    ("pool", "WAIT"),
    ("pool", "CUT_LOG"),
    ("pool", "CLEAN"),
    ("export", "SNAPSHOT"),
    ("errors", "SERIALIZATION_FAILURE"),
    ("errors", "DEADLOCK_DETECTED"),
    ("errors", "LOCK_NOT_AVAILABLE"),
    ("errors", "UNIQUE_VIOLATION"),
    ("errors", "READ_ONLY_TRANSACTION"),
    ("errors", "INVALID_CATALOG_NAME"),
    ("mod", "VERSION"),
    ("mod", "HEALTH"),
];

async fn sqlite_connection(store: &TestStore) -> sqlx::SqliteConnection {
    let options: sqlx::sqlite::SqliteConnectOptions = store.database_url().parse().unwrap();
    options.connect().await.unwrap()
}

#[tokio::test]
async fn every_statement_of_sqlite_prepares() {
    let store = TestStore::sqlite().await;
    let mut connection = sqlite_connection(&store).await;
    for statement in sqlite::statements() {
        if let Err(error) = (&mut connection)
            .prepare(AssertSqlSafe(statement).into_sql_str())
            .await
        {
            panic!("{error}\n{statement}");
        }
    }
}

#[tokio::test]
async fn every_statement_of_postgres_prepares() {
    let store = TestStore::postgres().await;
    let mut connection = sqlx::PgConnection::connect(&store.database_url()).await.unwrap();
    for statement in postgres::statements() {
        if let Err(error) = (&mut connection)
            .prepare(AssertSqlSafe(statement).into_sql_str())
            .await
        {
            panic!("{error}\n{statement}");
        }
    }
}

/// No statement reads a whole table, so none grows with a history that it does not ask for.
#[tokio::test]
async fn no_statement_of_sqlite_scans_a_table() {
    let store = TestStore::sqlite().await;
    let mut connection = sqlite_connection(&store).await;
    for statement in sqlite::statements()
        .into_iter()
        .filter(|statement| !MAY_SCAN.iter().any(|start| statement.starts_with(start)))
    {
        let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = sqlx::query(plan).fetch_all(&mut connection).await.unwrap();
        for row in plan {
            let step: String = row.get("detail");
            let scans = step.starts_with("SCAN") && !HARMLESS.iter().any(|start| step.starts_with(*start));
            assert!(!scans, "{step}\n{statement}");
            let sorts = step == "USE TEMP B-TREE FOR ORDER BY" && statement.contains("LIMIT");
            assert!(
                !sorts,
                "a page must not cost a sort of all that there is: {step}\n{statement}"
            );
        }
    }
}

/// Every list of Postgres comes in the order of an index: a page must not cost a sort of all that there is.
#[tokio::test]
async fn no_page_of_postgres_sorts() {
    let store = TestStore::postgres().await;
    let mut connection = sqlx::PgConnection::connect(&store.database_url()).await.unwrap();
    let settings = "SET enable_sort = off; SET enable_seqscan = off; SET enable_bitmapscan = off; \
        SET plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(settings).execute(&mut connection).await.unwrap();
    let pages = postgres::statements()
        .into_iter()
        .filter(|statement| statement.contains("ORDER BY") && statement.contains("LIMIT"));
    for statement in pages {
        let plan = plan(&mut connection, statement).await;
        // To sort a page that was found is another matter.
        let whole = |step: &&Value| steps(step).iter().all(|inner| inner["Node Type"] != "Limit");
        let sorts = steps(&plan)
            .into_iter()
            .filter(whole)
            .any(|step| step["Node Type"] == "Sort");
        assert!(!sorts, "{statement}\n{plan:#}");
    }
}

/// An index of those alone who were merged into others.
const OF_FEW: &str = "users_merged";

/// Rows that a statement of Postgres names by their keys are found by the index of the key, even where nothing is known of the table yet: an
/// index that only begins like the key leads through everything that begins so.
#[tokio::test]
async fn rows_of_postgres_are_found_by_their_keys() {
    let store = TestStore::postgres().await;
    let mut connection = sqlx::PgConnection::connect(&store.database_url()).await.unwrap();
    let settings = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; \
        SET plan_cache_mode = force_generic_plan";
    sqlx::raw_sql(settings).execute(&mut connection).await.unwrap();
    let indexes = indexes(&mut connection).await;
    let planned = |statement: &&str| !statement.starts_with("SET ");
    let (mut seen, mut others) = (0, Vec::new());
    for statement in postgres::statements().into_iter().filter(planned) {
        let plan = plan(&mut connection, statement).await;
        for step in steps(&plan) {
            let (Some(name), Some(condition)) = (step["Index Name"].as_str(), step["Index Cond"].as_str())
            else {
                continue;
            };
            // Postgres's own tables are its business.
            let Some(taken) = indexes.get(name) else { continue };
            let bound = |column: &&String| condition.contains(&format!("({column} = "));
            let key = indexes
                .values()
                .find(|index| index.key && index.table == taken.table)
                .unwrap();
            if key.columns.iter().all(|column| bound(&column)) {
                seen += 1;
                // Another one is as good if it leads to the same row without a gap.
                let led = taken.columns.iter().take_while(bound).count();
                let leads = |column| taken.columns[..led].contains(column);
                if !key.columns.iter().all(leads) && name != OF_FEW {
                    others.push(format!("{name}, {condition}: {statement}"));
                }
            }
        }
    }
    assert!(others.is_empty(), "{others:#?}");
    assert!(seen > 100, "{seen} of all statements name rows");
}

/// An index of Postgres.
struct Index {
    table: String,
    key: bool,
    columns: Vec<String>,
}

async fn indexes(connection: &mut sqlx::PgConnection) -> BTreeMap<String, Index> {
    let all = "SELECT i.relname::text, c.relname::text, x.indisprimary, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index x \
        JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_attribute a ON a.attrelid = i.oid \
        WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1, 2, 3";
    let all: Vec<(String, String, bool, Vec<String>)> =
        sqlx::query_as(all).fetch_all(connection).await.unwrap();
    let index = |(name, table, key, columns)| (name, Index { table, key, columns });
    all.into_iter().map(index).collect()
}

/// What Postgres would do, whatever the parameters are.
async fn plan(connection: &mut sqlx::PgConnection, statement: &str) -> Value {
    let parameters = (1..100)
        .take_while(|n| statement.contains(&format!("${n}")))
        .map(|_| "NULL");
    let parameters = match parameters.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        some => format!("({some})"),
    };
    let prepare = AssertSqlSafe(format!("DEALLOCATE ALL; PREPARE p AS {statement}"));
    sqlx::raw_sql(prepare).execute(&mut *connection).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN (COSTS OFF, FORMAT JSON) EXECUTE p {parameters}"));
    let plan: sqlx::types::Json<Value> = sqlx::query_scalar(explain)
        .persistent(false)
        .fetch_one(connection)
        .await
        .unwrap();
    plan.0
}

/// The steps of a plan.
fn steps(plan: &Value) -> Vec<&Value> {
    let inner: Vec<&Value> = match plan {
        Value::Array(all) => all.iter().collect(),
        Value::Object(all) => all.values().collect(),
        _ => Vec::new(),
    };
    let inner = inner.into_iter().flat_map(steps);
    let itself = plan.get("Node Type").is_some().then_some(plan);
    itself.into_iter().chain(inner).collect()
}

/// Statements over all tenants, who are few; over the communities whose events have a time of their own, which an index lists; over what waits, which
/// an index lists too, up to a number; and over SQLite's own tables.
const MAY_SCAN: &[&str] = &[
    "SELECT count(*) FROM tenants",
    "SELECT a.tenant_id, a.event_seq FROM tenants a",
    "SELECT t.tenant_id FROM tenants t WHERE (SELECT e.at FROM events e",
    "SELECT c.tenant_id, c.community_id, c.events_swept",
    "SELECT platform, count(*) AS open, min(due_at) AS due FROM (",
    "SELECT count(*) FROM (SELECT due_at FROM deliveries WHERE due_at IS NOT NULL LIMIT",
];
const HARMLESS: &[&str] = &[
    "SCAN json_each",
    "SCAN jsonb_each",
    "SCAN j ",
    "SCAN CONSTANT ROW",
    "SCAN sqlite_schema",
    // What another part of the same plan has found by an index.
    "SCAN (subquery",
    "SCAN e LEFT-JOIN",
];

on_every_store! {
    /// Opening again finds everything as it was.
    async fn opening_again_changes_nothing(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        let (cases, events) = (world.cases(world.home).await, world.events(world.home.tenant).await);
        let health = world.store.health().await.unwrap();
        assert_eq!(health.schema, (migrations::newest(), migrations::newest()));
        assert_eq!(health.now, tribune::ports::clock::Clock::now(&*world.clock));
        world.store.close().await;
        let World { store, clock, database, home } = world;
        drop(store);
        let store = database.open(Arc::<TestClock>::clone(&clock)).await;
        let again = World { store, clock, database, home };
        assert_eq!((again.cases(home).await, again.events(home.tenant).await), (cases, events));
        assert_eq!(again.case(warn(home, "ann")).await, 2);
    }
}

on_every_store! {
    /// What a database has can be asked without opening it.
    async fn the_schema_is_told(store) {
        let known = match &store {
            TestStore::Sqlite { dir } => {
                assert!(sqlite::schema(&dir.path().join("none.db")).await.is_err());
                assert!(!dir.path().join("none.db").exists(), "asking makes nothing");
                std::fs::write(dir.path().join("empty.db"), "").unwrap();
                assert_eq!(sqlite::schema(&dir.path().join("empty.db")).await.unwrap(), 0);
                sqlite::schema(&dir.path().join("tribune.db")).await
            }
            TestStore::Postgres { db } => {
                let empty = TestPostgres::empty().await;
                assert_eq!(postgres::schema(&empty.url()).await.unwrap(), 0);
                assert_eq!(postgres::schema(&empty.url()).await.unwrap(), 0, "asking makes nothing");
                postgres::schema(&db.url()).await
            }
        };
        assert_eq!(known.unwrap(), migrations::newest());
    }
}

/// A step of a build that does not exist yet, and one that was changed after it had been applied.
async fn with_migration(change: &'static str) -> (TestStore, OpenError) {
    let store = TestStore::sqlite().await;
    let mut connection = sqlite_connection(&store).await;
    sqlx::query(change).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let TestStore::Sqlite { dir } = &store else {
        unreachable!()
    };
    let options = sqlite_options(&dir.path().join("tribune.db"), TestClock::new());
    let Err(error) = sqlite::open(options).await else {
        panic!("it opened")
    };
    (store, error)
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let change = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9999, 'later', true, x'00', 0)";
    let (_store, error) = with_migration(change).await;
    assert!(
        matches!(error, OpenError::Newer { found: 9_999, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let (_store, error) = with_migration("UPDATE _sqlx_migrations SET checksum = x'00'").await;
    assert!(matches!(error, OpenError::Edited { number: 1 }), "{error:?}");
}
