//! Policy versions: written once, never changed.

use super::{Context, Stop};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::{Changed, Conflict};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{directory, people};

const INSERT: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, \
    by_actor, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const ACTIVATE: &str =
    "UPDATE communities SET policy_version = ?3 WHERE tenant_id = ?1 AND community_id = ?2";
/// Has a look taken at each sanction that holds while the points are high: they may fall otherwise from now on.
const REVIEW: &str = "INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT tenant_id, community_id, sanction_id, user_id, version, ?3 FROM sanctions WHERE tenant_id = ?1 \
    AND community_id = ?2 AND detail IS NOT NULL AND detail->>'while_above' IS NOT NULL AND ended_how IS NULL \
    AND (ends_at IS NULL OR ends_at > ?3) \
    ON CONFLICT (tenant_id, community_id, sanction_id) DO UPDATE SET due_at = min(due_at, excluded.due_at), \
    leased_until = NULL";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[INSERT, ACTIVATE, REVIEW];

/// A version to write.
pub(super) struct Draft<'a> {
    pub(super) version: i32,
    /// When the version before it came into force, which this one does not precede.
    pub(super) after: Option<Instant>,
    pub(super) policy: &'a Policy,
    pub(super) comment: Option<&'a str>,
}

impl Context<'_> {
    pub(super) async fn put_policy(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        expected: i32,
        policy: &Policy,
        comment: Option<&str>,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let active = directory::policy(transaction.connection()?, tenant, community, None)
            .await?
            .ok_or(StoreError::NotFound("community"))?
            .version;
        if active.version != expected {
            return Err(Conflict::Stale(active.version).into());
        }
        let next = Draft {
            version: active.version + 1,
            after: Some(active.activated_at),
            policy,
            comment,
        };
        self.insert_policy(transaction, community, &next).await?;
        sqlx::query(ACTIVATE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(next.version)
            .execute(transaction.connection()?)
            .await?;
        let now = Instant::from_utc(self.now).map_err(|e| StoreError::Failed(Box::new(e)))?;
        sqlx::query(REVIEW)
            .bind(tenant.0)
            .bind(community.0)
            .bind(now.seconds())
            .execute(transaction.connection()?)
            .await?;
        let written = directory::policy(transaction.connection()?, tenant, community, None).await?;
        Ok(Changed::Policy(written.ok_or(StoreError::NotFound("policy"))?))
    }

    pub(super) async fn insert_policy(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        draft: &Draft<'_>,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let now = Instant::from_utc(self.now).map_err(|e| StoreError::Failed(Box::new(e)))?;
        let by = people::acting(transaction, tenant, None, &self.order.by, self.now).await?;
        sqlx::query(INSERT)
            .bind(tenant.0)
            .bind(community.0)
            .bind(draft.version)
            .bind(draft.after.map_or(now, |after| after.max(now)).seconds())
            .bind(json(draft.policy)?)
            .bind(micros(self.now))
            .bind(json(&by.actor)?)
            .bind(draft.comment)
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }
}
