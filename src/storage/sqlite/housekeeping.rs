//! Housekeeping: what nobody needs any more.

use super::errors::failed;
use super::pool::Pool;
use super::row::micros;
use crate::ports::error::StoreError;
use chrono::{DateTime, Utc};

const FORGET: &str = "DELETE FROM idempotency WHERE (tenant_id, key) IN \
    (SELECT tenant_id, key FROM idempotency WHERE created_at < ?1 AND key >= ' ' ORDER BY created_at LIMIT ?2)";

pub(super) const STATEMENTS: &[&str] = &[FORGET];

/// Removes the oldest answers from before a moment.
pub(super) async fn forget_answers(
    pool: &Pool,
    before: DateTime<Utc>,
    limit: u32,
) -> Result<u64, StoreError> {
    let mut transaction = pool.begin().await?;
    let forgotten = sqlx::query(FORGET)
        .bind(micros(before))
        .bind(limit)
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?;
    transaction.commit().await?;
    Ok(forgotten.rows_affected())
}
