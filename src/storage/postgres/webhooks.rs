//! Webhooks: read, listed, made, written as they stand, and moved on along the log. What is on its way to them: see `deliveries.rs`.

use super::errors::{failed, failure};
use super::jobs::again;
use super::pool::Pool;
use super::row::{Row, all, one};
use super::write::write;
use super::{Postgres, deliveries, events};
use crate::domain::id::{DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::delivery::{Delivery, State};
use crate::domain::webhook::{About, MOST_DUE, MOST_PENDING, Webhook};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::webhooks::{AnnounceTurn, Handing, Planned, Taken, Tried, Webhooks};
use crate::storage::batch::Writes;
use crate::storage::codec::json;
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::webhooks::{Hook, MOVED_AT_ONCE, filter, first, plan, state};
use async_trait::async_trait;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::time::Duration;

const WEBHOOK: &str =
    "SELECT * FROM webhooks WHERE tenant_id = $1 AND webhook_id = $2 AND state <> 'deleted'";
const LOCK: &str =
    "SELECT * FROM webhooks WHERE tenant_id = $1 AND webhook_id = $2 AND state <> 'deleted' FOR UPDATE";
const LIST: &str = "SELECT * FROM webhooks WHERE tenant_id = $1 \
    AND webhook_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid) AND state <> 'deleted' ORDER BY webhook_id LIMIT $3";
const COUNT: &str = "SELECT count(*) FROM webhooks WHERE tenant_id = $1 AND state <> 'deleted'";
const LOG_END: &str = "SELECT event_seq FROM tenants WHERE tenant_id = $1 FOR UPDATE";
const INSERT: &str = "INSERT INTO webhooks (tenant_id, webhook_id, state, position, paused_until, created_at, about) \
    VALUES ($1, $2, $3, $4, $5, $6, $7::json)";
const SAVE: &str = "UPDATE webhooks SET state = $3, position = $4, paused_until = $5, about = $6::json \
    WHERE tenant_id = $1 AND webhook_id = $2";
/// Those that are behind, but for those that have much due or much under way: events wait in the log for them. What is due is looked at first,
/// because it is less.
const BEHIND: &str = "SELECT w.tenant_id, w.webhook_id, w.position - t.event_seq AS measure FROM webhooks w \
    JOIN tenants t ON t.tenant_id = w.tenant_id WHERE w.state = 'active' AND w.position < t.event_seq AND NOT EXISTS \
    (SELECT 1 FROM deliveries d WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at <= $1 \
    ORDER BY d.due_at, d.delivery_id LIMIT 1 OFFSET $2) AND NOT EXISTS \
    (SELECT 1 FROM deliveries d WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at IS NOT NULL \
    ORDER BY d.due_at, d.delivery_id LIMIT 1 OFFSET $3)";
/// But for those that somebody else has in hand.
const LOCK_FREE: &str = "SELECT w.* FROM UNNEST($1::uuid[], $2::uuid[]) AS n (tenant_id, webhook_id) \
    JOIN webhooks w ON w.tenant_id = n.tenant_id AND w.webhook_id = n.webhook_id WHERE w.state = 'active' \
    ORDER BY w.tenant_id, w.webhook_id FOR UPDATE OF w SKIP LOCKED";

pub(super) const STATEMENTS: &[&str] = &[
    WEBHOOK, LOCK, LIST, COUNT, LOG_END, INSERT, SAVE, BEHIND, LOCK_FREE,
];

#[async_trait]
impl Webhooks for Postgres {
    async fn webhook(&self, tenant: TenantId, id: WebhookId) -> Result<Webhook, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, tenant, id).await
    }

    async fn webhooks(&self, tenant: TenantId, page: After<WebhookId>) -> Result<Vec<Webhook>, StoreError> {
        let query = sqlx::query(LIST)
            .bind(tenant.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit));
        all(query.fetch_all(self.pool.reader()).await, webhook_of)
    }

    async fn delivery(
        &self,
        tenant: TenantId,
        webhook: WebhookId,
        id: DeliveryId,
    ) -> Result<Delivery, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, tenant, webhook).await?;
        deliveries::find(&mut connection, (tenant, webhook), id).await
    }

    async fn deliveries(
        &self,
        tenant: TenantId,
        webhook: WebhookId,
        state: Option<State>,
        page: After<DeliveryId>,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, tenant, webhook).await?;
        deliveries::list(&mut connection, (tenant, webhook), state, page).await
    }

    async fn plan_deliveries(
        &self,
        limit: u32,
        fresh: &(dyn Fn() -> DeliveryId + Send + Sync),
        announce: &dyn AnnounceTurn,
    ) -> Result<Planned, StoreError> {
        again!(plan_all(&self.pool, limit, fresh, announce))
    }

    async fn take_deliveries(&self, handing: &Handing) -> Result<Vec<Taken>, StoreError> {
        again!(deliveries::take(&self.pool, handing))
    }

    async fn settle_tries(&self, tried: &[Tried], announce: &dyn AnnounceTurn) -> Result<(), StoreError> {
        again!(deliveries::settle_all(&self.pool, tried, announce))
    }

    async fn forget_deliveries(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        deliveries::forget(&self.pool, age, limit).await
    }
}

async fn plan_all(
    pool: &Pool,
    limit: u32,
    fresh: &(dyn Fn() -> DeliveryId + Send + Sync),
    announce: &dyn AnnounceTurn,
) -> Result<Planned, StoreError> {
    // Whoever looks in vain needs no transaction.
    let mut reader = pool.reader().acquire().await.map_err(failed)?;
    let now = pool.now(&mut reader).await?;
    let query = sqlx::query(BEHIND)
        .bind(now)
        .bind(MOST_DUE - 1)
        .bind(MOST_PENDING - 1);
    let found = all(query.fetch_all(&mut *reader).await, measured)?;
    drop(reader);
    let behind = first(found, MOVED_AT_ONCE);
    if behind.is_empty() {
        return Ok(Planned::default());
    }
    let mut transaction = pool.begin().await?;
    let now = pool.now(&mut transaction).await?;
    let behind = lock_free(&mut transaction, &behind).await?;
    let (mut done, mut writes) = (Planned::default(), Writes::default());
    for mut webhook in behind {
        let page = After {
            after: Some(webhook.position),
            limit,
        };
        let log = events::events(&mut *transaction, webhook.tenant, &filter(&webhook), page).await?;
        let (planned, turn) = plan(&mut webhook, log, fresh, now);
        deliveries::insert(&mut transaction, &planned).await?;
        save(&mut transaction, &webhook).await?;
        if let Some(turn) = turn {
            writes.append(webhook.tenant, vec![announce.announce(turn, &webhook, now)]);
        }
        done.webhooks += 1;
        done.deliveries += planned.len() as u64;
    }
    write(&mut transaction, &writes).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(done)
}

/// A webhook, unless it was deleted.
pub(super) async fn find(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: WebhookId,
) -> Result<Webhook, StoreError> {
    get(connection, WEBHOOK, (tenant, id)).await
}

/// The same, locked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: WebhookId,
) -> Result<Webhook, StoreError> {
    get(connection, LOCK, (tenant, id)).await
}

/// Those of some webhooks that are active, locked, but for those that somebody else has in hand.
pub(super) async fn lock_free(
    connection: &mut PgConnection,
    hooks: &[Hook],
) -> Result<Vec<Webhook>, StoreError> {
    let query = sqlx::query(LOCK_FREE)
        .bind(hooks.iter().map(|(tenant, _)| tenant.0).collect::<Vec<_>>())
        .bind(hooks.iter().map(|(_, id)| id.0).collect::<Vec<_>>());
    all(query.fetch_all(connection).await, webhook_of)
}

/// A webhook of a list, and by what the list is ordered.
pub(super) fn measured(row: &PgRow) -> Result<(i64, Hook), StoreError> {
    let row = Row::of(row, "webhooks", KEY);
    let hook = (row.tenant()?, row.get("webhook_id").map(WebhookId)?);
    Ok((row.get("measure")?, hook))
}

async fn get(
    connection: &mut PgConnection,
    statement: &'static str,
    (tenant, id): (TenantId, WebhookId),
) -> Result<Webhook, StoreError> {
    let query = sqlx::query(statement).bind(tenant.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, webhook_of)?;
    found.ok_or(StoreError::NotFound("webhook"))
}

/// How many webhooks a tenant has.
pub(super) async fn count(connection: &mut PgConnection, tenant: TenantId) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(COUNT).bind(tenant.0);
    query.fetch_one(connection).await.map_err(failed)
}

/// Where the log of a tenant ends, and stays until the transaction does: nobody else makes a webhook meanwhile.
pub(super) async fn log_end(connection: &mut PgConnection, tenant: TenantId) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(LOG_END).bind(tenant.0);
    query.fetch_one(connection).await.map_err(failed)
}

/// Writes a new webhook.
pub(super) async fn insert(connection: &mut PgConnection, webhook: &Webhook) -> Result<(), StoreError> {
    let query = sqlx::query(INSERT)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(webhook.state.name())
        .bind(webhook.position)
        .bind(webhook.paused_until)
        .bind(webhook.created_at)
        .bind(json(&webhook.about)?);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Writes how a webhook stands that was read in this transaction.
pub(super) async fn save(connection: &mut PgConnection, webhook: &Webhook) -> Result<(), StoreError> {
    let query = sqlx::query(SAVE)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(webhook.state.name())
        .bind(webhook.position)
        .bind(webhook.paused_until)
        .bind(json(&webhook.about)?);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

const KEY: &[&str] = &["tenant_id", "webhook_id"];

fn webhook_of(row: &PgRow) -> Result<Webhook, StoreError> {
    let row = Row::of(row, "webhooks", KEY);
    Ok(Webhook {
        tenant: row.tenant()?,
        id: row.get("webhook_id").map(WebhookId)?,
        state: state(&row.place(), row.get("state")?)?,
        position: row.get("position")?,
        paused_until: row.time_opt("paused_until")?,
        created_at: row.time("created_at")?,
        about: row.json::<About>("about")?,
    })
}
