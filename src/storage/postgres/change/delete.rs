//! Communities and tenants that are archived or deleted: gone at once, and their rows in portions.

use super::{Context, Stop};
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::directory::{Changed, Conflict};
use crate::storage::codec::json;
use crate::storage::postgres::{directives, directory};
use crate::storage::removal::Sweep;
use sqlx::PgConnection;
use uuid::Uuid;

const HOLD_COMMUNITIES: &str =
    "SELECT community_id FROM communities WHERE tenant_id = $1 ORDER BY community_id FOR UPDATE";
const ARCHIVE_TENANT: &str = "UPDATE tenants SET archived_at = $2 WHERE tenant_id = $1";
const ARCHIVE: &str = "UPDATE communities SET archived_at = $3 WHERE tenant_id = $1 AND community_id = $2";
/// In the order in which acts lock them.
const FORGET_COMMUNITY: &str = "DELETE FROM communities WHERE tenant_id = $1 AND community_id = $2";
const FORGET_COUNTER: &str = "DELETE FROM community_counters WHERE tenant_id = $1 AND community_id = $2";
const FORGET_LINKS: &str = "DELETE FROM links WHERE tenant_id = $1 AND community_id = $2";
const FORGET_COMMUNITIES: &str = "DELETE FROM communities WHERE tenant_id = $1";
const FORGET_COUNTERS: &str = "DELETE FROM community_counters WHERE tenant_id = $1";
const FORGET_KEYS: &str = "DELETE FROM api_keys WHERE tenant_id = $1";
const FORGET_TENANT: &str = "DELETE FROM tenants WHERE tenant_id = $1";
const BEGIN: &str =
    "INSERT INTO removals (tenant_id, subject_id, kind, turn_at, progress) VALUES ($1, $2, $3, $4, $5)";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[
    HOLD_COMMUNITIES,
    ARCHIVE_TENANT,
    ARCHIVE,
    FORGET_COMMUNITY,
    FORGET_COUNTER,
    FORGET_LINKS,
    FORGET_COMMUNITIES,
    FORGET_COUNTERS,
    FORGET_KEYS,
    FORGET_TENANT,
    BEGIN,
];

impl Context<'_> {
    pub(super) async fn archive(
        &self,
        connection: &mut PgConnection,
        id: CommunityId,
        archived: bool,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let there = directory::community(&mut *connection, tenant, id, Some(self.now)).await?;
        if there.archived_at.is_some() == archived {
            return Ok(Changed::Same(Box::new(Changed::Community(there))));
        }
        sqlx::query(ARCHIVE)
            .bind(tenant.0)
            .bind(id.0)
            .bind(archived.then_some(self.now))
            .execute(&mut *connection)
            .await?;
        self.community(connection, id).await
    }

    pub(super) async fn delete_community(
        &self,
        connection: &mut PgConnection,
        id: CommunityId,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let community = directory::community(&mut *connection, tenant, id, Some(self.now)).await?;
        if community.archived_at.is_none() {
            return Err(Conflict::NotArchived.into());
        }
        for statement in [FORGET_COMMUNITY, FORGET_COUNTER, FORGET_LINKS] {
            sqlx::query(statement)
                .bind(tenant.0)
                .bind(id.0)
                .execute(&mut *connection)
                .await?;
        }
        directives::cancel_of_community(&mut *connection, (tenant, id), self.now).await?;
        self.begin(connection, (tenant, id.0), "community").await?;
        Ok(Changed::Community(community))
    }

    pub(super) async fn archive_tenant(
        &self,
        connection: &mut PgConnection,
        id: TenantId,
        archived: bool,
    ) -> Result<Changed, Stop> {
        if id == self.order.tenant {
            return Err(Conflict::OwnTenant.into());
        }
        // Whoever decides holds the community's row: what is decided now is committed before, and who comes later sees the archive.
        sqlx::query(HOLD_COMMUNITIES)
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
        let there = directory::tenant(&mut *connection, id).await?;
        if there.archived_at.is_some() == archived {
            return Ok(Changed::Same(Box::new(Changed::OtherTenant(there))));
        }
        sqlx::query(ARCHIVE_TENANT)
            .bind(id.0)
            .bind(archived.then_some(self.now))
            .execute(&mut *connection)
            .await?;
        Ok(Changed::OtherTenant(
            directory::tenant(&mut *connection, id).await?,
        ))
    }

    pub(super) async fn delete_tenant(
        &self,
        connection: &mut PgConnection,
        id: TenantId,
    ) -> Result<Changed, Stop> {
        if id == self.order.tenant {
            return Err(Conflict::OwnTenant.into());
        }
        let tenant = directory::tenant(&mut *connection, id).await?;
        for statement in [FORGET_COMMUNITIES, FORGET_COUNTERS, FORGET_KEYS, FORGET_TENANT] {
            sqlx::query(statement)
                .bind(id.0)
                .execute(&mut *connection)
                .await?;
        }
        self.begin(connection, (id, id.0), "tenant").await?;
        Ok(Changed::OtherTenant(tenant))
    }

    async fn begin(
        &self,
        connection: &mut PgConnection,
        (tenant, subject): (TenantId, Uuid),
        kind: &str,
    ) -> Result<(), Stop> {
        sqlx::query(BEGIN)
            .bind(tenant.0)
            .bind(subject)
            .bind(kind)
            .bind(self.now)
            .bind(json(&Sweep::default())?)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}
