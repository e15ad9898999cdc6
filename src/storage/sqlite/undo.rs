//! Plans to undo what many acts did.

use super::Sqlite;
use super::archived::tenant_closed;
use super::claims::kept_under;
use super::directory::{all, one};
use super::errors::failed;
use super::job_rows::keep;
use super::pool::Transaction;
use super::row::{Row, micros};
use crate::domain::id::{CommunityId, JobId, PlanId, TenantId};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::jobs::JobReply;
use crate::ports::ledger::Reply;
use crate::ports::undo::{NewPlan, Plan, Remedied, Undo, WritePlan};
use crate::storage::batch::Home;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteRow;
use std::time::Duration;
use uuid::Uuid;

const TAG: &str = "SELECT tag FROM idempotency WHERE tenant_id = ?1 AND key = ?2";
const TAGS: &str = "SELECT tag FROM idempotency WHERE tenant_id = ?1 AND key > ?2 AND key < ?3 \
    ORDER BY key LIMIT ?4";
const REMEDIED: &str = "SELECT tenant_id, community_id, number, voided, reduced FROM cases INDEXED BY cases_remedied \
    WHERE tenant_id = ?1 AND community_id = ?2 AND number < coalesce(?3, 9223372036854775807) \
    AND (voided IS NOT NULL OR reduced IS NOT NULL) ORDER BY number DESC LIMIT ?4";
const PLAN: &str = "SELECT * FROM undo_plans WHERE tenant_id = ?1 AND community_id = ?2 AND plan_id = ?3";
/// A plan whose job came to nothing can be applied once more, so that nobody uses it up who may void none of its cases.
const TO_APPLY: &str = "SELECT p.tenant_id, p.community_id, p.plan_id, p.expires_at, \
    CASE WHEN j.state IN ('done', 'failed') AND j.succeeded = 0 AND j.total > 0 THEN NULL ELSE p.job_id END AS job_id \
    FROM undo_plans p LEFT JOIN jobs j ON j.tenant_id = p.tenant_id AND j.community_id = p.community_id AND j.job_id = p.job_id \
    WHERE p.tenant_id = ?1 AND p.community_id = ?2 AND p.plan_id = ?3";
const INSERT: &str = "INSERT INTO undo_plans (tenant_id, community_id, plan_id, created_at, expires_at, doc) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const APPLY: &str =
    "UPDATE undo_plans SET job_id = ?4 WHERE tenant_id = ?1 AND community_id = ?2 AND plan_id = ?3";
const FORGET: &str = "DELETE FROM undo_plans WHERE (tenant_id, community_id, plan_id) IN \
    (SELECT tenant_id, community_id, plan_id FROM undo_plans WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";

pub(super) const STATEMENTS: &[&str] = &[TAG, TAGS, REMEDIED, PLAN, TO_APPLY, INSERT, APPLY, FORGET];

#[async_trait]
impl Undo for Sqlite {
    async fn kept_tag(&self, tenant: TenantId, key: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar(TAG).bind(tenant.0).bind(key);
        query.fetch_optional(self.pool.reader()).await.map_err(failed)
    }

    async fn kept_tags(
        &self,
        tenant: TenantId,
        after: &str,
        before: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query_scalar(TAGS)
            .bind(tenant.0)
            .bind(after)
            .bind(before)
            .bind(limit);
        query.fetch_all(self.pool.reader()).await.map_err(failed)
    }

    async fn remedied(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<i64>,
    ) -> Result<Vec<Remedied>, StoreError> {
        let query = sqlx::query(REMEDIED)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after)
            .bind(page.limit);
        all(query.fetch_all(self.pool.reader()).await, remedied_of)
    }

    async fn create_plan(&self, new: &NewPlan, write: WritePlan<'_>) -> Result<Reply, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if let Some(claim) = &new.claim
            && let Some(kept) = kept_under(&mut transaction, new.tenant, claim).await?
        {
            transaction.rollback().await?;
            return Ok(kept.reply(&claim.fingerprint));
        }
        if let Some(refusal) = tenant_closed(transaction.connection()?, new.tenant).await? {
            transaction.rollback().await?;
            return Ok(Reply::Refused(refusal));
        }
        let now = self.now();
        let expires = now + TimeDelta::from_std(new.lifetime).unwrap_or(TimeDelta::zero());
        let answer = write(now, expires);
        let query = sqlx::query(INSERT)
            .bind(new.tenant.0)
            .bind(new.community.0)
            .bind(new.id.0)
            .bind(micros(now))
            .bind(micros(expires))
            .bind(&answer.body);
        query.execute(transaction.connection()?).await.map_err(failed)?;
        keep(&mut transaction, new.tenant, new.claim.as_ref(), &answer, now).await?;
        transaction.commit().await?;
        Ok(Reply::Done(answer))
    }

    async fn plan(&self, tenant: TenantId, community: CommunityId, id: PlanId) -> Result<Plan, StoreError> {
        let query = sqlx::query(PLAN).bind(tenant.0).bind(community.0).bind(id.0);
        let found = one(query.fetch_optional(self.pool.reader()).await, |row| {
            let row = plan_row(row);
            Ok(Plan {
                document: row.text("doc")?,
                job: row.get::<Option<Uuid>>("job_id")?.map(JobId),
            })
        })?;
        found.ok_or(StoreError::NotFound("plan"))
    }

    async fn forget_plans(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let before = self.now().checked_sub_signed(age).unwrap_or_default();
        let mut transaction = self.pool.begin().await?;
        let forgotten = sqlx::query(FORGET)
            .bind(micros(before))
            .bind(limit)
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
        transaction.commit().await?;
        Ok(forgotten.rows_affected())
    }
}

/// Notes that a plan is carried out as a job; or says why it is not.
pub(super) async fn apply_plan(
    transaction: &mut Transaction,
    (tenant, community): Home,
    plan: PlanId,
    job: JobId,
    now: DateTime<Utc>,
) -> Result<Option<JobReply>, StoreError> {
    let query = sqlx::query(TO_APPLY)
        .bind(tenant.0)
        .bind(community.0)
        .bind(plan.0);
    let found = one(query.fetch_optional(transaction.connection()?).await, |row| {
        let row = plan_row(row);
        Ok((row.get::<Option<Uuid>>("job_id")?, row.time("expires_at")?))
    })?;
    let (applied, expires) = found.ok_or(StoreError::NotFound("plan"))?;
    if let Some(applied) = applied {
        return Ok(Some(JobReply::PlanApplied(JobId(applied))));
    }
    if expires <= now {
        return Ok(Some(JobReply::PlanExpired));
    }
    let query = sqlx::query(APPLY)
        .bind(tenant.0)
        .bind(community.0)
        .bind(plan.0)
        .bind(job.0);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(None)
}

fn plan_row(row: &SqliteRow) -> Row<'_> {
    Row::of(row, "undo_plans", &["tenant_id", "community_id", "plan_id"])
}

fn remedied_of(row: &SqliteRow) -> Result<Remedied, StoreError> {
    let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
    Ok(Remedied {
        number: row.get("number")?,
        voided: row.json_opt("voided")?,
        reduced: row.json_opt("reduced")?,
    })
}
