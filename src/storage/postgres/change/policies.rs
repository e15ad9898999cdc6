//! Policy versions: written once, never changed.

use super::{Context, Stop};
use crate::domain::actor::{Acting, Actor};
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::time::Instant;
use crate::ports::directory::{Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::postgres::directory;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A new version waits for those who decide by the present one, and its time comes after theirs.
const LOCK: &str =
    "SELECT policy_version FROM communities WHERE tenant_id = $1 AND community_id = $2 FOR UPDATE";
const INSERT: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, \
    by_actor, comment) VALUES ($1, $2, $3, $4, $5::text::json, $6, $7::text::json, $8)";
const ACTIVATE: &str =
    "UPDATE communities SET policy_version = $3 WHERE tenant_id = $1 AND community_id = $2";
/// Has a look taken at each sanction that holds while the points are high: they may fall otherwise from now on.
const REVIEW: &str = "INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT tenant_id, community_id, sanction_id, user_id, version, $3 FROM sanctions WHERE tenant_id = $1 \
    AND community_id = $2 AND detail IS NOT NULL AND detail->>'while_above' IS NOT NULL AND ended_how IS NULL \
    AND (ends_at IS NULL OR ends_at > $3) \
    ON CONFLICT (tenant_id, community_id, sanction_id) DO UPDATE SET due_at = LEAST(timers.due_at, excluded.due_at), \
    leased_until = NULL";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[LOCK, INSERT, ACTIVATE, REVIEW];

/// A version to write.
pub(super) struct Draft<'a> {
    pub(super) version: i32,
    /// When the version before it came into force, which this one does not precede.
    pub(super) after: Option<Instant>,
    pub(super) policy: &'a Policy,
    pub(super) comment: Option<&'a str>,
    pub(super) by: &'a Actor,
    pub(super) now: DateTime<Utc>,
}

impl Context<'_> {
    pub(super) async fn put_policy(
        &self,
        connection: &mut PgConnection,
        acting: &Acting,
    ) -> Result<Changed, Stop> {
        let Change::PutPolicy {
            community,
            expected,
            policy,
            comment,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a change of a policy".into()).into());
        };
        let (tenant, community) = (self.order.tenant, *community);
        sqlx::query(LOCK)
            .bind(tenant.0)
            .bind(community.0)
            .fetch_optional(&mut *connection)
            .await?;
        let active = directory::policy(&mut *connection, tenant, community, None)
            .await?
            .ok_or(StoreError::NotFound("community"))?
            .version;
        if active.version != *expected {
            return Err(Conflict::Stale(active.version).into());
        }
        let next = Draft {
            version: active.version + 1,
            after: Some(active.activated_at),
            policy,
            comment: comment.as_deref(),
            by: &acting.actor,
            now: self.pool.now(connection).await?,
        };
        self.insert_policy(connection, community, &next).await?;
        sqlx::query(ACTIVATE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(next.version)
            .execute(&mut *connection)
            .await?;
        let now = Instant::from_utc(next.now).map_err(|e| StoreError::Failed(Box::new(e)))?;
        sqlx::query(REVIEW)
            .bind(tenant.0)
            .bind(community.0)
            .bind(now.seconds())
            .execute(&mut *connection)
            .await?;
        let written = directory::policy(&mut *connection, tenant, community, None).await?;
        Ok(Changed::Policy(written.ok_or(StoreError::NotFound("policy"))?))
    }

    pub(super) async fn insert_policy(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        draft: &Draft<'_>,
    ) -> Result<(), Stop> {
        let now = Instant::from_utc(draft.now).map_err(|e| StoreError::Failed(Box::new(e)))?;
        sqlx::query(INSERT)
            .bind(self.order.tenant.0)
            .bind(community.0)
            .bind(draft.version)
            .bind(draft.after.map_or(now, |after| after.max(now)).seconds())
            .bind(json(draft.policy)?)
            .bind(draft.now)
            .bind(json(draft.by)?)
            .bind(draft.comment)
            .execute(connection)
            .await?;
        Ok(())
    }
}
