//! The reason of a case: what it was is kept.

use super::{Context, Stop};
use crate::domain::actor::{Acting, Target};
use crate::domain::case::Case;
use crate::domain::id::CommunityId;
use crate::ports::directory::{Applied, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::postgres::{directory, people, record};
use sqlx::PgConnection;

/// Whoever changes it at the same time waits here.
const LOCK: &str =
    "SELECT number FROM cases WHERE tenant_id = $1 AND community_id = $2 AND number = $3 FOR UPDATE";
const KEEP: &str = "INSERT INTO case_revisions (tenant_id, community_id, number, revision, reason, replaced_by, \
    replaced_at) VALUES ($1, $2, $3, $4, $5, $6::text::json, $7)";
const REPLACE: &str = "UPDATE cases SET reason = $4, revision = revision + 1 \
    WHERE tenant_id = $1 AND community_id = $2 AND number = $3";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[LOCK, KEEP, REPLACE];

impl Context<'_> {
    pub(super) async fn change_reason(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        number: i64,
        expected: i32,
        reason: Option<&str>,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let acting = people::acting(connection, tenant, Some(community), &self.order.by, self.now).await?;
        sqlx::query(LOCK)
            .bind(tenant.0)
            .bind(community.0)
            .bind(number)
            .fetch_optional(&mut *connection)
            .await?;
        let case = record::case(&mut *connection, (tenant, community), number).await?;
        self.may_edit(&mut *connection, community, &case, &acting).await?;
        if case.revision != expected {
            return Err(Conflict::Stale(case.revision).into());
        }
        sqlx::query(KEEP)
            .bind(tenant.0)
            .bind(community.0)
            .bind(number)
            .bind(case.revision)
            .bind(case.particulars.reason)
            .bind(json(&acting.actor)?)
            .bind(self.now)
            .execute(&mut *connection)
            .await?;
        sqlx::query(REPLACE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(number)
            .bind(reason)
            .execute(&mut *connection)
            .await?;
        let case = record::case(&mut *connection, (tenant, community), number).await?;
        Ok(Changed::Case(community, Box::new(case)))
    }
    /// Whether somebody has the rank that an act of a case's kind needs, and stands above the member.
    pub(super) async fn may_edit(
        &self,
        connection: &mut PgConnection,
        community: CommunityId,
        case: &Case,
        acting: &Acting,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let policy = directory::policy_now(&mut *connection, tenant, community, self.pool.set_clock())
            .await?
            .ok_or(StoreError::NotFound("community"))?
            .in_force
            .version
            .policy;
        let person = PersonRef::User(case.user);
        let profile = directory::profile(&mut *connection, tenant, community, &person)
            .await?
            .ok_or(StoreError::NotFound("user"))?;
        let target = Target {
            user: profile.user.id,
            authority: profile.authority,
            protected: profile.protected,
            bot: profile.bot,
        };
        self.render
            .may_edit(case, &target, acting, &policy)
            .map_err(|refusal| Stop::Answered(Applied::Refused(refusal)))
    }
}
