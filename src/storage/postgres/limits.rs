//! Reads of rate limits.

use super::Postgres;
use super::directory::community_exists;
use super::row::{Row, all, one};
use crate::domain::id::{CommunityId, LimitId, TenantId};
use crate::domain::name::Name;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::limits::{LimitRecord, Limits};
use async_trait::async_trait;
use sqlx::PgExecutor;
use sqlx::postgres::PgRow;
use uuid::Uuid;

macro_rules! versions {
    ($rest:literal) => {
        concat!(
            "SELECT v.tenant_id, v.community_id, l.name, v.limit_id, v.version, v.doc, v.created_at, v.by_actor, v.comment \
             FROM limits l JOIN limit_versions v ON v.tenant_id = l.tenant_id AND v.community_id = l.community_id \
             AND v.limit_id = l.limit_id WHERE l.tenant_id = $1 AND l.community_id = $2 AND ",
            $rest
        )
    };
}

const LIMIT: &str = versions!("l.name = $3 AND v.version = coalesce($4, l.version)");
const LIMITS: &str =
    versions!("l.name > coalesce($3, '') AND v.version = l.version ORDER BY l.name LIMIT $4");
/// The limit is looked for first, so that its versions come out of their index in order.
const VERSIONS: &str = "SELECT v.tenant_id, v.community_id, $3::text AS name, v.limit_id, v.version, v.doc, v.created_at, v.by_actor, v.comment \
    FROM limit_versions v WHERE v.tenant_id = $1 AND v.community_id = $2 AND v.limit_id = \
    (SELECT limit_id FROM limits WHERE tenant_id = $1 AND community_id = $2 AND name = $3) \
    AND v.version < coalesce($4, 2147483647) ORDER BY v.version DESC LIMIT $5";

pub(super) const STATEMENTS: &[&str] = &[LIMIT, LIMITS, VERSIONS];

/// Where to look for a limit.
const ABSENT: StoreError = StoreError::NotFound("limit");

/// What stands in the community's column.
pub(super) fn place(community: Option<CommunityId>) -> Uuid {
    community.map_or(Uuid::nil(), |id| id.0)
}

/// A version of a limit, or the one in force; `None` when there is none.
pub(super) async fn limit(
    on: impl PgExecutor<'_>,
    (tenant, community): (TenantId, Option<CommunityId>),
    name: Name,
    version: Option<i32>,
) -> Result<Option<LimitRecord>, StoreError> {
    let query = sqlx::query(LIMIT)
        .bind(tenant.0)
        .bind(place(community))
        .bind(name.as_str())
        .bind(version);
    one(query.fetch_optional(on).await, record_of)
}

#[async_trait]
impl Limits for Postgres {
    async fn limit(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        name: Name,
        version: Option<i32>,
    ) -> Result<LimitRecord, StoreError> {
        self.there(tenant, community).await?;
        let found = limit(self.pool.reader(), (tenant, community), name, version).await?;
        found.ok_or(ABSENT)
    }

    async fn limits(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        page: After<Name>,
    ) -> Result<Vec<LimitRecord>, StoreError> {
        self.there(tenant, community).await?;
        let query = sqlx::query(LIMITS)
            .bind(tenant.0)
            .bind(place(community))
            .bind(page.after.map(|name| name.to_string()))
            .bind(i64::from(page.limit));
        all(query.fetch_all(self.pool.reader()).await, record_of)
    }

    async fn limit_versions(
        &self,
        tenant: TenantId,
        community: Option<CommunityId>,
        name: Name,
        page: After<i32>,
    ) -> Result<Vec<LimitRecord>, StoreError> {
        self.there(tenant, community).await?;
        let query = sqlx::query(VERSIONS)
            .bind(tenant.0)
            .bind(place(community))
            .bind(name.as_str())
            .bind(page.after)
            .bind(i64::from(page.limit));
        let found = all(query.fetch_all(self.pool.reader()).await, record_of)?;
        // Beyond the first version there is nothing; where no version was seen before, there is no limit.
        if found.is_empty() && page.after.is_none() {
            return Err(ABSENT);
        }
        Ok(found)
    }
}

impl Postgres {
    /// That the community is there, if one is named: one that was deleted leaves rows for a while.
    async fn there(&self, tenant: TenantId, community: Option<CommunityId>) -> Result<(), StoreError> {
        match community {
            Some(community) => community_exists(self.pool.reader(), tenant, community).await,
            None => Ok(()),
        }
    }
}

fn record_of(row: &PgRow) -> Result<LimitRecord, StoreError> {
    let row = Row::of(
        row,
        "limit_versions",
        &["tenant_id", "community_id", "limit_id", "version"],
    );
    let community: Uuid = row.get("community_id")?;
    let name = row.text("name")?;
    Ok(LimitRecord {
        id: LimitId(row.get("limit_id")?),
        community: Some(CommunityId(community)).filter(|id| !id.0.is_nil()),
        name: Name::new(&name).map_err(|error| row.place().corrupt("name", error))?,
        version: row.get("version")?,
        limit: row.json("doc")?,
        created_at: row.time("created_at")?,
        by: row.json("by_actor")?,
        comment: row.get("comment")?,
    })
}
