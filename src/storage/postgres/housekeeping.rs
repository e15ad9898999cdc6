//! Housekeeping: what nobody needs any more.

use super::errors::failed;
use super::pool::Pool;
use crate::ports::error::StoreError;
use chrono::{DateTime, TimeDelta};
use std::time::Duration;

/// Replicas that tidy at the same time each take others.
const FORGET: &str = "WITH old AS (SELECT tenant_id, key FROM idempotency WHERE created_at < $1 \
    AND key >= ' ' ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) \
    DELETE FROM idempotency i USING old WHERE i.tenant_id = old.tenant_id AND i.key = old.key";

pub(super) const STATEMENTS: &[&str] = &[FORGET];

/// Removes the oldest answers that are older than an age.
pub(super) async fn forget_answers(pool: &Pool, age: Duration, limit: u32) -> Result<u64, StoreError> {
    let mut connection = pool.writer().acquire().await.map_err(failed)?;
    let now = pool.now(&mut connection).await?;
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    // The columns hold no time before 1970, and Postgres none as early as the longest durations would reach.
    let before = now
        .checked_sub_signed(age)
        .unwrap_or_default()
        .max(DateTime::UNIX_EPOCH);
    let forgotten = sqlx::query(FORGET)
        .bind(before)
        .bind(i64::from(limit))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(forgotten.rows_affected())
}
