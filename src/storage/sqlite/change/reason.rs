//! The reason of a case: what it was is kept.

use super::{Context, Stop};
use crate::domain::actor::{Acting, Target};
use crate::domain::case::Case;
use crate::domain::id::CommunityId;
use crate::ports::directory::{Applied, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{directory, people, record};

const KEEP: &str = "INSERT INTO case_revisions (tenant_id, community_id, number, revision, reason, replaced_by, \
    replaced_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const REPLACE: &str = "UPDATE cases SET reason = ?4, revision = revision + 1 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[KEEP, REPLACE];

impl Context<'_> {
    pub(super) async fn change_reason(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        number: i64,
        expected: i32,
        reason: Option<&str>,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let case = record::case(transaction.connection()?, (tenant, community), number).await?;
        let acting = people::acting(transaction, tenant, Some(community), &self.order.by, self.now).await?;
        self.may_edit(transaction, community, &case, &acting).await?;
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
            .bind(micros(self.now))
            .execute(transaction.connection()?)
            .await?;
        sqlx::query(REPLACE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(number)
            .bind(reason)
            .execute(transaction.connection()?)
            .await?;
        let case = record::case(transaction.connection()?, (tenant, community), number).await?;
        Ok(Changed::Case(community, Box::new(case)))
    }
    /// Whether somebody has the rank that an act of a case's kind needs, and stands above the member.
    pub(super) async fn may_edit(
        &self,
        transaction: &mut Transaction,
        community: CommunityId,
        case: &Case,
        acting: &Acting,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let policy = directory::policy_now(transaction.connection()?, tenant, community, self.now)
            .await?
            .ok_or(StoreError::NotFound("community"))?
            .in_force
            .version
            .policy;
        let person = PersonRef::User(case.user);
        let profile = directory::profile(transaction.connection()?, tenant, community, &person)
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
