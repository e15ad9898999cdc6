//! The reason of a case: what it was is kept.

use super::{Context, Stop};
use crate::domain::actor::Target;
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
        let policy = directory::policy_now(transaction.connection()?, tenant, community, self.now)
            .await?
            .ok_or(StoreError::NotFound("community"))?
            .in_force
            .version
            .policy;
        let case = record::case(transaction.connection()?, (tenant, community), number).await?;
        let person = PersonRef::User(case.user);
        let profile = directory::profile(transaction.connection()?, tenant, community, &person)
            .await?
            .ok_or(StoreError::NotFound("user"))?;
        let target = Target {
            user: case.user,
            authority: profile.authority,
            protected: profile.protected,
            bot: profile.bot,
        };
        let acting = people::acting(transaction, tenant, Some(community), &self.order.by, self.now).await?;
        self.render
            .may_edit(&case, &target, &acting, &policy)
            .map_err(|refusal| Stop::Answered(Applied::Refused(refusal)))?;
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
}
