//! Links that let members in, and what they are signed with.

use super::Postgres;
use super::errors::failed;
use super::record;
use super::row::{Row, all, one};
use crate::domain::appeal_link::AppealLink;
use crate::domain::id::{AppealLinkId, CommunityId, TenantId, UserId};
use crate::ports::appeal_links::AppealLinks;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::time::Duration;

const LINK: &str = "SELECT * FROM appeal_links WHERE tenant_id = $1 AND community_id = $2 AND link_id = $3";
const LIST_OF_CASE: &str = "SELECT * FROM appeal_links WHERE tenant_id = $1 AND community_id = $2 AND number = $3 \
    AND link_id < coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY link_id DESC LIMIT $5";
const INSERT: &str = "INSERT INTO appeal_links (tenant_id, community_id, link_id, number, user_id, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const REVOKE: &str =
    "UPDATE appeal_links SET revoked_at = $4 WHERE tenant_id = $1 AND community_id = $2 AND link_id = $3";
const FORGET: &str = "DELETE FROM appeal_links WHERE (tenant_id, community_id, link_id) IN \
    (SELECT tenant_id, community_id, link_id FROM appeal_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
const FORGET_OF_USER: &str = "DELETE FROM appeal_links WHERE tenant_id = $1 AND user_id = $2";
const KEEP_SECRET: &str =
    "INSERT INTO installation_secrets (name, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const KEPT_SECRET: &str = "SELECT secret FROM installation_secrets WHERE name = $1";

pub(super) const STATEMENTS: &[&str] = &[
    LINK,
    LIST_OF_CASE,
    INSERT,
    REVOKE,
    FORGET,
    FORGET_OF_USER,
    KEEP_SECRET,
    KEPT_SECRET,
];

#[async_trait]
impl AppealLinks for Postgres {
    async fn appeal_link(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: AppealLinkId,
    ) -> Result<AppealLink, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        link(&mut connection, (tenant, community), id).await
    }

    async fn appeal_links(
        &self,
        tenant: TenantId,
        community: CommunityId,
        case: i64,
        page: After<AppealLinkId>,
    ) -> Result<Vec<AppealLink>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let query = sqlx::query(LIST_OF_CASE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(case)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit));
        let found = all(query.fetch_all(&mut *connection).await, link_of)?;
        if found.is_empty() {
            record::case(&mut *connection, (tenant, community), case).await?;
        }
        Ok(found)
    }

    async fn forget_appeal_links(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let mut connection = self.pool.writer().acquire().await.map_err(failed)?;
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let now = self.pool.now(&mut connection).await?;
        let query = sqlx::query(FORGET)
            .bind(now.checked_sub_signed(age).unwrap_or_default())
            .bind(i64::from(limit));
        let forgotten = query.execute(&mut *connection).await.map_err(failed)?;
        Ok(forgotten.rows_affected())
    }

    async fn installation_secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let mut connection = self.pool.writer().acquire().await.map_err(failed)?;
        let keep = sqlx::query(KEEP_SECRET).bind(name).bind(fresh.to_vec());
        keep.execute(&mut *connection).await.map_err(failed)?;
        let query = sqlx::query(KEPT_SECRET).bind(name);
        let kept = query.fetch_one(&mut *connection).await.map_err(failed)?;
        Row::of(&kept, "installation_secrets", &[]).hash("secret")
    }
}

/// A link.
pub(super) async fn link(
    connection: &mut PgConnection,
    (tenant, community): Home,
    id: AppealLinkId,
) -> Result<AppealLink, StoreError> {
    let query = sqlx::query(LINK).bind(tenant.0).bind(community.0).bind(id.0);
    let found = one(query.fetch_optional(connection).await, link_of)?;
    found.ok_or(StoreError::NotFound("appeal link"))
}

/// Writes a new link.
pub(super) async fn insert(
    connection: &mut PgConnection,
    tenant: TenantId,
    link: &AppealLink,
) -> Result<(), StoreError> {
    let query = sqlx::query(INSERT)
        .bind(tenant.0)
        .bind(link.community.0)
        .bind(link.id.0)
        .bind(link.case)
        .bind(link.user.0)
        .bind(link.created_at)
        .bind(link.expires_at);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Notes that a link was revoked.
pub(super) async fn revoke(
    connection: &mut PgConnection,
    (tenant, community): Home,
    id: AppealLinkId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(REVOKE)
        .bind(tenant.0)
        .bind(community.0)
        .bind(id.0)
        .bind(now);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Removes the links to a user's cases.
pub(super) async fn forget_of_user(
    connection: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

fn link_of(row: &PgRow) -> Result<AppealLink, StoreError> {
    let row = Row::of(row, "appeal_links", &["tenant_id", "link_id"]);
    Ok(AppealLink {
        id: row.get("link_id").map(AppealLinkId)?,
        community: row.community()?,
        case: row.get("number")?,
        user: row.user()?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: row.time_opt("revoked_at")?,
    })
}
