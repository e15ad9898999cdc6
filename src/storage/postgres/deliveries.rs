//! Events on their way to webhooks: handed out under leases, and settled by what tries came to.

use super::errors::failed;
use super::events::event_of;
use super::pool::Pool;
use super::row::{Row, all, one};
use super::webhooks::{self, measured};
use super::write::write;
use crate::domain::id::{CommunityId, DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::Webhook;
use crate::domain::webhook::delivery::{Delivery, State};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::record::Event;
use crate::ports::webhooks::{AnnounceTurn, Handing, Taken, Tried};
use crate::storage::batch::Writes;
use crate::storage::codec::json;
use crate::storage::webhooks::{FIRST, Hook, by_webhook, first, lease_over, portions, settle, stand, there};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

const DELIVERY: &str =
    "SELECT * FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND delivery_id = $3";
const LOCK: &str =
    "SELECT * FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND delivery_id = $3 FOR UPDATE";
const LIST: &str = "SELECT * FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 \
    AND delivery_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY delivery_id DESC LIMIT $4";
const LIST_IN_STATE: &str = "SELECT * FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 \
    AND delivery_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) AND state = $5 ORDER BY delivery_id DESC LIMIT $4";
const INSERT: &str = "INSERT INTO deliveries (tenant_id, webhook_id, delivery_id, position, kind, community_id, state, created_at, due_at, \
    settled_at, attempts, base, tries) SELECT n.tenant_id, n.webhook_id, n.delivery_id, n.position, n.kind, n.community_id, n.state, \
    n.created_at, n.due_at, n.settled_at, n.attempts, n.base, n.tries::json FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], \
    $6::uuid[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::integer[], $13::text[]) \
    AS n (tenant_id, webhook_id, delivery_id, position, kind, community_id, state, created_at, due_at, settled_at, attempts, base, tries)";
const SAVE: &str = "UPDATE deliveries d SET state = n.state, due_at = n.due_at, settled_at = n.settled_at, attempts = n.attempts, \
    base = n.base, tries = n.tries::json FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], \
    $6::timestamptz[], $7::integer[], $8::integer[], $9::text[]) \
    AS n (tenant_id, webhook_id, delivery_id, state, due_at, settled_at, attempts, base, tries) \
    WHERE d.tenant_id = n.tenant_id AND d.webhook_id = n.webhook_id AND d.delivery_id = n.delivery_id";
/// The webhooks that something is due for and that may be asked now, with the moment since when, in microseconds. Tests, which are due since `$3`, wait
/// for no pause.
const ASKED: &str = "SELECT w.tenant_id, w.webhook_id, (extract(epoch FROM next.due_at) * 1000000)::bigint AS measure FROM webhooks w \
    JOIN tenants t ON t.tenant_id = w.tenant_id CROSS JOIN LATERAL (SELECT min(d.due_at) AS due_at FROM deliveries d \
    WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at <= $1) AS next WHERE w.state = 'active' \
    AND (w.paused_until IS NULL OR w.paused_until <= $1 OR next.due_at <= $3) AND w.webhook_id <> ALL ($2) AND next.due_at IS NOT NULL";
const TAKE: &str = "WITH due AS (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 \
    AND due_at <= $3 ORDER BY due_at, delivery_id LIMIT $5 FOR UPDATE SKIP LOCKED) \
    UPDATE deliveries d SET due_at = $4, attempts = d.attempts + 1 FROM due WHERE d.tenant_id = due.tenant_id \
    AND d.webhook_id = due.webhook_id AND d.delivery_id = due.delivery_id RETURNING d.*";
const EVENTS: &str = "SELECT * FROM events WHERE tenant_id = $1 AND position = ANY ($2)";
const NAMED: &str = "SELECT * FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND delivery_id = ANY ($3) \
    ORDER BY delivery_id FOR UPDATE";
const REPLAY_DEAD: &str = "UPDATE deliveries SET state = 'pending', base = attempts, due_at = $3, settled_at = NULL \
    WHERE (tenant_id, webhook_id, delivery_id) IN (SELECT tenant_id, webhook_id, delivery_id FROM deliveries \
    WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'dead' AND position IS NOT NULL ORDER BY delivery_id LIMIT $4 FOR UPDATE)";
const FORGET: &str = "DELETE FROM deliveries WHERE (tenant_id, webhook_id, delivery_id) IN \
    (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE settled_at < $1 ORDER BY settled_at LIMIT $2 \
    FOR UPDATE SKIP LOCKED)";
const DELETED: &str =
    "SELECT tenant_id, webhook_id FROM webhooks WHERE state = 'deleted' LIMIT 1 FOR UPDATE SKIP LOCKED";
const FORGET_OF_DELETED: &str = "DELETE FROM deliveries WHERE (tenant_id, webhook_id, delivery_id) IN \
    (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE tenant_id = $1 AND webhook_id = $2 LIMIT $3)";
const FORGET_DELETED: &str =
    "DELETE FROM webhooks WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'deleted'";

pub(super) const STATEMENTS: &[&str] = &[
    DELIVERY,
    LOCK,
    LIST,
    LIST_IN_STATE,
    INSERT,
    SAVE,
    ASKED,
    TAKE,
    EVENTS,
    NAMED,
    REPLAY_DEAD,
    FORGET,
    DELETED,
    FORGET_OF_DELETED,
    FORGET_DELETED,
];

/// A delivery.
pub(super) async fn find(
    connection: &mut PgConnection,
    webhook: Hook,
    id: DeliveryId,
) -> Result<Delivery, StoreError> {
    get(connection, DELIVERY, webhook, id).await
}

/// The same, locked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    webhook: Hook,
    id: DeliveryId,
) -> Result<Delivery, StoreError> {
    get(connection, LOCK, webhook, id).await
}

async fn get(
    connection: &mut PgConnection,
    statement: &'static str,
    (tenant, webhook): Hook,
    id: DeliveryId,
) -> Result<Delivery, StoreError> {
    let query = sqlx::query(statement).bind(tenant.0).bind(webhook.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, delivery_of)?;
    found.ok_or(StoreError::NotFound("delivery"))
}

/// Deliveries, newest first.
pub(super) async fn list(
    connection: &mut PgConnection,
    (tenant, webhook): Hook,
    state: Option<State>,
    page: After<DeliveryId>,
) -> Result<Vec<Delivery>, StoreError> {
    let statement = if state.is_some() { LIST_IN_STATE } else { LIST };
    let mut query = sqlx::query(statement)
        .bind(tenant.0)
        .bind(webhook.0)
        .bind(page.after.map(|id| id.0))
        .bind(i64::from(page.limit));
    if let Some(state) = state {
        query = query.bind(state.name());
    }
    all(query.fetch_all(connection).await, delivery_of)
}

/// Writes new deliveries.
pub(super) async fn insert(connection: &mut PgConnection, deliveries: &[Delivery]) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let each = || deliveries.iter();
    let query = sqlx::query(INSERT)
        .bind(each().map(|d| d.tenant.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.webhook.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.id.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.position).collect::<Vec<_>>())
        .bind(each().map(|d| d.kind.as_str()).collect::<Vec<_>>())
        .bind(each().map(|d| d.community.map(|id| id.0)).collect::<Vec<_>>())
        .bind(each().map(|d| d.state.name()).collect::<Vec<_>>())
        .bind(each().map(|d| d.created_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.due_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.settled_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.attempts).collect::<Vec<_>>())
        .bind(each().map(|d| d.base).collect::<Vec<_>>())
        .bind(tries(deliveries)?);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Writes how deliveries stand that were read in this transaction.
pub(super) async fn save(connection: &mut PgConnection, deliveries: &[Delivery]) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let each = || deliveries.iter();
    let query = sqlx::query(SAVE)
        .bind(each().map(|d| d.tenant.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.webhook.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.id.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.state.name()).collect::<Vec<_>>())
        .bind(each().map(|d| d.due_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.settled_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.attempts).collect::<Vec<_>>())
        .bind(each().map(|d| d.base).collect::<Vec<_>>())
        .bind(tries(deliveries)?);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Sends anew what was given up, the oldest first. Says how many there are.
pub(super) async fn replay_dead(
    connection: &mut PgConnection,
    (tenant, webhook): Hook,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64, StoreError> {
    let query = sqlx::query(REPLAY_DEAD)
        .bind(tenant.0)
        .bind(webhook.0)
        .bind(now)
        .bind(i64::from(limit));
    let done = query.execute(connection).await.map_err(failed)?;
    Ok(done.rows_affected())
}

/// Takes what is due.
pub(super) async fn take(pool: &Pool, handing: &Handing) -> Result<Vec<Taken>, StoreError> {
    // Whoever looks in vain needs no transaction.
    let mut reader = pool.reader().acquire().await.map_err(failed)?;
    let now = pool.now(&mut reader).await?;
    let asked = asked(&mut reader, handing, now).await?;
    drop(reader);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut transaction = pool.begin().await?;
    let now = pool.now(&mut transaction).await?;
    let until = lease_over(handing, now);
    let (mut taken, mut left) = (Vec::new(), handing.limit);
    for mut webhook in webhooks::lock_free(&mut transaction, &asked).await? {
        if left == 0 {
            break;
        }
        let mut deliveries = Vec::new();
        for (due, most, probes) in portions(&webhook, handing.each.min(left), now) {
            let portion = take_due(&mut transaction, &webhook, (due, until), most).await?;
            if probes && !portion.is_empty() {
                webhook.probe(until);
                webhooks::save(&mut transaction, &webhook).await?;
            }
            deliveries.extend(portion);
        }
        // The statement returns its rows in no order.
        deliveries.sort_by_key(|delivery| delivery.id);
        left = left.saturating_sub(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
        let mut events = events(&mut transaction, webhook.tenant, &deliveries).await?;
        taken.extend(deliveries.into_iter().map(|delivery| Taken {
            webhook: webhook.clone(),
            event: delivery.position.and_then(|position| events.remove(&position)),
            delivery,
        }));
    }
    transaction.commit().await.map_err(failed)?;
    Ok(taken)
}

/// Takes what is due of a webhook by a moment, until another one.
async fn take_due(
    connection: &mut PgConnection,
    webhook: &Webhook,
    (due, until): (DateTime<Utc>, DateTime<Utc>),
    most: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let query = sqlx::query(TAKE)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(due)
        .bind(until)
        .bind(i64::from(most));
    all(query.fetch_all(connection).await, delivery_of)
}

/// Takes in what tries came to.
pub(super) async fn settle_all(
    pool: &Pool,
    tried: &[Tried],
    announce: &dyn AnnounceTurn,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let (now, mut writes) = (pool.now(&mut transaction).await?, Writes::default());
    for ((tenant, id), tried) in by_webhook(tried) {
        let found = webhooks::lock(&mut transaction, tenant, id).await;
        let Some(mut webhook) = there(found)? else {
            continue;
        };
        let ids: Vec<Uuid> = tried.iter().map(|one| one.delivery.0).collect();
        let query = sqlx::query(NAMED).bind(tenant.0).bind(id.0).bind(ids);
        let deliveries = all(query.fetch_all(&mut *transaction).await, delivery_of)?;
        let before = webhook.clone();
        let news = (announce, &mut writes);
        let changed = settle(&mut webhook, deliveries, &tried, news, now);
        save(&mut transaction, &changed).await?;
        if webhook != before {
            webhooks::save(&mut transaction, &webhook).await?;
        }
    }
    write(&mut transaction, &writes).await?;
    transaction.commit().await.map_err(failed)
}

/// Removes what is old, and what deleted webhooks left.
pub(super) async fn forget(pool: &Pool, age: Duration, limit: u32) -> Result<u64, StoreError> {
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    let mut transaction = pool.begin().await?;
    let now = pool.now(&mut transaction).await?;
    let before = now.checked_sub_signed(age).unwrap_or_default();
    let query = sqlx::query(FORGET).bind(before).bind(i64::from(limit));
    let mut gone = query
        .execute(&mut *transaction)
        .await
        .map_err(failed)?
        .rows_affected();
    let query = sqlx::query(DELETED).fetch_optional(&mut *transaction);
    let deleted = one(query.await, |row| {
        let row = Row::of(row, "webhooks", &["tenant_id", "webhook_id"]);
        Ok((row.tenant()?, row.get("webhook_id").map(WebhookId)?))
    })?;
    if let Some((tenant, webhook)) = deleted {
        let bound = |statement| sqlx::query(statement).bind(tenant.0).bind(webhook.0);
        let query = bound(FORGET_OF_DELETED).bind(i64::from(limit));
        let left = query.execute(&mut *transaction).await.map_err(failed)?;
        gone = gone.max(left.rows_affected());
        if left.rows_affected() < u64::from(limit) {
            let query = bound(FORGET_DELETED).execute(&mut *transaction);
            query.await.map_err(failed)?;
        }
    }
    transaction.commit().await.map_err(failed)?;
    Ok(gone)
}

/// The webhooks that may be asked, the longest overdue first.
async fn asked(
    connection: &mut PgConnection,
    handing: &Handing,
    now: DateTime<Utc>,
) -> Result<Vec<Hook>, StoreError> {
    let busy: Vec<Uuid> = handing.busy.iter().map(|id| id.0).collect();
    let query = sqlx::query(ASKED).bind(now).bind(busy).bind(FIRST);
    let found = all(query.fetch_all(connection).await, measured)?;
    Ok(first(found, handing.limit))
}

/// What deliveries are of, by position.
async fn events(
    connection: &mut PgConnection,
    tenant: TenantId,
    deliveries: &[Delivery],
) -> Result<HashMap<i64, Event>, StoreError> {
    let positions: Vec<i64> = deliveries.iter().filter_map(|d| d.position).collect();
    let query = sqlx::query(EVENTS).bind(tenant.0).bind(positions);
    let found = all(query.fetch_all(connection).await, event_of)?;
    let found = found.into_iter().flatten();
    Ok(found.map(|event| (event.position, event)).collect())
}

fn tries(deliveries: &[Delivery]) -> Result<Vec<String>, StoreError> {
    deliveries.iter().map(|delivery| json(&delivery.tries)).collect()
}

const KEY: &[&str] = &["tenant_id", "webhook_id", "delivery_id"];

fn delivery_of(row: &PgRow) -> Result<Delivery, StoreError> {
    let row = Row::of(row, "deliveries", KEY);
    Ok(Delivery {
        tenant: row.tenant()?,
        webhook: row.get("webhook_id").map(WebhookId)?,
        id: row.get("delivery_id").map(DeliveryId)?,
        position: row.get("position")?,
        kind: row.text("kind")?,
        community: row.get::<Option<Uuid>>("community_id")?.map(CommunityId),
        state: stand(&row.place(), row.get("state")?)?,
        created_at: row.time("created_at")?,
        due_at: row.time_opt("due_at")?,
        settled_at: row.time_opt("settled_at")?,
        attempts: row.get("attempts")?,
        base: row.get("base")?,
        tries: row.json("tries")?,
    })
}
