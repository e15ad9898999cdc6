//! Requests of many items: keys that they share, and jobs that are worked off a part at a time.

use super::Sqlite;
use super::archived::tenant_closed;
use super::claims::kept_under;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::job_rows::{
    JOB, count, done_of, find, insert, items_of, job_of, keep, keep_tried, next_part, refused_of, save,
};
use super::row::micros;
use super::undo::apply_plan;
use crate::domain::id::{CommunityId, JobId, TenantId};
use crate::domain::job::{Job, JobFailure, JobState, PART};
use crate::ports::answer::{Answer, Claim};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::jobs::{ItemResult, JobOrder, JobReply, Jobs, NewJob, Report, ShowJob, Taken};
use crate::ports::ledger::Reply;
use crate::storage::codec::json;
use crate::storage::jobs::merged;
use async_trait::async_trait;
use chrono::TimeDelta;
use std::time::Duration;

const JOBS: &str = "SELECT * FROM jobs WHERE tenant_id = ?1 AND community_id = ?2 \
    AND job_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') ORDER BY job_id DESC LIMIT ?4";
const DUE: &str = "SELECT * FROM jobs WHERE due_at <= ?1 ORDER BY due_at LIMIT 1";
const REFUSE: &str = "INSERT OR IGNORE INTO job_refusals (tenant_id, community_id, job_id, item, problem) \
    SELECT ?1, ?2, ?3, value->>0, value->>1 FROM json_each(?4)";
const DONE: &str = "SELECT tenant_id, key, answer, tag FROM idempotency WHERE tenant_id = ?1 AND key > ?2 AND key < ?3 \
    ORDER BY key LIMIT ?4";
const REFUSED: &str = "SELECT item, problem FROM job_refusals WHERE tenant_id = ?1 AND community_id = ?2 AND job_id = ?3 \
    AND item > ?4 ORDER BY item LIMIT ?5";
const KEY_WORKS: &str = "SELECT count(*) FROM api_keys WHERE tenant_id = ?1 AND key_id = ?2 \
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)";
const OLDEST: &str = "SELECT * FROM jobs WHERE finished_at < ?1 ORDER BY finished_at LIMIT 1";
const FORGET_DONE: &str = "DELETE FROM idempotency WHERE (tenant_id, key) IN \
    (SELECT tenant_id, key FROM idempotency WHERE tenant_id = ?1 AND key >= ?2 AND key < ?3 LIMIT ?4)";
const FORGET_REFUSED: &str =
    "DELETE FROM job_refusals WHERE tenant_id = ?1 AND community_id = ?2 AND job_id = ?3";
const FORGET_PARTS: &str = "DELETE FROM job_parts WHERE tenant_id = ?1 AND community_id = ?2 AND job_id = ?3";
const FORGET_JOB: &str = "DELETE FROM jobs WHERE tenant_id = ?1 AND community_id = ?2 AND job_id = ?3";

pub(super) const STATEMENTS: &[&str] = &[
    JOBS,
    DUE,
    REFUSE,
    DONE,
    REFUSED,
    KEY_WORKS,
    OLDEST,
    FORGET_DONE,
    FORGET_REFUSED,
    FORGET_PARTS,
    FORGET_JOB,
];

#[async_trait]
impl Jobs for Sqlite {
    async fn claim_bulk(
        &self,
        tenant: TenantId,
        claim: &Claim,
        opened: &Answer,
    ) -> Result<Reply, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if let Some(kept) = kept_under(&mut transaction, tenant, claim).await? {
            transaction.rollback().await?;
            return Ok(kept.reply(&claim.fingerprint));
        }
        let now = self.now();
        keep(&mut transaction, tenant, Some(claim), opened, now).await?;
        transaction.commit().await?;
        Ok(Reply::Done(opened.clone()))
    }

    async fn create_job(&self, new: &NewJob, show: ShowJob<'_>) -> Result<JobReply, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if let Some(claim) = &new.claim
            && let Some(kept) = kept_under(&mut transaction, new.tenant, claim).await?
        {
            transaction.rollback().await?;
            return Ok(JobReply::Settled(kept.reply(&claim.fingerprint)));
        }
        community_exists(transaction.connection()?, new.tenant, new.community).await?;
        if let Some(refusal) = tenant_closed(transaction.connection()?, new.tenant).await? {
            transaction.rollback().await?;
            return Ok(JobReply::Settled(Reply::Refused(refusal)));
        }
        let now = self.now();
        if let Some(plan) = new.plan
            && let Some(refused) =
                apply_plan(&mut transaction, (new.tenant, new.community), plan, new.id, now).await?
        {
            transaction.rollback().await?;
            return Ok(refused);
        }
        let job = new.job(now);
        insert(&mut transaction, &job, &new.parts).await?;
        let answer = show(&job);
        keep(&mut transaction, new.tenant, new.claim.as_ref(), &answer, now).await?;
        transaction.commit().await?;
        Ok(JobReply::Settled(Reply::Done(answer)))
    }

    async fn redirect_job(&self, order: &JobOrder, show: ShowJob<'_>) -> Result<JobReply, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if let Some(claim) = &order.claim
            && let Some(kept) = kept_under(&mut transaction, order.tenant, claim).await?
        {
            transaction.rollback().await?;
            return Ok(JobReply::Settled(kept.reply(&claim.fingerprint)));
        }
        if let Some(refusal) = tenant_closed(transaction.connection()?, order.tenant).await? {
            transaction.rollback().await?;
            return Ok(JobReply::Settled(Reply::Refused(refusal)));
        }
        let now = self.now();
        let mut job = find(&mut transaction, (order.tenant, order.community), order.id).await?;
        let state = job.state;
        let allowed = if order.resume {
            job.resume(now)
        } else {
            job.cancel(now)
        };
        if !allowed {
            transaction.rollback().await?;
            return Ok(JobReply::Wrong(state));
        }
        if order.resume {
            // What was counted of the part under way is counted again when the part is reported.
            let end = job.next_part * PART;
            count(&mut transaction, &mut job, Some(end)).await?;
        }
        save(&mut transaction, &job).await?;
        let answer = show(&job);
        keep(&mut transaction, order.tenant, order.claim.as_ref(), &answer, now).await?;
        transaction.commit().await?;
        Ok(JobReply::Settled(Reply::Done(answer)))
    }

    async fn job(&self, tenant: TenantId, community: CommunityId, id: JobId) -> Result<Job, StoreError> {
        let query = sqlx::query(JOB).bind(tenant.0).bind(community.0).bind(id.0);
        one(query.fetch_optional(self.pool.reader()).await, job_of)?.ok_or(StoreError::NotFound("job"))
    }

    async fn jobs(
        &self,
        tenant: TenantId,
        community: CommunityId,
        page: After<JobId>,
    ) -> Result<Vec<Job>, StoreError> {
        let query = sqlx::query(JOBS)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(page.limit);
        let found = all(query.fetch_all(self.pool.reader()).await, job_of)?;
        if found.is_empty() {
            community_exists(self.pool.reader(), tenant, community).await?;
        }
        Ok(found)
    }

    async fn job_results(&self, job: &Job, page: After<i64>) -> Result<Vec<ItemResult>, StoreError> {
        let after = page.after.unwrap_or(-1);
        // What sorts before the first key: no item is called by a minus sign.
        let from = if after < 0 {
            job.before_keys()
        } else {
            job.key_of(after)
        };
        let query = sqlx::query(DONE)
            .bind(job.tenant.0)
            .bind(from)
            .bind(job.after_keys())
            .bind(page.limit);
        let done = all(query.fetch_all(self.pool.reader()).await, done_of)?;
        let query = sqlx::query(REFUSED)
            .bind(job.tenant.0)
            .bind(job.community.0)
            .bind(job.id.0)
            .bind(after)
            .bind(page.limit);
        let refused = all(query.fetch_all(self.pool.reader()).await, refused_of)?;
        Ok(merged(done, refused, page.limit))
    }

    async fn job_items(&self, job: &Job, part: i64) -> Result<Option<String>, StoreError> {
        items_of(self.pool.reader(), job, part).await
    }

    async fn take_job(&self, lease: Duration) -> Result<Option<Taken>, StoreError> {
        // Asked without the writer first, because mostly there is nothing to do.
        let due = sqlx::query(DUE).bind(micros(self.now()));
        if due
            .fetch_optional(self.pool.reader())
            .await
            .map_err(failed)?
            .is_none()
        {
            return Ok(None);
        }
        let mut transaction = self.pool.begin().await?;
        let now = self.now();
        let due = sqlx::query(DUE).bind(micros(now));
        let Some(mut job) = one(due.fetch_optional(transaction.connection()?).await, job_of)? else {
            transaction.rollback().await?;
            return Ok(None);
        };
        job.take(now, TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX));
        save(&mut transaction, &job).await?;
        let key_works: i64 = sqlx::query_scalar(KEY_WORKS)
            .bind(job.tenant.0)
            .bind(job.key.0)
            .bind(micros(now))
            .fetch_one(transaction.connection()?)
            .await
            .map_err(failed)?;
        let part = next_part(&mut transaction, &job).await?;
        transaction.commit().await?;
        Ok(Some(Taken {
            job,
            part,
            key_works: key_works > 0,
        }))
    }

    async fn report_part(&self, job: &Job, report: &Report) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        let now = self.now();
        let mut job = find(&mut transaction, (job.tenant, job.community), job.id).await?;
        if job.next_part != report.part {
            transaction.rollback().await?;
            return Ok(());
        }
        keep_tried(&mut transaction, &job, &report.tried, now).await?;
        sqlx::query(REFUSE)
            .bind(job.tenant.0)
            .bind(job.community.0)
            .bind(job.id.0)
            .bind(json(&report.refused)?)
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
        match report.again_in {
            Some(pause) => {
                let later = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::zero());
                job.due_at = job.due_at.map(|_| later);
            }
            None => job.record((report.succeeded, report.held, report.all_refused), now),
        }
        save(&mut transaction, &job).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn end_job(
        &self,
        job: &Job,
        state: JobState,
        failure: Option<JobFailure>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        let now = self.now();
        let mut job = find(&mut transaction, (job.tenant, job.community), job.id).await?;
        if job.due_at.is_none() {
            transaction.rollback().await?;
            return Ok(());
        }
        count(&mut transaction, &mut job, None).await?;
        job.end(state, now);
        job.failure = failure;
        save(&mut transaction, &job).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn forget_jobs(&self, age: Duration, limit: u32) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        let before = self.now().checked_sub_signed(age).unwrap_or_default();
        let oldest = sqlx::query(OLDEST).bind(micros(before));
        let Some(job) = one(oldest.fetch_optional(transaction.connection()?).await, job_of)? else {
            transaction.rollback().await?;
            return Ok(false);
        };
        let forgotten = sqlx::query(FORGET_DONE)
            .bind(job.tenant.0)
            .bind(job.before_keys())
            .bind(job.after_keys())
            .bind(limit)
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
        if forgotten.rows_affected() < u64::from(limit) {
            for statement in [FORGET_REFUSED, FORGET_PARTS, FORGET_JOB] {
                let query = sqlx::query(statement)
                    .bind(job.tenant.0)
                    .bind(job.community.0)
                    .bind(job.id.0);
                query.execute(transaction.connection()?).await.map_err(failed)?;
            }
        }
        transaction.commit().await?;
        Ok(true)
    }
}
