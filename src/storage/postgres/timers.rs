//! Timers: what is due, leased to one caller at a time.

use super::errors::failed;
use super::pool::Pool;
use super::row::{Row, all};
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::timers::DueTimer;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use std::time::Duration;

const LEASE: &str = "WITH due AS (SELECT tenant_id, community_id, sanction_id FROM timers WHERE due_at <= $1 \
    AND (leased_until IS NULL OR leased_until <= $2) ORDER BY due_at, sanction_id LIMIT $4 FOR UPDATE SKIP LOCKED) \
    UPDATE timers t SET leased_until = $3 FROM due WHERE t.tenant_id = due.tenant_id \
    AND t.community_id = due.community_id AND t.sanction_id = due.sanction_id \
    RETURNING t.tenant_id, t.community_id, t.user_id, t.sanction_id, t.sanction_version, t.due_at";
const NEXT: &str = "SELECT min(due_at) AS due_at FROM timers";

pub(super) const STATEMENTS: &[&str] = &[LEASE, NEXT];

pub(super) async fn lease_due(pool: &Pool, limit: u32, lease: Duration) -> Result<Vec<DueTimer>, StoreError> {
    let mut connection = pool.writer().acquire().await.map_err(failed)?;
    let now = pool.now(&mut connection).await?;
    let lease = TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
    let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let leased = sqlx::query(LEASE)
        .bind(now.timestamp())
        .bind(now)
        .bind(until)
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await;
    let mut due = all(leased, timer_of)?;
    // The statement returns its rows in no order.
    due.sort_by_key(|timer| (timer.due_at, timer.sanction));
    Ok(due)
}

pub(super) async fn next_due(pool: &Pool) -> Result<Option<Instant>, StoreError> {
    let row = sqlx::query(NEXT).fetch_one(pool.reader()).await.map_err(failed)?;
    Row::of(&row, "timers", &[]).instant_opt("due_at")
}

fn timer_of(row: &PgRow) -> Result<DueTimer, StoreError> {
    let row = Row::of(row, "timers", &["tenant_id", "community_id", "sanction_id"]);
    Ok(DueTimer {
        tenant: row.tenant()?,
        community: row.community()?,
        user: row.user()?,
        sanction: row.sanction()?,
        version: row.get("sanction_version")?,
        due_at: row.instant("due_at")?,
    })
}
