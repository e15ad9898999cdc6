//! Tenants and API keys.

use super::{Context, Stop};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::plan::Plan;
use crate::ports::directory::{ApiKey, Changed, Tenant};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::sqlite::Sqlite;
use crate::storage::sqlite::directory;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::rows::Id;
use crate::storage::sqlite::write::rows;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

const CREATE_TENANT: &str = "INSERT INTO tenants (tenant_id, name, created_at, plan) VALUES (?1, ?2, ?3, ?4)";
const UPDATE_TENANT: &str =
    "UPDATE tenants SET name = coalesce(?2, name), plan = coalesce(?3, plan) WHERE tenant_id = ?1";
const CREATE_KEY: &str = "INSERT INTO api_keys (tenant_id, key_id, hash, name, hint, scopes, communities, rank, \
    created_at, expires_at, revoked_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const REVOKE_KEY: &str = "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?3) \
    WHERE tenant_id = ?1 AND key_id = ?2";

const TOUCH: &str = "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), j.value->>2) \
    FROM json_each(?1) j WHERE api_keys.tenant_id = unhex(j.value->>0) AND api_keys.key_id = unhex(j.value->>1)";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[
    CREATE_TENANT,
    UPDATE_TENANT,
    CREATE_KEY,
    REVOKE_KEY,
    // Of many keys at once.
    TOUCH,
];

impl Context<'_> {
    pub(super) async fn create_tenant(
        &self,
        transaction: &mut Transaction,
        id: TenantId,
        (name, plan): (&str, Plan),
        key: &ApiKey,
    ) -> Result<Changed, Stop> {
        sqlx::query(CREATE_TENANT)
            .bind(id.0)
            .bind(name)
            .bind(micros(self.now))
            .bind(plan.name())
            .execute(transaction.connection()?)
            .await?;
        insert_key(transaction, id, key).await?;
        let tenant: Tenant = directory::tenant(transaction.connection()?, id).await?;
        let key = directory::key(transaction.connection()?, id, key.id).await?;
        Ok(Changed::Tenant(tenant, Box::new(key)))
    }

    pub(super) async fn update_tenant(
        &self,
        transaction: &mut Transaction,
        id: TenantId,
        name: Option<&str>,
        plan: Option<Plan>,
    ) -> Result<Changed, Stop> {
        let there = directory::tenant(transaction.connection()?, id).await?;
        let renamed = name.is_some_and(|name| name != there.name);
        if !renamed && plan.is_none_or(|plan| plan == there.plan) {
            return Ok(Changed::Same(Box::new(Changed::OtherTenant(there))));
        }
        sqlx::query(UPDATE_TENANT)
            .bind(id.0)
            .bind(name)
            .bind(plan.map(Plan::name))
            .execute(transaction.connection()?)
            .await?;
        Ok(Changed::OtherTenant(
            directory::tenant(transaction.connection()?, id).await?,
        ))
    }

    pub(super) async fn create_key(
        &self,
        transaction: &mut Transaction,
        key: &ApiKey,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        directory::tenant(transaction.connection()?, tenant).await?;
        for community in key.communities.iter().flatten() {
            directory::community_exists(transaction.connection()?, tenant, *community).await?;
        }
        insert_key(transaction, tenant, key).await?;
        self.key(transaction, key.id).await
    }

    pub(super) async fn revoke_key(&self, transaction: &mut Transaction, id: KeyId) -> Result<Changed, Stop> {
        let done = sqlx::query(REVOKE_KEY)
            .bind(self.order.tenant.0)
            .bind(id.0)
            .bind(micros(self.now))
            .execute(transaction.connection()?)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("key").into());
        }
        self.key(transaction, id).await
    }

    async fn key(&self, transaction: &mut Transaction, id: KeyId) -> Result<Changed, Stop> {
        let key = directory::key(transaction.connection()?, self.order.tenant, id).await?;
        Ok(Changed::Key(Box::new(key)))
    }
}

async fn insert_key(transaction: &mut Transaction, tenant: TenantId, key: &ApiKey) -> Result<(), Stop> {
    let communities = key
        .communities
        .as_ref()
        .map(|ids| json(&ids.iter().map(|id| id.0).collect::<Vec<_>>()))
        .transpose()?;
    sqlx::query(CREATE_KEY)
        .bind(tenant.0)
        .bind(key.id.0)
        .bind(&key.hash[..])
        .bind(&key.name)
        .bind(&key.hint)
        .bind(json(&key.scopes)?)
        .bind(communities)
        .bind(key.rank.name())
        .bind(micros(key.created_at))
        .bind(key.expires_at.map(micros))
        .bind(key.revoked_at.map(micros))
        .bind(key.last_used_at.map(micros))
        .execute(transaction.connection()?)
        .await?;
    Ok(())
}

/// Notes that keys were used. An older use never replaces a newer one.
pub(in crate::storage::sqlite) async fn touch_keys(
    store: &Sqlite,
    used: &[(TenantId, KeyId, DateTime<Utc>)],
) -> Result<(), StoreError> {
    // Of a key that is named twice the statement would take any one.
    let mut latest = BTreeMap::new();
    for (tenant, key, at) in used {
        let at = micros(*at);
        let known = latest.entry((*tenant, *key)).or_insert(at);
        *known = at.max(*known);
    }
    let touched: Vec<_> = latest
        .iter()
        .map(|((tenant, key), at)| (Id(tenant.0), Id(key.0), at))
        .collect();
    let mut transaction = store.pool.begin().await?;
    match rows(&mut transaction, TOUCH, &touched).await {
        Ok(()) => transaction.commit().await,
        Err(error) => {
            transaction.abandon().await;
            Err(error)
        }
    }
}
