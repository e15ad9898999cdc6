//! Timers: what is due. Ends of sanctions are leased to one caller at a time.

use super::directory::all;
use super::errors::failed;
use super::pool::Pool;
use super::row::{Row, micros};
use crate::domain::time::Instant;
use crate::ports::directory::DuePolicy;
use crate::ports::error::StoreError;
use crate::ports::timers::DueTimer;
use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use std::time::Duration;

const LEASE: &str = "UPDATE timers SET leased_until = ?3 WHERE (tenant_id, community_id, sanction_id) IN \
    (SELECT tenant_id, community_id, sanction_id FROM timers WHERE due_at <= ?1 \
     AND (leased_until IS NULL OR leased_until <= ?2) ORDER BY due_at, sanction_id LIMIT ?4) \
    RETURNING tenant_id, community_id, user_id, sanction_id, sanction_version, due_at";
const NEXT: &str = "SELECT min(due_at) AS due_at FROM timers";

/// Versions of policies that have come into force by time alone.
const DUE_POLICIES: &str = "SELECT tenant_id, community_id, scheduled_version FROM communities WHERE scheduled_at <= ?1 \
    ORDER BY scheduled_at, tenant_id, community_id LIMIT ?2";
const NEXT_POLICY: &str =
    "SELECT min(scheduled_at) AS scheduled_at FROM communities WHERE scheduled_at IS NOT NULL";

pub(super) const STATEMENTS: &[&str] = &[LEASE, NEXT, DUE_POLICIES, NEXT_POLICY];

pub(super) async fn lease_due(
    pool: &Pool,
    limit: u32,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<DueTimer>, StoreError> {
    let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    let mut transaction = pool.begin().await?;
    let leased = sqlx::query(LEASE)
        .bind(now.timestamp())
        .bind(micros(now))
        .bind(micros(now).saturating_add(lease))
        .bind(limit)
        .fetch_all(transaction.connection()?)
        .await;
    let mut due = all(leased, timer_of)?;
    transaction.commit().await?;
    // The statement returns its rows in no order.
    due.sort_by_key(|timer| (timer.due_at, timer.sanction));
    Ok(due)
}

pub(super) async fn next_due(pool: &Pool) -> Result<Option<Instant>, StoreError> {
    let row = sqlx::query(NEXT).fetch_one(pool.reader()).await.map_err(failed)?;
    Row::of(&row, "timers", &[]).instant_opt("due_at")
}

pub(super) async fn due_policies(
    pool: &Pool,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Vec<DuePolicy>, StoreError> {
    let due = sqlx::query(DUE_POLICIES)
        .bind(now.timestamp())
        .bind(limit)
        .fetch_all(pool.reader())
        .await;
    all(due, |row| {
        let row = Row::of(row, "communities", &["tenant_id", "community_id"]);
        Ok(DuePolicy {
            tenant: row.tenant()?,
            community: row.community()?,
            version: row.get("scheduled_version")?,
        })
    })
}

pub(super) async fn next_policy(pool: &Pool) -> Result<Option<Instant>, StoreError> {
    let row = sqlx::query(NEXT_POLICY)
        .fetch_one(pool.reader())
        .await
        .map_err(failed)?;
    Row::of(&row, "communities", &[]).instant_opt("scheduled_at")
}

fn timer_of(row: &SqliteRow) -> Result<DueTimer, StoreError> {
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
