//! The migrations of both dialects, compiled in. One table for both, so that their numbers and names cannot drift apart.

use super::open::OpenError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

/// A step of the schema in both dialects.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its number, higher than the one before.
    pub number: i64,
    /// What it is about, as in the file's name.
    pub name: &'static str,
    /// The statements for SQLite.
    pub sqlite: &'static str,
    /// The statements for Postgres.
    pub postgres: &'static str,
}

macro_rules! steps {
    ($($number:literal $digits:literal $name:literal,)+) => {
        /// Every step, in order. A step never changes once a release has it: the checksum of what was applied is compared.
        pub const STEPS: &[Step] = &[$(Step {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $digits, "_", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $digits, "_", $name, ".sql")),
        },)+];
    };
}

steps! {
    1 "0001" "ledger",
    2 "0002" "rules",
    3 "0003" "jobs",
    4 "0004" "schedule",
    5 "0005" "removals",
    6 "0006" "history",
    7 "0007" "holds",
    8 "0008" "merges",
    9 "0009" "lowerings",
    10 "0010" "remedies",
    11 "0011" "archived_tenants",
    12 "0012" "dry_jobs",
    13 "0013" "limits",
    14 "0014" "plans",
    15 "0015" "events",
    16 "0016" "directives",
    17 "0017" "restatements",
    18 "0018" "schedules",
    19 "0019" "webhooks",
    20 "0020" "observations",
    21 "0021" "leading_columns",
    22 "0022" "old_secrets",
    23 "0023" "appeals",
    24 "0024" "appeal_times",
    25 "0025" "conversations",
    26 "0026" "appeal_links",
    27 "0027" "notices",
}

/// The number of the newest step.
#[must_use]
pub fn newest() -> i64 {
    STEPS.iter().map(|step| step.number).max().unwrap_or(0)
}

/// What makes the tables of SQLite.
#[must_use]
pub fn sqlite() -> Migrator {
    migrator(|step| step.sqlite)
}

/// What makes the tables of Postgres.
#[must_use]
pub fn postgres() -> Migrator {
    migrator(|step| step.postgres)
}

fn migrator(dialect: fn(&Step) -> &'static str) -> Migrator {
    let migration = |step: &Step| {
        let sql = dialect(step).into_sql_str();
        Migration::new(step.number, step.name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(STEPS.iter().map(migration).collect())
}

/// What the newest applied step means to a build that is to use the database as it is.
///
/// # Errors
/// [`OpenError::Newer`] and [`OpenError::Older`].
pub fn matches(found: i64) -> Result<(), OpenError> {
    let known = newest();
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(OpenError::Newer { found, known }),
        std::cmp::Ordering::Less => Err(OpenError::Older { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMismatch(number) => Self::Edited { number },
            MigrateError::VersionMissing(found) => Self::Newer {
                found,
                known: newest(),
            },
            other => Self::Database(Box::new(other)),
        }
    }
}
