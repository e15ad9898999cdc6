//! Communities and tenants that are archived or deleted: gone at once, and their rows in portions.

use super::{Context, Stop};
use crate::domain::id::{CommunityId, TenantId};
use crate::ports::directory::{Changed, Conflict};
use crate::storage::codec::json;
use crate::storage::removal::Sweep;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{directives, directory};
use uuid::Uuid;

const ARCHIVE_TENANT: &str = "UPDATE tenants SET archived_at = ?2 WHERE tenant_id = ?1";
const ARCHIVE: &str = "UPDATE communities SET archived_at = ?3 WHERE tenant_id = ?1 AND community_id = ?2";
/// In the order in which acts lock them.
const FORGET_COMMUNITY: &str = "DELETE FROM communities WHERE tenant_id = ?1 AND community_id = ?2";
const FORGET_COUNTER: &str = "DELETE FROM community_counters WHERE tenant_id = ?1 AND community_id = ?2";
const FORGET_LINKS: &str = "DELETE FROM links WHERE tenant_id = ?1 AND community_id = ?2";
const FORGET_COMMUNITIES: &str = "DELETE FROM communities WHERE tenant_id = ?1";
const FORGET_COUNTERS: &str = "DELETE FROM community_counters WHERE tenant_id = ?1";
const FORGET_KEYS: &str = "DELETE FROM api_keys WHERE tenant_id = ?1";
const FORGET_TENANT: &str = "DELETE FROM tenants WHERE tenant_id = ?1";
const BEGIN: &str =
    "INSERT INTO removals (tenant_id, subject_id, kind, turn_at, progress) VALUES (?1, ?2, ?3, ?4, ?5)";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[
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
        transaction: &mut Transaction,
        id: CommunityId,
        archived: bool,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let there = directory::community(transaction.connection()?, tenant, id, self.now).await?;
        if there.archived_at.is_some() == archived {
            return Ok(Changed::Same(Box::new(Changed::Community(there))));
        }
        sqlx::query(ARCHIVE)
            .bind(tenant.0)
            .bind(id.0)
            .bind(archived.then(|| micros(self.now)))
            .execute(transaction.connection()?)
            .await?;
        self.community(transaction, id).await
    }

    pub(super) async fn delete_community(
        &self,
        transaction: &mut Transaction,
        id: CommunityId,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let community = directory::community(transaction.connection()?, tenant, id, self.now).await?;
        if community.archived_at.is_none() {
            return Err(Conflict::NotArchived.into());
        }
        for statement in [FORGET_COMMUNITY, FORGET_COUNTER, FORGET_LINKS] {
            sqlx::query(statement)
                .bind(tenant.0)
                .bind(id.0)
                .execute(transaction.connection()?)
                .await?;
        }
        directives::cancel_of_community(transaction, (tenant, id), self.now).await?;
        self.begin(transaction, (tenant, id.0), "community").await?;
        Ok(Changed::Community(community))
    }

    pub(super) async fn archive_tenant(
        &self,
        transaction: &mut Transaction,
        id: TenantId,
        archived: bool,
    ) -> Result<Changed, Stop> {
        if id == self.order.tenant {
            return Err(Conflict::OwnTenant.into());
        }
        let there = directory::tenant(transaction.connection()?, id).await?;
        if there.archived_at.is_some() == archived {
            return Ok(Changed::Same(Box::new(Changed::OtherTenant(there))));
        }
        sqlx::query(ARCHIVE_TENANT)
            .bind(id.0)
            .bind(archived.then(|| micros(self.now)))
            .execute(transaction.connection()?)
            .await?;
        Ok(Changed::OtherTenant(
            directory::tenant(transaction.connection()?, id).await?,
        ))
    }

    pub(super) async fn delete_tenant(
        &self,
        transaction: &mut Transaction,
        id: TenantId,
    ) -> Result<Changed, Stop> {
        if id == self.order.tenant {
            return Err(Conflict::OwnTenant.into());
        }
        let tenant = directory::tenant(transaction.connection()?, id).await?;
        for statement in [FORGET_COMMUNITIES, FORGET_COUNTERS, FORGET_KEYS, FORGET_TENANT] {
            sqlx::query(statement)
                .bind(id.0)
                .execute(transaction.connection()?)
                .await?;
        }
        self.begin(transaction, (id, id.0), "tenant").await?;
        Ok(Changed::OtherTenant(tenant))
    }

    async fn begin(
        &self,
        transaction: &mut Transaction,
        (tenant, subject): (TenantId, Uuid),
        kind: &str,
    ) -> Result<(), Stop> {
        sqlx::query(BEGIN)
            .bind(tenant.0)
            .bind(subject)
            .bind(kind)
            .bind(micros(self.now))
            .bind(json(&Sweep::default())?)
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }
}
