//! Events on their way to webhooks: handed out under leases, and settled by what tries came to.

use super::Sqlite;
use super::directory::{all, one};
use super::errors::failed;
use super::events::event_of;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use super::webhooks::{self, measured};
use super::write::{Made, write};
use crate::domain::id::{CommunityId, DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::delivery::{Delivery, State};
use crate::domain::webhook::{State as Sends, Webhook};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::record::Event;
use crate::ports::webhooks::{AnnounceTurn, Handing, Taken, Tried};
use crate::storage::batch::Writes;
use crate::storage::codec::json;
use crate::storage::webhooks::{FIRST, Hook, by_webhook, first, lease_over, portions, settle, stand, there};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

const DELIVERY: &str =
    "SELECT * FROM deliveries WHERE tenant_id = ?1 AND webhook_id = ?2 AND delivery_id = ?3";
const LIST: &str = "SELECT * FROM deliveries WHERE tenant_id = ?1 AND webhook_id = ?2 \
    AND delivery_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') ORDER BY delivery_id DESC LIMIT ?4";
const LIST_IN_STATE: &str = "SELECT * FROM deliveries WHERE tenant_id = ?1 AND webhook_id = ?2 \
    AND delivery_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') AND state = ?5 ORDER BY delivery_id DESC LIMIT ?4";
const INSERT: &str = "INSERT INTO deliveries (tenant_id, webhook_id, delivery_id, position, kind, community_id, state, created_at, due_at, \
    settled_at, attempts, base, tries) SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, value->>4, \
    unhex(value->>5), value->>6, value->>7, value->>8, value->>9, value->>10, value->>11, value->>12 FROM json_each(?1) ORDER BY key";
const SAVE: &str = "UPDATE deliveries SET state = j.value->>6, due_at = j.value->>8, settled_at = j.value->>9, attempts = j.value->>10, \
    base = j.value->>11, tries = j.value->>12 FROM json_each(?1) j WHERE deliveries.tenant_id = unhex(j.value->>0) \
    AND deliveries.webhook_id = unhex(j.value->>1) AND deliveries.delivery_id = unhex(j.value->>2)";
/// The webhooks that something is due for and that may be asked now. Tests, which are due since `?3`, wait for no pause.
const ASKED: &str = "SELECT h.* FROM (SELECT w.tenant_id, w.webhook_id, (SELECT min(d.due_at) FROM deliveries d \
    WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at IS NOT NULL) AS measure, \
    coalesce(w.paused_until, 0) AS paused_until FROM webhooks w JOIN tenants t ON t.tenant_id = w.tenant_id WHERE w.state = 'active' \
    AND w.webhook_id NOT IN (SELECT unhex(value) FROM json_each(?2))) h WHERE h.measure <= ?1 AND (h.paused_until <= ?1 OR h.measure <= ?3)";
const TAKE: &str = "UPDATE deliveries SET due_at = ?4, attempts = attempts + 1 WHERE (tenant_id, webhook_id, delivery_id) IN \
    (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE tenant_id = ?1 AND webhook_id = ?2 AND due_at <= ?3 \
    ORDER BY due_at, delivery_id LIMIT ?5) RETURNING *";
const EVENTS: &str =
    "SELECT * FROM events WHERE tenant_id = ?1 AND position IN (SELECT value FROM json_each(?2))";
const NAMED: &str = "SELECT d.* FROM json_each(?3) j CROSS JOIN deliveries d ON d.tenant_id = ?1 AND d.webhook_id = ?2 \
    AND d.delivery_id = unhex(j.value)";
const REPLAY_DEAD: &str = "UPDATE deliveries SET state = 'pending', base = attempts, due_at = ?3, settled_at = NULL \
    WHERE (tenant_id, webhook_id, delivery_id) IN (SELECT tenant_id, webhook_id, delivery_id FROM deliveries \
    WHERE tenant_id = ?1 AND webhook_id = ?2 AND state = 'dead' AND position IS NOT NULL ORDER BY delivery_id LIMIT ?4)";
const FORGET: &str = "DELETE FROM deliveries WHERE (tenant_id, webhook_id, delivery_id) IN \
    (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE settled_at < ?1 ORDER BY settled_at LIMIT ?2)";
const DELETED: &str = "SELECT tenant_id, webhook_id FROM webhooks WHERE state = 'deleted' LIMIT 1";
const FORGET_OF_DELETED: &str = "DELETE FROM deliveries WHERE (tenant_id, webhook_id, delivery_id) IN \
    (SELECT tenant_id, webhook_id, delivery_id FROM deliveries WHERE tenant_id = ?1 AND webhook_id = ?2 LIMIT ?3)";
const FORGET_DELETED: &str =
    "DELETE FROM webhooks WHERE tenant_id = ?1 AND webhook_id = ?2 AND state = 'deleted'";

pub(super) const STATEMENTS: &[&str] = &[
    DELIVERY,
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
    connection: &mut SqliteConnection,
    (tenant, webhook): Hook,
    id: DeliveryId,
) -> Result<Delivery, StoreError> {
    let query = sqlx::query(DELIVERY).bind(tenant.0).bind(webhook.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, delivery_of)?;
    found.ok_or(StoreError::NotFound("delivery"))
}

/// A delivery, locked as everything is.
pub(super) async fn lock(
    transaction: &mut Transaction,
    webhook: Hook,
    id: DeliveryId,
) -> Result<Delivery, StoreError> {
    find(transaction.connection()?, webhook, id).await
}

/// Deliveries, newest first.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    (tenant, webhook): Hook,
    state: Option<State>,
    page: After<DeliveryId>,
) -> Result<Vec<Delivery>, StoreError> {
    let statement = if state.is_some() { LIST_IN_STATE } else { LIST };
    let mut query = sqlx::query(statement)
        .bind(tenant.0)
        .bind(webhook.0)
        .bind(page.after.map(|id| id.0))
        .bind(page.limit);
    if let Some(state) = state {
        query = query.bind(state.name());
    }
    all(query.fetch_all(connection).await, delivery_of)
}

/// Writes new deliveries.
pub(super) async fn insert(transaction: &mut Transaction, deliveries: &[Delivery]) -> Result<(), StoreError> {
    put(transaction, INSERT, deliveries).await
}

/// Writes how deliveries stand that were read in this transaction.
pub(super) async fn save(transaction: &mut Transaction, deliveries: &[Delivery]) -> Result<(), StoreError> {
    put(transaction, SAVE, deliveries).await
}

/// Sends anew what was given up, the oldest first. Says how many there are.
pub(super) async fn replay_dead(
    transaction: &mut Transaction,
    (tenant, webhook): Hook,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<u64, StoreError> {
    let query = sqlx::query(REPLAY_DEAD)
        .bind(tenant.0)
        .bind(webhook.0)
        .bind(micros(now))
        .bind(limit);
    let done = query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(done.rows_affected())
}

/// Takes what is due.
pub(super) async fn take(store: &Sqlite, handing: &Handing) -> Result<Vec<Taken>, StoreError> {
    // Whoever looks in vain keeps nobody from writing.
    let busy: Vec<Id> = handing.busy.iter().map(|id| Id(id.0)).collect();
    let query = sqlx::query(ASKED)
        .bind(micros(store.now()))
        .bind(json(&busy)?)
        .bind(micros(FIRST));
    let found = all(query.fetch_all(store.pool.reader()).await, measured)?;
    let asked = first(found, handing.limit);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut transaction = store.pool.begin().await?;
    let now = store.now();
    let until = lease_over(handing, now);
    let (mut taken, mut left) = (Vec::new(), handing.limit);
    for (tenant, id) in asked {
        let found = webhooks::find(transaction.connection()?, tenant, id).await;
        let Some(mut webhook) = there(found)?.filter(|webhook| webhook.state == Sends::Active) else {
            continue;
        };
        if left == 0 {
            break;
        }
        let mut deliveries = Vec::new();
        for (due, most, probes) in portions(&webhook, handing.each.min(left), now) {
            let portion = take_due(transaction.connection()?, &webhook, (due, until), most).await?;
            if probes && !portion.is_empty() {
                webhook.probe(until);
                webhooks::save(&mut transaction, &webhook).await?;
            }
            deliveries.extend(portion);
        }
        // The statement returns its rows in no order.
        deliveries.sort_by_key(|delivery| delivery.id);
        left = left.saturating_sub(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
        let mut events = events(transaction.connection()?, webhook.tenant, &deliveries).await?;
        taken.extend(deliveries.into_iter().map(|delivery| Taken {
            webhook: webhook.clone(),
            event: delivery.position.and_then(|position| events.remove(&position)),
            delivery,
        }));
    }
    transaction.commit().await?;
    Ok(taken)
}

/// Takes what is due of a webhook by a moment, until another one.
async fn take_due(
    connection: &mut SqliteConnection,
    webhook: &Webhook,
    (due, until): (DateTime<Utc>, DateTime<Utc>),
    most: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let query = sqlx::query(TAKE)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(micros(due))
        .bind(micros(until))
        .bind(most);
    all(query.fetch_all(connection).await, delivery_of)
}

/// Takes in what tries came to.
pub(super) async fn settle_all(
    store: &Sqlite,
    tried: &[Tried],
    announce: &dyn AnnounceTurn,
) -> Result<(), StoreError> {
    let mut transaction = store.pool.begin().await?;
    let (now, mut writes) = (store.now(), Writes::default());
    for ((tenant, id), tried) in by_webhook(tried) {
        let found = webhooks::find(transaction.connection()?, tenant, id).await;
        let Some(mut webhook) = there(found)? else {
            continue;
        };
        let ids: Vec<Id> = tried.iter().map(|one| Id(one.delivery.0)).collect();
        let query = sqlx::query(NAMED).bind(tenant.0).bind(id.0).bind(json(&ids)?);
        let deliveries = all(query.fetch_all(transaction.connection()?).await, delivery_of)?;
        let before = webhook.clone();
        let news = (announce, &mut writes);
        let changed = settle(&mut webhook, deliveries, &tried, news, now);
        save(&mut transaction, &changed).await?;
        if webhook != before {
            webhooks::save(&mut transaction, &webhook).await?;
        }
    }
    write(&mut transaction, &writes, &Made::nobody(now)).await?;
    transaction.commit().await
}

/// Removes what is old, and what deleted webhooks left.
pub(super) async fn forget(store: &Sqlite, age: Duration, limit: u32) -> Result<u64, StoreError> {
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    let mut transaction = store.pool.begin().await?;
    let before = store.now().checked_sub_signed(age).unwrap_or_default();
    let query = sqlx::query(FORGET).bind(micros(before)).bind(limit);
    let mut gone = query
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?
        .rows_affected();
    let query = sqlx::query(DELETED).fetch_optional(transaction.connection()?);
    let deleted = one(query.await, |row| {
        let row = Row::of(row, "webhooks", &["tenant_id", "webhook_id"]);
        Ok((row.tenant()?, row.get("webhook_id").map(WebhookId)?))
    })?;
    if let Some((tenant, webhook)) = deleted {
        let bound = |statement| sqlx::query(statement).bind(tenant.0).bind(webhook.0);
        let query = bound(FORGET_OF_DELETED).bind(limit);
        let left = query.execute(transaction.connection()?).await.map_err(failed)?;
        gone = gone.max(left.rows_affected());
        if left.rows_affected() < u64::from(limit) {
            let query = bound(FORGET_DELETED).execute(transaction.connection()?);
            query.await.map_err(failed)?;
        }
    }
    transaction.commit().await?;
    Ok(gone)
}

/// What deliveries are of, by position.
async fn events(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    deliveries: &[Delivery],
) -> Result<HashMap<i64, Event>, StoreError> {
    let positions: Vec<i64> = deliveries.iter().filter_map(|d| d.position).collect();
    let query = sqlx::query(EVENTS).bind(tenant.0).bind(json(&positions)?);
    let found = all(query.fetch_all(connection).await, event_of)?;
    let found = found.into_iter().flatten();
    Ok(found.map(|event| (event.position, event)).collect())
}

async fn put(
    transaction: &mut Transaction,
    statement: &'static str,
    deliveries: &[Delivery],
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let rows = deliveries.iter().map(row_of).collect::<Result<Vec<_>, _>>()?;
    let query = sqlx::query(statement).bind(json(&rows)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// A delivery, as the statements take it apart.
fn row_of(delivery: &Delivery) -> Result<serde_json::Value, StoreError> {
    Ok(serde_json::json!([
        Id(delivery.tenant.0),
        Id(delivery.webhook.0),
        Id(delivery.id.0),
        delivery.position,
        delivery.kind,
        delivery.community.map(|id| Id(id.0)),
        delivery.state.name(),
        micros(delivery.created_at),
        delivery.due_at.map(micros),
        delivery.settled_at.map(micros),
        delivery.attempts,
        delivery.base,
        json(&delivery.tries)?,
    ]))
}

const KEY: &[&str] = &["tenant_id", "webhook_id", "delivery_id"];

fn delivery_of(row: &SqliteRow) -> Result<Delivery, StoreError> {
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
