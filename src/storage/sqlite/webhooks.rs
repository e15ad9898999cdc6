//! Webhooks: read, listed, made, written as they stand, and moved on along the log. What is on its way to them: see `deliveries.rs`.

use super::directory::{all, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::write::{Made, write};
use super::{Sqlite, deliveries, events};
use crate::domain::id::{DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::delivery::{Delivery, State};
use crate::domain::webhook::{About, MOST_DUE, MOST_PENDING, State as Sends, Webhook};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::webhooks::{AnnounceTurn, Handing, Planned, Taken, Tried, Webhooks};
use crate::storage::batch::Writes;
use crate::storage::codec::json;
use crate::storage::webhooks::{Hook, MOVED_AT_ONCE, filter, first, plan, state, there};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::time::Duration;

const WEBHOOK: &str =
    "SELECT * FROM webhooks WHERE tenant_id = ?1 AND webhook_id = ?2 AND state <> 'deleted'";
const LIST: &str = "SELECT * FROM webhooks WHERE tenant_id = ?1 AND webhook_id > coalesce(?2, x'') AND state <> 'deleted' \
    ORDER BY webhook_id LIMIT ?3";
const COUNT: &str = "SELECT count(*) FROM webhooks WHERE tenant_id = ?1 AND state <> 'deleted'";
const LOG_END: &str = "SELECT event_seq FROM tenants WHERE tenant_id = ?1";
const INSERT: &str = "INSERT INTO webhooks (tenant_id, webhook_id, state, position, paused_until, created_at, about) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const SAVE: &str = "UPDATE webhooks SET state = ?3, position = ?4, paused_until = ?5, about = ?6 \
    WHERE tenant_id = ?1 AND webhook_id = ?2";
/// Those that are behind, but for those that have much due or much under way: events wait in the log for them. What is due is looked at first,
/// because it is less.
const BEHIND: &str = "SELECT w.tenant_id, w.webhook_id, w.position - t.event_seq AS measure FROM webhooks w \
    JOIN tenants t ON t.tenant_id = w.tenant_id WHERE w.state = 'active' AND w.position < t.event_seq AND NOT EXISTS \
    (SELECT 1 FROM deliveries d WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at <= ?1 \
    ORDER BY d.due_at, d.delivery_id LIMIT 1 OFFSET ?2) AND NOT EXISTS \
    (SELECT 1 FROM deliveries d WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.due_at IS NOT NULL \
    ORDER BY d.due_at, d.delivery_id LIMIT 1 OFFSET ?3)";

pub(super) const STATEMENTS: &[&str] = &[WEBHOOK, LIST, COUNT, LOG_END, INSERT, SAVE, BEHIND];

#[async_trait]
impl Webhooks for Sqlite {
    async fn webhook(&self, tenant: TenantId, id: WebhookId) -> Result<Webhook, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        find(&mut connection, tenant, id).await
    }

    async fn webhooks(&self, tenant: TenantId, page: After<WebhookId>) -> Result<Vec<Webhook>, StoreError> {
        let query = sqlx::query(LIST)
            .bind(tenant.0)
            .bind(page.after.map(|id| id.0))
            .bind(page.limit);
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
        // Whoever looks in vain keeps nobody from writing.
        let query = sqlx::query(BEHIND)
            .bind(micros(self.now()))
            .bind(MOST_DUE - 1)
            .bind(MOST_PENDING - 1);
        let found = all(query.fetch_all(self.pool.reader()).await, measured)?;
        let behind = first(found, MOVED_AT_ONCE);
        if behind.is_empty() {
            return Ok(Planned::default());
        }
        let mut transaction = self.pool.begin().await?;
        let (now, mut done, mut writes) = (self.now(), Planned::default(), Writes::default());
        for (tenant, id) in behind {
            let found = find(transaction.connection()?, tenant, id).await;
            let Some(mut webhook) = there(found)?.filter(|webhook| webhook.state == Sends::Active) else {
                continue;
            };
            let page = After {
                after: Some(webhook.position),
                limit,
            };
            let connection = transaction.connection()?;
            let log = events::events(connection, webhook.tenant, &filter(&webhook), page).await?;
            let (planned, turn) = plan(&mut webhook, log, fresh, now);
            deliveries::insert(&mut transaction, &planned).await?;
            save(&mut transaction, &webhook).await?;
            if let Some(turn) = turn {
                writes.append(webhook.tenant, vec![announce.announce(turn, &webhook, now)]);
            }
            done.webhooks += 1;
            done.deliveries += planned.len() as u64;
        }
        write(&mut transaction, &writes, &Made::nobody(now)).await?;
        transaction.commit().await?;
        Ok(done)
    }

    async fn take_deliveries(&self, handing: &Handing) -> Result<Vec<Taken>, StoreError> {
        deliveries::take(self, handing).await
    }

    async fn settle_tries(&self, tried: &[Tried], announce: &dyn AnnounceTurn) -> Result<(), StoreError> {
        deliveries::settle_all(self, tried, announce).await
    }

    async fn forget_deliveries(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        deliveries::forget(self, age, limit).await
    }
}

/// A webhook of a list, and by what the list is ordered.
pub(super) fn measured(row: &SqliteRow) -> Result<(i64, Hook), StoreError> {
    let row = Row::of(row, "webhooks", KEY);
    let hook = (row.tenant()?, row.get("webhook_id").map(WebhookId)?);
    Ok((row.get("measure")?, hook))
}

/// A webhook, unless it was deleted.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: WebhookId,
) -> Result<Webhook, StoreError> {
    let query = sqlx::query(WEBHOOK).bind(tenant.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, webhook_of)?;
    found.ok_or(StoreError::NotFound("webhook"))
}

/// A webhook, locked as everything is.
pub(super) async fn lock(
    transaction: &mut Transaction,
    tenant: TenantId,
    id: WebhookId,
) -> Result<Webhook, StoreError> {
    find(transaction.connection()?, tenant, id).await
}

/// How many webhooks a tenant has.
pub(super) async fn count(transaction: &mut Transaction, tenant: TenantId) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(COUNT).bind(tenant.0);
    query.fetch_one(transaction.connection()?).await.map_err(failed)
}

/// Where the log of a tenant ends.
pub(super) async fn log_end(transaction: &mut Transaction, tenant: TenantId) -> Result<i64, StoreError> {
    let query = sqlx::query_scalar(LOG_END).bind(tenant.0);
    query.fetch_one(transaction.connection()?).await.map_err(failed)
}

/// Writes a new webhook.
pub(super) async fn insert(transaction: &mut Transaction, webhook: &Webhook) -> Result<(), StoreError> {
    let query = sqlx::query(INSERT)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(webhook.state.name())
        .bind(webhook.position)
        .bind(webhook.paused_until.map(micros))
        .bind(micros(webhook.created_at))
        .bind(json(&webhook.about)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Writes how a webhook stands that was read in this transaction.
pub(super) async fn save(transaction: &mut Transaction, webhook: &Webhook) -> Result<(), StoreError> {
    let query = sqlx::query(SAVE)
        .bind(webhook.tenant.0)
        .bind(webhook.id.0)
        .bind(webhook.state.name())
        .bind(webhook.position)
        .bind(webhook.paused_until.map(micros))
        .bind(json(&webhook.about)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

const KEY: &[&str] = &["tenant_id", "webhook_id"];

fn webhook_of(row: &SqliteRow) -> Result<Webhook, StoreError> {
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
