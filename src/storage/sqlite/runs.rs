//! Runs of schedules: leased to one caller at a time, and moved on once each.

use super::Sqlite;
use super::directory::{all, key_of};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use super::schedules::{save_all, schedule_of};
use super::write::{Made, write};
use crate::domain::id::ScheduleId;
use crate::domain::schedule::Schedule;
use crate::ports::error::StoreError;
use crate::ports::ledger::Submission;
use crate::ports::schedules::{Leased, Settled};
use crate::storage::batch::{Home, Loaded, Writes};
use crate::storage::codec::json;
use crate::storage::schedules::{Archived, due, found, homes, moved, named, readable};
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

const NAMED: &str = "SELECT s.* FROM json_each(?1) j CROSS JOIN schedules s ON s.tenant_id = unhex(j.value->>0) \
    AND s.community_id = unhex(j.value->>1) AND s.schedule_id = unhex(j.value->>2)";
const IS_DUE: &str = "SELECT count(*) FROM (SELECT 1 FROM schedules s WHERE due_at <= ?1 \
    AND NOT EXISTS (SELECT 1 FROM schedules o WHERE o.tenant_id = s.tenant_id AND o.community_id = s.community_id \
    AND o.leased_until > ?1) LIMIT 1)";
const LEASE: &str = "UPDATE schedules SET leased_until = ?2, attempts = attempts + 1 WHERE (tenant_id, community_id, schedule_id) IN \
    (SELECT tenant_id, community_id, schedule_id FROM schedules s WHERE due_at <= ?1 \
    AND NOT EXISTS (SELECT 1 FROM schedules o WHERE o.tenant_id = s.tenant_id AND o.community_id = s.community_id \
    AND o.leased_until > ?1) ORDER BY due_at, schedule_id LIMIT ?3) RETURNING *";
const KEYS: &str = "SELECT k.* FROM json_each(?1) j CROSS JOIN api_keys k ON k.tenant_id = unhex(j.value->>0) \
    AND k.key_id = unhex(j.value->>1)";
const ARCHIVED: &str = "SELECT c.tenant_id, c.community_id, t.archived_at IS NOT NULL AS tenant_archived, \
    c.archived_at IS NOT NULL AS archived FROM json_each(?1) j CROSS JOIN communities c ON c.tenant_id = unhex(j.value->>0) \
    AND c.community_id = unhex(j.value->>1) JOIN tenants t ON t.tenant_id = c.tenant_id";
const NEXT: &str = "SELECT min(due_at) AS due_at FROM schedules WHERE due_at IS NOT NULL";

pub(super) const STATEMENTS: &[&str] = &[NAMED, IS_DUE, LEASE, KEYS, ARCHIVED, NEXT];

/// Takes what is due.
pub(super) async fn lease(store: &Sqlite, limit: u32, lease: Duration) -> Result<Leased, StoreError> {
    // Whoever looks in vain keeps nobody from writing.
    let due_now: i64 = sqlx::query_scalar(IS_DUE)
        .bind(micros(store.now()))
        .fetch_one(store.pool.reader())
        .await
        .map_err(failed)?;
    if due_now == 0 {
        return Ok(Leased {
            now: store.now(),
            due: Vec::new(),
            unreadable: Vec::new(),
        });
    }
    let mut transaction = store.pool.begin().await?;
    let now = store.now();
    let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    let query = sqlx::query(LEASE)
        .bind(micros(now))
        .bind(micros(now).saturating_add(lease))
        .bind(limit);
    let rows = query.fetch_all(transaction.connection()?).await.map_err(failed)?;
    let (taken, unreadable) = readable(rows.iter().map(schedule_of).collect());
    let keys: BTreeSet<_> = taken.iter().map(|s| (s.tenant, s.key)).collect();
    let keys: Vec<_> = keys
        .into_iter()
        .map(|(tenant, key)| (Id(tenant.0), Id(key.0)))
        .collect();
    let query = sqlx::query(KEYS).bind(json(&keys)?);
    let keys = all(query.fetch_all(transaction.connection()?).await, key_of)?;
    let archived = archived(transaction.connection()?, &taken).await?;
    transaction.commit().await?;
    Ok(Leased {
        now,
        due: due(taken, keys, &archived),
        unreadable,
    })
}

/// When the next one falls due.
pub(super) async fn next(store: &Sqlite) -> Result<Option<DateTime<Utc>>, StoreError> {
    let query = sqlx::query(NEXT).fetch_one(store.pool.reader());
    let row = query.await.map_err(failed)?;
    Row::of(&row, "schedules", &[]).time_opt("due_at")
}

/// Moves schedules on that still stand where they were.
pub(super) async fn settle(store: &Sqlite, settled: &[Settled]) -> Result<Vec<ScheduleId>, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let rows: Vec<_> = settled.iter().map(|run| (&run.schedule, run.version)).collect();
    let saved = save_all(&mut transaction, &rows).await?;
    let (ids, writes) = moved(settled, &saved.into_iter().collect());
    write(&mut transaction, &writes, &Made::nobody(store.now())).await?;
    transaction.commit().await?;
    Ok(ids)
}

/// Loads the schedules of which a batch has runs.
pub(super) async fn load(
    transaction: &mut Transaction,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    let named = named(batch);
    if named.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = named
        .into_iter()
        .map(|((tenant, community), id)| (Id(tenant.0), Id(community.0), Id(id.0)))
        .collect();
    let query = sqlx::query(NAMED).bind(json(&rows)?);
    let schedules = all(query.fetch_all(transaction.connection()?).await, schedule_of)?;
    found(schedules, loaded);
    Ok(())
}

/// Writes how schedules stand of which a batch had runs.
pub(super) async fn write_runs(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let moved = writes.schedules.values();
    let rows: Vec<_> = moved.map(|(version, schedule)| (schedule, *version)).collect();
    if !rows.is_empty() {
        save_all(transaction, &rows).await?;
    }
    Ok(())
}

async fn archived(
    connection: &mut SqliteConnection,
    schedules: &[Schedule],
) -> Result<HashMap<Home, Archived>, StoreError> {
    let homes = homes(schedules).into_iter();
    let homes: Vec<_> = homes
        .map(|(tenant, community)| (Id(tenant.0), Id(community.0)))
        .collect();
    let query = sqlx::query(ARCHIVED).bind(json(&homes)?);
    let found = all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "communities", &["tenant_id", "community_id"]);
        let archived = (row.get("tenant_archived")?, row.get("archived")?);
        Ok(((row.tenant()?, row.community()?), archived))
    })?;
    Ok(found.into_iter().collect())
}
