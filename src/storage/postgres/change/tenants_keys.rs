//! Tenants and API keys.

use super::{Context, Stop};
use crate::domain::id::{KeyId, TenantId};
use crate::domain::plan::Plan;
use crate::ports::directory::{ApiKey, Changed, Tenant};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::postgres::directory;
use crate::storage::postgres::errors::failed;
use crate::storage::postgres::pool::Pool;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

const CREATE_TENANT: &str = "INSERT INTO tenants (tenant_id, name, created_at, plan) VALUES ($1, $2, $3, $4)";
const UPDATE_TENANT: &str =
    "UPDATE tenants SET name = coalesce($2, name), plan = coalesce($3, plan) WHERE tenant_id = $1";
const CREATE_KEY: &str = "INSERT INTO api_keys (tenant_id, key_id, hash, name, hint, scopes, communities, rank, \
    created_at, expires_at, revoked_at, last_used_at) \
    VALUES ($1, $2, $3, $4, $5, $6::text::json, $7::text::json, $8, $9, $10, $11, $12)";
const REVOKE_KEY: &str = "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) \
    WHERE tenant_id = $1 AND key_id = $2";

/// Locks the keys in their order first: replicas note the same keys.
const TOUCH: &str = "WITH held AS (SELECT k.tenant_id, k.key_id, n.at FROM api_keys k \
    JOIN UNNEST($1::uuid[], $2::uuid[], $3::timestamptz[]) AS n (tenant_id, key_id, at) \
    ON k.tenant_id = n.tenant_id AND k.key_id = n.key_id ORDER BY k.tenant_id, k.key_id FOR UPDATE OF k) \
    UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, h.at) FROM held h \
    WHERE k.tenant_id = h.tenant_id AND k.key_id = h.key_id";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[
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
        connection: &mut PgConnection,
        id: TenantId,
        (name, plan): (&str, Plan),
        key: &ApiKey,
    ) -> Result<Changed, Stop> {
        sqlx::query(CREATE_TENANT)
            .bind(id.0)
            .bind(name)
            .bind(self.now)
            .bind(plan.name())
            .execute(&mut *connection)
            .await?;
        insert_key(connection, id, key).await?;
        let tenant: Tenant = directory::tenant(&mut *connection, id).await?;
        let key = directory::key(&mut *connection, id, key.id).await?;
        Ok(Changed::Tenant(tenant, Box::new(key)))
    }

    pub(super) async fn update_tenant(
        &self,
        connection: &mut PgConnection,
        id: TenantId,
        name: Option<&str>,
        plan: Option<Plan>,
    ) -> Result<Changed, Stop> {
        let there = directory::tenant(&mut *connection, id).await?;
        let renamed = name.is_some_and(|name| name != there.name);
        if !renamed && plan.is_none_or(|plan| plan == there.plan) {
            return Ok(Changed::Same(Box::new(Changed::OtherTenant(there))));
        }
        sqlx::query(UPDATE_TENANT)
            .bind(id.0)
            .bind(name)
            .bind(plan.map(Plan::name))
            .execute(&mut *connection)
            .await?;
        Ok(Changed::OtherTenant(
            directory::tenant(&mut *connection, id).await?,
        ))
    }

    pub(super) async fn create_key(
        &self,
        connection: &mut PgConnection,
        key: &ApiKey,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        for community in key.communities.iter().flatten() {
            directory::community_exists(&mut *connection, tenant, *community).await?;
        }
        insert_key(connection, tenant, key).await?;
        self.key(connection, key.id).await
    }

    pub(super) async fn revoke_key(&self, connection: &mut PgConnection, id: KeyId) -> Result<Changed, Stop> {
        let done = sqlx::query(REVOKE_KEY)
            .bind(self.order.tenant.0)
            .bind(id.0)
            .bind(self.now)
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("key").into());
        }
        self.key(connection, id).await
    }

    async fn key(&self, connection: &mut PgConnection, id: KeyId) -> Result<Changed, Stop> {
        let key = directory::key(&mut *connection, self.order.tenant, id).await?;
        Ok(Changed::Key(Box::new(key)))
    }
}

async fn insert_key(connection: &mut PgConnection, tenant: TenantId, key: &ApiKey) -> Result<(), Stop> {
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
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(key.revoked_at)
        .bind(key.last_used_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that keys were used. An older use never replaces a newer one.
pub(in crate::storage::postgres) async fn touch_keys(
    pool: &Pool,
    used: &[(TenantId, KeyId, DateTime<Utc>)],
) -> Result<(), StoreError> {
    // Of a key that is named twice the statement would take any one.
    let mut latest: BTreeMap<(TenantId, KeyId), DateTime<Utc>> = BTreeMap::new();
    for (tenant, key, at) in used {
        let known = latest.entry((*tenant, *key)).or_insert(*at);
        *known = (*at).max(*known);
    }
    let (tenants, keys): (Vec<Uuid>, Vec<Uuid>) =
        latest.keys().map(|(tenant, key)| (tenant.0, key.0)).unzip();
    sqlx::query(TOUCH)
        .bind(tenants)
        .bind(keys)
        .bind(latest.into_values().collect::<Vec<_>>())
        .execute(pool.writer())
        .await
        .map_err(failed)?;
    Ok(())
}
