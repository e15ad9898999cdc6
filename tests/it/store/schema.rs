//! The tables: made once, the same on both dialects, and never touched by a build that does not know them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, SqlSafeStr as _};
use tribune::storage::{migrations, open::OpenError, sqlite};

use super::world::{World, warn};
use crate::support::clock::TestClock;
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
    assert_eq!(numbers, (1..=migrations::newest()).collect::<Vec<_>>());
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

#[tokio::test]
async fn every_statement_of_sqlite_prepares() {
    let store = TestStore::sqlite().await;
    let options: sqlx::sqlite::SqliteConnectOptions = store.database_url().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let statements = sqlite::statements();
    assert!(statements.len() > 40);
    for statement in statements {
        if let Err(error) = (&mut connection)
            .prepare(AssertSqlSafe(statement).into_sql_str())
            .await
        {
            panic!("{error}\n{statement}");
        }
    }
}

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

/// A step of a build that does not exist yet, and one that was changed after it had been applied.
async fn with_migration(change: &'static str) -> (TestStore, OpenError) {
    let store = TestStore::sqlite().await;
    let options: sqlx::sqlite::SqliteConnectOptions = store.database_url().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
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
