//! Runs of schedules: leased to one caller at a time, and moved on once each.

use super::directory::key_of;
use super::errors::failed;
use super::pool::Pool;
use super::row::{Row, all};
use super::schedules::{save_all, schedule_of};
use super::write::write;
use crate::domain::id::ScheduleId;
use crate::domain::schedule::Schedule;
use crate::ports::error::StoreError;
use crate::ports::ledger::Submission;
use crate::ports::schedules::{Leased, Settled};
use crate::storage::batch::{Home, Loaded, Writes};
use crate::storage::schedules::{Archived, due, found, homes, moved, named, readable};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use uuid::Uuid;

/// In one order, so that two who carry out the same runs do not wait for each other.
const LOCK: &str = "SELECT s.* FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[]) AS n (tenant_id, community_id, schedule_id) \
    JOIN schedules s ON s.tenant_id = n.tenant_id AND s.community_id = n.community_id AND s.schedule_id = n.schedule_id \
    ORDER BY s.tenant_id, s.community_id, s.schedule_id FOR UPDATE OF s";
/// Whoever takes schedules sees what others have taken before: otherwise two could be given runs of one community.
const TAKE_TURNS: &str = "SELECT pg_advisory_xact_lock(hashtextextended('tribune.schedules', 0))";
const LEASE: &str = "WITH due AS (SELECT tenant_id, community_id, schedule_id FROM schedules s WHERE due_at <= $1 \
    AND NOT EXISTS (SELECT 1 FROM schedules o WHERE o.tenant_id = s.tenant_id AND o.community_id = s.community_id \
    AND o.leased_until > $1) ORDER BY due_at, schedule_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED) \
    UPDATE schedules s SET leased_until = $2, attempts = s.attempts + 1 FROM due WHERE s.tenant_id = due.tenant_id \
    AND s.community_id = due.community_id AND s.schedule_id = due.schedule_id RETURNING s.*";
const KEYS: &str = "SELECT k.* FROM UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, key_id) \
    JOIN api_keys k ON k.tenant_id = n.tenant_id AND k.key_id = n.key_id";
const ARCHIVED: &str = "SELECT c.tenant_id, c.community_id, t.archived_at IS NOT NULL AS tenant_archived, \
    c.archived_at IS NOT NULL AS archived FROM UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, community_id) \
    JOIN communities c ON c.tenant_id = n.tenant_id AND c.community_id = n.community_id \
    JOIN tenants t ON t.tenant_id = c.tenant_id";
const NEXT: &str = "SELECT min(due_at) AS due_at FROM schedules WHERE due_at IS NOT NULL";

pub(super) const STATEMENTS: &[&str] = &[LOCK, TAKE_TURNS, LEASE, KEYS, ARCHIVED, NEXT];

/// Takes what is due.
pub(super) async fn lease(pool: &Pool, limit: u32, lease: Duration) -> Result<Leased, StoreError> {
    let mut transaction = pool.begin().await?;
    let query = sqlx::query(TAKE_TURNS);
    query.execute(&mut *transaction).await.map_err(failed)?;
    let now = pool.now(&mut transaction).await?;
    let lease = TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
    let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let query = sqlx::query(LEASE).bind(now).bind(until).bind(i64::from(limit));
    let rows = query.fetch_all(&mut *transaction).await.map_err(failed)?;
    let (taken, unreadable) = readable(rows.iter().map(schedule_of).collect());
    let keys: BTreeSet<_> = taken.iter().map(|s| (s.tenant, s.key)).collect();
    let query = sqlx::query(KEYS)
        .bind(keys.iter().map(|(tenant, _)| tenant.0).collect::<Vec<_>>())
        .bind(keys.iter().map(|(_, key)| key.0).collect::<Vec<_>>());
    let keys = all(query.fetch_all(&mut *transaction).await, key_of)?;
    let archived = archived(&mut transaction, &taken).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(Leased {
        now,
        due: due(taken, keys, &archived),
        unreadable,
    })
}

/// When the next one falls due.
pub(super) async fn next(pool: &Pool) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query(NEXT).fetch_one(pool.reader()).await.map_err(failed)?;
    Row::of(&row, "schedules", &[]).time_opt("due_at")
}

/// Moves schedules on that still stand where they were.
pub(super) async fn settle(pool: &Pool, settled: &[Settled]) -> Result<Vec<ScheduleId>, StoreError> {
    let mut transaction = pool.begin().await?;
    let named = settled.iter().map(|run| {
        let schedule = &run.schedule;
        ((schedule.tenant, schedule.community), schedule.id)
    });
    lock(&mut transaction, &named.collect::<Vec<_>>()).await?;
    let rows: Vec<_> = settled.iter().map(|run| (&run.schedule, run.version)).collect();
    let saved = save_all(&mut transaction, &rows).await?;
    let (ids, writes) = moved(settled, &saved.into_iter().collect());
    write(&mut transaction, &writes).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(ids)
}

/// Loads and locks the schedules of which a batch has runs.
pub(super) async fn load(
    connection: &mut PgConnection,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let named = named(batch);
    if !named.is_empty() {
        found(lock(connection, &named).await?, loaded);
    }
    Ok(())
}

/// Writes how schedules stand of which a batch had runs.
pub(super) async fn write_runs(connection: &mut PgConnection, writes: &Writes) -> Result<(), StoreError> {
    let moved = writes.schedules.values();
    let rows: Vec<_> = moved.map(|(version, schedule)| (schedule, *version)).collect();
    if !rows.is_empty() {
        save_all(connection, &rows).await?;
    }
    Ok(())
}

async fn lock(
    connection: &mut PgConnection,
    schedules: &[(Home, ScheduleId)],
) -> Result<Vec<Schedule>, StoreError> {
    let each = || schedules.iter();
    let query = sqlx::query(LOCK)
        .bind(each().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(each().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(each().map(|(_, id)| id.0).collect::<Vec<_>>());
    all(query.fetch_all(connection).await, schedule_of)
}

async fn archived(
    connection: &mut PgConnection,
    schedules: &[Schedule],
) -> Result<HashMap<Home, Archived>, StoreError> {
    let (tenants, communities): (Vec<Uuid>, Vec<Uuid>) = homes(schedules)
        .into_iter()
        .map(|(tenant, community)| (tenant.0, community.0))
        .unzip();
    let query = sqlx::query(ARCHIVED).bind(tenants).bind(communities);
    let found = all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "communities", &["tenant_id", "community_id"]);
        let archived = (row.get("tenant_archived")?, row.get("archived")?);
        Ok((row.home()?, archived))
    })?;
    Ok(found.into_iter().collect())
}
