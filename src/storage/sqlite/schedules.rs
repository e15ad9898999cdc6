//! Schedules: read, listed, made, and written as they stand. What is due of them: see `runs.rs`.

use super::Sqlite;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use super::runs;
use super::seams::everybody;
use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, ScheduleId, TenantId, UserId};
use crate::domain::schedule::{Schedule, State, TaskKind};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::schedules::{Leased, ScheduleFilter, Schedules, Settled};
use crate::storage::batch::Home;
use crate::storage::codec::{json, json_opt};
use crate::storage::schedules::{person, state};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::time::Duration;
use uuid::Uuid;

/// One of the ways to list schedules: `$by` says which of them, and has an index to go by.
macro_rules! schedules {
    ($by:literal) => {
        concat!(
            "SELECT * FROM schedules WHERE tenant_id = ?1 AND community_id = ?2 \
             AND schedule_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') AND (?5 IS NULL OR kind = ?5) ",
            $by,
            " ORDER BY schedule_id DESC LIMIT ?4"
        )
    };
}

const SCHEDULE: &str =
    "SELECT * FROM schedules WHERE tenant_id = ?1 AND community_id = ?2 AND schedule_id = ?3";
const LIST: &str = schedules!("");
const LIST_IN_STATE: &str = schedules!("AND state = ?6");
const LIST_OF_MEMBER: &str =
    schedules!("AND (?6 IS NULL OR state = ?6) AND user_id IN (SELECT unhex(value) FROM json_each(?7))");
const INSERT: &str = "INSERT INTO schedules (tenant_id, community_id, schedule_id, version, kind, state, user_id, actor_id, key_id, \
    actor, task, timing, created_at, due_at, since, attempts, runs, failures) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
const COUNT_ACTIVE: &str = "SELECT count(*) FROM (SELECT 1 FROM schedules WHERE tenant_id = ?1 AND community_id = ?2 \
    AND state = 'active' LIMIT ?3)";
const SAVE: &str = "UPDATE schedules SET version = j.value->>4, state = j.value->>5, key_id = unhex(j.value->>6), actor = j.value->>7, \
    ended_at = j.value->>8, due_at = j.value->>9, since = j.value->>10, leased_until = NULL, attempts = j.value->>11, \
    runs = j.value->>12, failures = j.value->>13, last_run = j.value->>14 FROM json_each(?1) j \
    WHERE schedules.tenant_id = unhex(j.value->>0) AND schedules.community_id = unhex(j.value->>1) \
    AND schedules.schedule_id = unhex(j.value->>2) AND schedules.version = j.value->>3 \
    RETURNING schedules.tenant_id, schedules.schedule_id";
const FORGET: &str = "DELETE FROM schedules WHERE (tenant_id, community_id, schedule_id) IN \
    (SELECT tenant_id, community_id, schedule_id FROM schedules WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
const FORGET_ABOUT: &str = "DELETE FROM schedules WHERE tenant_id = ?1 AND user_id = ?2";
const FORGET_BY: &str = "DELETE FROM schedules WHERE tenant_id = ?1 AND actor_id = ?2";

pub(super) const STATEMENTS: &[&str] = &[
    SCHEDULE,
    LIST,
    LIST_IN_STATE,
    LIST_OF_MEMBER,
    INSERT,
    COUNT_ACTIVE,
    SAVE,
    FORGET,
    FORGET_ABOUT,
    FORGET_BY,
];

#[async_trait]
impl Schedules for Sqlite {
    async fn schedule(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: ScheduleId,
    ) -> Result<Schedule, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, (tenant, community), id).await
    }

    async fn schedules(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &ScheduleFilter,
        page: After<ScheduleId>,
    ) -> Result<Vec<Schedule>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let statement = match (filter.user, filter.state) {
            (Some(_), _) => LIST_OF_MEMBER,
            (None, Some(_)) => LIST_IN_STATE,
            (None, None) => LIST,
        };
        let mut query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(page.limit)
            .bind(filter.kind.map(TaskKind::name));
        if statement != LIST {
            query = query.bind(filter.state.map(State::name));
        }
        if let Some(user) = filter.user {
            let group = everybody(&mut connection, tenant, user).await?;
            let group: Vec<Id> = group.into_iter().map(|user| Id(user.0)).collect();
            query = query.bind(json(&group)?);
        }
        let found = all(query.fetch_all(&mut *connection).await, schedule_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn lease_schedules(&self, limit: u32, lease: Duration) -> Result<Leased, StoreError> {
        runs::lease(self, limit, lease).await
    }

    async fn next_schedule(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        runs::next(self).await
    }

    async fn settle_runs(&self, settled: &[Settled]) -> Result<Vec<ScheduleId>, StoreError> {
        runs::settle(self, settled).await
    }

    async fn forget_schedules(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let before = self.now().checked_sub_signed(age).unwrap_or_default();
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query(FORGET).bind(micros(before)).bind(limit);
        let forgotten = query.execute(transaction.connection()?).await.map_err(failed)?;
        transaction.commit().await?;
        Ok(forgotten.rows_affected())
    }
}

async fn find(
    connection: &mut SqliteConnection,
    (tenant, community): Home,
    id: ScheduleId,
) -> Result<Schedule, StoreError> {
    let query = sqlx::query(SCHEDULE).bind(tenant.0).bind(community.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, schedule_of)?;
    found.ok_or(StoreError::NotFound("schedule"))
}

/// A schedule, locked as everything is.
pub(super) async fn lock(
    transaction: &mut Transaction,
    home: Home,
    id: ScheduleId,
) -> Result<Schedule, StoreError> {
    find(transaction.connection()?, home, id).await
}

/// How many schedules of a community are active; as many as `most` are counted.
pub(super) async fn count_active(
    transaction: &mut Transaction,
    (tenant, community): Home,
    most: i64,
) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(COUNT_ACTIVE)
        .bind(tenant.0)
        .bind(community.0)
        .bind(most);
    query.fetch_one(transaction.connection()?).await.map_err(failed)
}

/// Writes a new schedule.
pub(super) async fn insert(transaction: &mut Transaction, schedule: &Schedule) -> Result<(), StoreError> {
    let query = sqlx::query(INSERT)
        .bind(schedule.tenant.0)
        .bind(schedule.community.0)
        .bind(schedule.id.0)
        .bind(schedule.version)
        .bind(schedule.task.kind().name())
        .bind(schedule.state.name())
        .bind(schedule.user.map(|user| user.0))
        .bind(person(&schedule.actor).map(|user| user.0))
        .bind(schedule.key.0)
        .bind(json(&schedule.actor)?)
        .bind(json(&schedule.task)?)
        .bind(json(&schedule.timing)?)
        .bind(micros(schedule.created_at))
        .bind(schedule.due_at.map(micros))
        .bind(schedule.since.map(micros))
        .bind(schedule.attempts)
        .bind(schedule.runs)
        .bind(schedule.failures);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Writes how a schedule stands that was read in this transaction at this version.
pub(super) async fn save(
    transaction: &mut Transaction,
    schedule: &Schedule,
    version: i32,
) -> Result<(), StoreError> {
    save_all(transaction, &[(schedule, version)]).await.map(|_| ())
}

/// Writes how schedules stand, those that are still at the version that they are given with; says which.
pub(super) async fn save_all(
    transaction: &mut Transaction,
    rows: &[(&Schedule, i32)],
) -> Result<Vec<(TenantId, ScheduleId)>, StoreError> {
    let rows = rows.iter().map(|(schedule, version)| row_of(schedule, *version));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let query = sqlx::query(SAVE).bind(json(&rows)?);
    all(query.fetch_all(transaction.connection()?).await, |row| {
        let row = Row::of(row, "schedules", KEY);
        Ok((row.tenant()?, row.get("schedule_id").map(ScheduleId)?))
    })
}

/// Forgets what is to be done upon somebody or by them, or is about them.
pub(super) async fn forget_of_user(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    for statement in [FORGET_ABOUT, FORGET_BY] {
        let query = sqlx::query(statement).bind(tenant.0).bind(user.0);
        query.execute(transaction.connection()?).await.map_err(failed)?;
    }
    Ok(())
}

/// What may change of a schedule, as the statement takes it apart.
fn row_of(schedule: &Schedule, version: i32) -> Result<serde_json::Value, StoreError> {
    Ok(serde_json::json!([
        Id(schedule.tenant.0),
        Id(schedule.community.0),
        Id(schedule.id.0),
        version,
        schedule.version,
        schedule.state.name(),
        Id(schedule.key.0),
        json(&schedule.actor)?,
        schedule.ended_at.map(micros),
        schedule.due_at.map(micros),
        schedule.since.map(micros),
        schedule.attempts,
        schedule.runs,
        schedule.failures,
        json_opt(schedule.last_run.as_ref())?,
    ]))
}

pub(super) const KEY: &[&str] = &["tenant_id", "community_id", "schedule_id"];

pub(super) fn schedule_of(row: &SqliteRow) -> Result<Schedule, StoreError> {
    let row = Row::of(row, "schedules", KEY);
    Ok(Schedule {
        tenant: row.tenant()?,
        community: row.community()?,
        id: row.get("schedule_id").map(ScheduleId)?,
        version: row.get("version")?,
        state: state(&row.place(), row.get("state")?)?,
        task: row.json("task")?,
        user: row.get::<Option<Uuid>>("user_id")?.map(UserId),
        actor: row.json::<Actor>("actor")?,
        key: row.key()?,
        timing: row.json("timing")?,
        created_at: row.time("created_at")?,
        ended_at: row.time_opt("ended_at")?,
        due_at: row.time_opt("due_at")?,
        since: row.time_opt("since")?,
        attempts: row.get("attempts")?,
        runs: row.get("runs")?,
        failures: row.get("failures")?,
        last_run: row.json_opt("last_run")?,
    })
}
