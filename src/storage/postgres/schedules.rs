//! Schedules: read, listed, made, and written as they stand. What is due of them: see `runs.rs`.

use super::Postgres;
use super::directory::community_exists;
use super::errors::{failed, failure};
use super::jobs::again;
use super::row::{Row, all, one};
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
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::schedules::{person, state};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::time::Duration;
use uuid::Uuid;

/// One of the ways to list schedules: `$by` says which of them, and has an index to go by.
macro_rules! schedules {
    ($by:literal) => {
        concat!(
            "SELECT * FROM schedules WHERE tenant_id = $1 AND community_id = $2 \
             AND schedule_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) AND ($5::text IS NULL OR kind = $5) ",
            $by,
            " ORDER BY schedule_id DESC LIMIT $4"
        )
    };
}

const SCHEDULE: &str =
    "SELECT * FROM schedules WHERE tenant_id = $1 AND community_id = $2 AND schedule_id = $3";
const LOCK: &str =
    "SELECT * FROM schedules WHERE tenant_id = $1 AND community_id = $2 AND schedule_id = $3 FOR UPDATE";
const LIST: &str = schedules!("");
const LIST_IN_STATE: &str = schedules!("AND state = $6");
const LIST_OF_MEMBER: &str = schedules!("AND ($6::text IS NULL OR state = $6) AND user_id = ANY ($7)");
const INSERT: &str = "INSERT INTO schedules (tenant_id, community_id, schedule_id, version, kind, state, user_id, actor_id, key_id, \
    actor, task, timing, created_at, due_at, since, attempts, runs, failures) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::json, $12::json, $13, $14, $15, $16, $17, $18)";
const COUNT_ACTIVE: &str = "SELECT count(*) FROM (SELECT 1 FROM schedules WHERE tenant_id = $1 AND community_id = $2 \
    AND state = 'active' LIMIT $3) AS active";
const SAVE: &str = "UPDATE schedules s SET version = n.version, state = n.state, key_id = n.key_id, actor = n.actor::json, \
    ended_at = n.ended_at, due_at = n.due_at, since = n.since, leased_until = NULL, attempts = n.attempts, runs = n.runs, \
    failures = n.failures, last_run = n.last_run::json \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::text[], $7::uuid[], $8::text[], \
    $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::integer[], $13::bigint[], $14::integer[], $15::text[]) \
    AS n (tenant_id, community_id, schedule_id, was, version, state, key_id, actor, ended_at, due_at, since, attempts, runs, failures, \
    last_run) WHERE s.tenant_id = n.tenant_id AND s.community_id = n.community_id AND s.schedule_id = n.schedule_id \
    AND s.version = n.was RETURNING s.tenant_id, s.schedule_id";
const FORGET: &str = "DELETE FROM schedules WHERE (tenant_id, community_id, schedule_id) IN \
    (SELECT tenant_id, community_id, schedule_id FROM schedules WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
const FORGET_ABOUT: &str = "DELETE FROM schedules WHERE tenant_id = $1 AND user_id = $2";
const FORGET_BY: &str = "DELETE FROM schedules WHERE tenant_id = $1 AND actor_id = $2";

pub(super) const STATEMENTS: &[&str] = &[
    SCHEDULE,
    LOCK,
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
impl Schedules for Postgres {
    async fn schedule(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: ScheduleId,
    ) -> Result<Schedule, StoreError> {
        let query = sqlx::query(SCHEDULE).bind(tenant.0).bind(community.0).bind(id.0);
        let found = one(query.fetch_optional(self.pool.reader()).await, schedule_of)?;
        found.ok_or(StoreError::NotFound("schedule"))
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
            .bind(i64::from(page.limit))
            .bind(filter.kind.map(TaskKind::name));
        if statement != LIST {
            query = query.bind(filter.state.map(State::name));
        }
        if let Some(user) = filter.user {
            let group = everybody(&mut connection, tenant, user).await?;
            query = query.bind(group.into_iter().map(|user| user.0).collect::<Vec<_>>());
        }
        let found = all(query.fetch_all(&mut *connection).await, schedule_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn lease_schedules(&self, limit: u32, lease: Duration) -> Result<Leased, StoreError> {
        runs::lease(&self.pool, limit, lease).await
    }

    async fn next_schedule(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        runs::next(&self.pool).await
    }

    async fn settle_runs(&self, settled: &[Settled]) -> Result<Vec<ScheduleId>, StoreError> {
        again!(runs::settle(&self.pool, settled))
    }

    async fn forget_schedules(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let mut connection = self.pool.writer().acquire().await.map_err(failed)?;
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let now = self.pool.now(&mut connection).await?;
        let query = sqlx::query(FORGET)
            .bind(now.checked_sub_signed(age).unwrap_or_default())
            .bind(i64::from(limit));
        let forgotten = query.execute(&mut *connection).await.map_err(failed)?;
        Ok(forgotten.rows_affected())
    }
}

/// A schedule, locked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    (tenant, community): Home,
    id: ScheduleId,
) -> Result<Schedule, StoreError> {
    let query = sqlx::query(LOCK).bind(tenant.0).bind(community.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, schedule_of)?;
    found.ok_or(StoreError::NotFound("schedule"))
}

/// How many schedules of a community are active; as many as `most` are counted.
pub(super) async fn count_active(
    connection: &mut PgConnection,
    (tenant, community): Home,
    most: i64,
) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(COUNT_ACTIVE)
        .bind(tenant.0)
        .bind(community.0)
        .bind(most);
    query.fetch_one(connection).await.map_err(failed)
}

/// Writes a new schedule.
pub(super) async fn insert(connection: &mut PgConnection, schedule: &Schedule) -> Result<(), StoreError> {
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
        .bind(schedule.created_at)
        .bind(schedule.due_at)
        .bind(schedule.since)
        .bind(schedule.attempts)
        .bind(schedule.runs)
        .bind(schedule.failures);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Writes how a schedule stands that was read in this transaction at this version.
pub(super) async fn save(
    connection: &mut PgConnection,
    schedule: &Schedule,
    version: i32,
) -> Result<(), StoreError> {
    save_all(connection, &[(schedule, version)]).await.map(|_| ())
}

/// Writes how schedules stand, those that are still at the version that they are given with; says which.
pub(super) async fn save_all(
    connection: &mut PgConnection,
    rows: &[(&Schedule, i32)],
) -> Result<Vec<(TenantId, ScheduleId)>, StoreError> {
    let each = || rows.iter().map(|(schedule, _)| *schedule);
    let actors: Vec<String> = each().map(|s| json(&s.actor)).collect::<Result<_, _>>()?;
    let runs = each().map(|s| json_opt(s.last_run.as_ref()));
    let runs: Vec<Option<String>> = runs.collect::<Result<_, _>>()?;
    let query = sqlx::query(SAVE)
        .bind(each().map(|s| s.tenant.0).collect::<Vec<_>>())
        .bind(each().map(|s| s.community.0).collect::<Vec<_>>())
        .bind(each().map(|s| s.id.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, version)| *version).collect::<Vec<_>>())
        .bind(each().map(|s| s.version).collect::<Vec<_>>())
        .bind(each().map(|s| s.state.name()).collect::<Vec<_>>())
        .bind(each().map(|s| s.key.0).collect::<Vec<_>>())
        .bind(actors)
        .bind(each().map(|s| s.ended_at).collect::<Vec<_>>())
        .bind(each().map(|s| s.due_at).collect::<Vec<_>>())
        .bind(each().map(|s| s.since).collect::<Vec<_>>())
        .bind(each().map(|s| s.attempts).collect::<Vec<_>>())
        .bind(each().map(|s| s.runs).collect::<Vec<_>>())
        .bind(each().map(|s| s.failures).collect::<Vec<_>>())
        .bind(runs);
    all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "schedules", KEY);
        Ok((row.tenant()?, row.get("schedule_id").map(ScheduleId)?))
    })
}

/// Forgets what is to be done upon somebody or by them, or is about them.
pub(super) async fn forget_of_user(
    connection: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    for statement in [FORGET_ABOUT, FORGET_BY] {
        let query = sqlx::query(statement).bind(tenant.0).bind(user.0);
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

pub(super) const KEY: &[&str] = &["tenant_id", "community_id", "schedule_id"];

pub(super) fn schedule_of(row: &PgRow) -> Result<Schedule, StoreError> {
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
