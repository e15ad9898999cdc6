//! Making and changing the tables.

use crate::storage::migrations;
use crate::storage::open::OpenError;
use sqlx::PgConnection;

const HAS_TABLE: &str =
    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'";
/// The newest step that has been applied.
pub(super) const NEWEST: &str = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";

pub(super) const STATEMENTS: &[&str] = &[HAS_TABLE, NEWEST];

/// Applies what is missing. Does nothing to a database that is up to date, and refuses one that is ahead. Replicas that
/// start together wait for each other.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), OpenError> {
    let (found, known) = (applied(connection).await?, migrations::newest());
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    migrations::postgres().run(connection).await?;
    Ok(())
}

/// The newest step that has been applied; 0 for a database without tables.
pub(super) async fn applied(connection: &mut PgConnection) -> Result<i64, OpenError> {
    let failed = |e: sqlx::Error| OpenError::Database(Box::new(e));
    let tables: i64 = sqlx::query_scalar(HAS_TABLE)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if tables == 0 {
        return Ok(0);
    }
    sqlx::query_scalar(NEWEST)
        .fetch_one(connection)
        .await
        .map_err(failed)
}
