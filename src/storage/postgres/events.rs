//! The log of a tenant: read, and forgotten in time.

use super::errors::failed;
use super::pool::Pool;
use super::row::{Row, all};
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::record::{Event, EventFilter, Log};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, Row as _};
use std::time::Duration;
use uuid::Uuid;

/// With the end of the log in the same row, so that both are of one moment. A filter that lets nothing through gives up
/// after so many positions.
const EVENTS: &str = "SELECT t.tenant_id, t.event_seq, greatest(t.events_gone, (SELECT min(c.events_gone) FROM communities c \
    WHERE c.tenant_id = t.tenant_id AND c.community_id = ANY ($4))) AS gone, \
    greatest(t.events_gone, (SELECT max(c.events_gone) FROM communities c \
    WHERE c.tenant_id = t.tenant_id AND c.events_gone > 0 AND ($4::uuid[] IS NULL OR c.community_id = ANY ($4)))) AS missed, \
    e.position, e.kind, e.community_id, e.user_id, e.at, e.version, e.data \
    FROM tenants t LEFT JOIN LATERAL (SELECT * FROM events e WHERE e.tenant_id = t.tenant_id AND e.position > $2 \
    AND e.position <= $3 AND ($4::uuid[] IS NULL OR e.community_id = ANY ($4)) \
    AND ($5::text[] IS NULL OR e.kind = ANY ($5)) \
    AND ($7::text IS NULL OR EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = e.tenant_id \
    AND l.community_id = e.community_id AND l.platform = $7)) ORDER BY e.position LIMIT $6) e ON true \
    WHERE t.tenant_id = $1 ORDER BY e.position";
/// How many positions one reading of the log goes over at most.
const WINDOW: i64 = 10_000;
const LOG_ENDS: &str = "SELECT tenant_id, event_seq FROM tenants WHERE tenant_id = ANY ($1)";
const ALL_LOG_ENDS: &str = "SELECT a.tenant_id, a.event_seq FROM tenants a";
const PLATFORMS: &str = "SELECT DISTINCT tenant_id, community_id, platform FROM links \
    WHERE tenant_id = $1 AND community_id = ANY ($2)";
/// A tenant whose log begins with an event from before a moment.
const OLDEST: &str = "SELECT t.tenant_id FROM tenants t WHERE (SELECT e.at FROM events e WHERE e.tenant_id = t.tenant_id \
    ORDER BY e.position LIMIT 1) < $1 LIMIT 1";
/// How far a log is older than a moment, looking at so many events behind a position.
const OLD: &str = "WITH first AS (SELECT position, at FROM events WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT $4) \
    SELECT max(position) AS upto FROM first \
    WHERE position < coalesce((SELECT min(position) FROM first WHERE at >= $3), 9223372036854775807)";
const FORGET: &str = "DELETE FROM events WHERE tenant_id = $1 AND position <= $2";
const FORGOTTEN: &str = "UPDATE tenants SET events_gone = greatest(events_gone, $2) WHERE tenant_id = $1";
/// A community with a time of its own, behind whose last look the log has an event that is older.
const OLDEST_OF_ONE: &str = "SELECT c.tenant_id, c.community_id, c.events_swept, c.event_retention FROM communities c \
    WHERE c.event_retention IS NOT NULL AND (SELECT e.at FROM events e WHERE e.tenant_id = c.tenant_id \
    AND e.position > c.events_swept ORDER BY e.position LIMIT 1) < $1::timestamptz - make_interval(secs => c.event_retention) LIMIT 1";
const FORGET_OF_ONE: &str = "WITH gone AS (DELETE FROM events WHERE tenant_id = $1 AND position > $3 AND position <= $4 \
    AND community_id = $2 RETURNING position) SELECT max(position) AS last FROM gone";
const FORGOTTEN_OF_ONE: &str = "UPDATE communities SET events_swept = greatest(events_swept, $3), \
    events_gone = greatest(events_gone, $4) WHERE tenant_id = $1 AND community_id = $2";

pub(super) const STATEMENTS: &[&str] = &[
    EVENTS,
    LOG_ENDS,
    ALL_LOG_ENDS,
    PLATFORMS,
    OLDEST,
    OLD,
    FORGET,
    FORGOTTEN,
    OLDEST_OF_ONE,
    FORGET_OF_ONE,
    FORGOTTEN_OF_ONE,
];

pub(super) async fn events(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    filter: &EventFilter,
    page: After<i64>,
) -> Result<Log, StoreError> {
    let after = page.after.unwrap_or(0);
    let end = after.saturating_add(WINDOW.max(page.limit.into()));
    let communities = filter.communities.as_ref();
    let communities: Option<Vec<Uuid>> = communities.map(|ids| ids.iter().map(|id| id.0).collect());
    let query = sqlx::query(EVENTS)
        .bind(tenant.0)
        .bind(after)
        .bind(end)
        .bind(communities)
        .bind(filter.kinds.as_ref())
        .bind(i64::from(page.limit))
        .bind(filter.platform.as_ref().map(Platform::as_str));
    let rows = all(query.fetch_all(executor).await, |row| {
        let tenant = Row::of(row, "tenants", &["tenant_id"]);
        let ends: (i64, i64, i64) = (
            tenant.get("event_seq")?,
            tenant.get("gone")?,
            tenant.get("missed")?,
        );
        Ok((ends, event_of(row)?))
    })?;
    let seen = rows.first().map(|(ends, _)| *ends);
    let (last, gone, missed) = seen.ok_or(StoreError::NotFound("tenant"))?;
    let events: Vec<Event> = rows.into_iter().filter_map(|(_, event)| event).collect();
    let full = u32::try_from(events.len()).is_ok_and(|count| count >= page.limit);
    let upto = match events.last() {
        Some(event) if full => event.position,
        _ => last.min(end),
    };
    Ok(Log {
        events,
        upto,
        end: last,
        gone,
        missed,
    })
}

pub(super) async fn log_ends(pool: &Pool, tenants: &[TenantId]) -> Result<Vec<(TenantId, i64)>, StoreError> {
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.0).collect();
    let query = sqlx::query(LOG_ENDS).bind(ids);
    all(query.fetch_all(pool.reader()).await, |row| {
        let row = Row::of(row, "tenants", &["tenant_id"]);
        Ok((TenantId(row.get("tenant_id")?), row.get("event_seq")?))
    })
}

pub(super) async fn all_log_ends(pool: &Pool) -> Result<Vec<(TenantId, i64)>, StoreError> {
    all(sqlx::query(ALL_LOG_ENDS).fetch_all(pool.reader()).await, |row| {
        let row = Row::of(row, "tenants", &["tenant_id"]);
        Ok((TenantId(row.get("tenant_id")?), row.get("event_seq")?))
    })
}

pub(super) async fn platforms(
    pool: &Pool,
    tenant: TenantId,
    communities: &[CommunityId],
) -> Result<Vec<(CommunityId, Platform)>, StoreError> {
    let ids: Vec<Uuid> = communities.iter().map(|community| community.0).collect();
    let query = sqlx::query(PLATFORMS).bind(tenant.0).bind(ids);
    all(query.fetch_all(pool.reader()).await, |row| {
        let row = Row::of(row, "links", &["tenant_id", "community_id", "platform"]);
        Ok((
            row.community()?,
            row.place().platform("platform", row.get("platform")?)?,
        ))
    })
}

/// Forgets what is old in one log, or of one community in it. True when there may be more.
pub(super) async fn forget_events(pool: &Pool, age: Duration, limit: u32) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let now = pool.now(&mut transaction).await?;
    let found = forget(&mut transaction, now, age, limit).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(found)
}

async fn forget(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    age: Duration,
    limit: u32,
) -> Result<bool, StoreError> {
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    // The columns hold no time before 1970, and Postgres none as early as the longest durations would reach.
    let before = now.checked_sub_signed(age).unwrap_or_default();
    let before = before.max(DateTime::UNIX_EPOCH);
    let oldest = sqlx::query(OLDEST).bind(before).fetch_optional(&mut *connection);
    if let Some(row) = oldest.await.map_err(failed)? {
        let tenant: Uuid = row.try_get("tenant_id").map_err(failed)?;
        let Some(upto) = old(connection, (tenant, 0), before, limit).await? else {
            return Ok(false);
        };
        for statement in [FORGET, FORGOTTEN] {
            let query = sqlx::query(statement).bind(tenant).bind(upto);
            query.execute(&mut *connection).await.map_err(failed)?;
        }
        return Ok(true);
    }
    let oldest = sqlx::query(OLDEST_OF_ONE)
        .bind(now)
        .fetch_optional(&mut *connection);
    let Some(row) = oldest.await.map_err(failed)? else {
        return Ok(false);
    };
    let row = Row::of(&row, "communities", &["tenant_id", "community_id"]);
    let (tenant, community, swept): (Uuid, Uuid, i64) = (
        row.get("tenant_id")?,
        row.get("community_id")?,
        row.get("events_swept")?,
    );
    let kept = TimeDelta::seconds(row.get("event_retention")?);
    let before = now.checked_sub_signed(kept).unwrap_or_default();
    let Some(upto) = old(connection, (tenant, swept), before, limit).await? else {
        return Ok(false);
    };
    let forgotten = sqlx::query(FORGET_OF_ONE)
        .bind(tenant)
        .bind(community)
        .bind(swept)
        .bind(upto);
    let forgotten = forgotten.fetch_one(&mut *connection).await.map_err(failed)?;
    let last: Option<i64> = forgotten.try_get("last").map_err(failed)?;
    let query = sqlx::query(FORGOTTEN_OF_ONE).bind(tenant).bind(community);
    let query = query.bind(upto).bind(last.unwrap_or(0));
    query.execute(&mut *connection).await.map_err(failed)?;
    Ok(true)
}

/// The last position behind another one up to which everything is from before a moment, as far as so many events say.
async fn old(
    connection: &mut PgConnection,
    (tenant, after): (Uuid, i64),
    before: DateTime<Utc>,
    limit: u32,
) -> Result<Option<i64>, StoreError> {
    let query = sqlx::query(OLD).bind(tenant).bind(after).bind(before);
    let row = query
        .bind(i64::from(limit))
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    row.try_get("upto").map_err(failed)
}

pub(super) fn event_of(row: &PgRow) -> Result<Option<Event>, StoreError> {
    let row = Row::of(row, "events", &["tenant_id", "position"]);
    let position: Option<i64> = row.get("position")?;
    let Some(position) = position else {
        return Ok(None);
    };
    Ok(Some(Event {
        position,
        kind: row.text("kind")?,
        community: row.get::<Option<Uuid>>("community_id")?.map(CommunityId),
        user: row.get::<Option<Uuid>>("user_id")?.map(UserId),
        at: row.time("at")?,
        version: row.get("version")?,
        data: row.json_text("data")?,
    }))
}
