//! Rows of jobs: read, written and counted.

use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, one};
use super::write::write;
use crate::domain::id::{HeldId, JobId, TenantId};
use crate::domain::job::{Job, JobFailure, MOST_ITEMS, PART};
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::ports::jobs::{ItemResult, Part, claim_of};
use crate::storage::batch::{Home, Writes};
use crate::storage::jobs::{Words, item_of};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;

const JOB_LOCKED: &str =
    "SELECT * FROM jobs WHERE tenant_id = $1 AND community_id = $2 AND job_id = $3 FOR UPDATE";
const INSERT: &str = "INSERT INTO jobs (tenant_id, community_id, job_id, kind, state, key_id, created_at, total, succeeded, \
    refused, next_part, due_at, dry_run) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const PARTS: &str = "INSERT INTO job_parts (tenant_id, community_id, job_id, part, items) \
    SELECT $1, $2, $3, p.ord - 1, p.items FROM UNNEST($4::text[]) WITH ORDINALITY AS p (items, ord)";
const SAVE: &str = "UPDATE jobs SET state = $4, started_at = $5, finished_at = $6, failure = $7, succeeded = $8, refused = $9, \
    next_part = $10, due_at = $11, held = $12 WHERE tenant_id = $1 AND community_id = $2 AND job_id = $3";
const PART_ITEMS: &str =
    "SELECT items FROM job_parts WHERE tenant_id = $1 AND community_id = $2 AND job_id = $3 AND part = $4";
const REFUSED_OF: &str = "SELECT item FROM job_refusals WHERE tenant_id = $1 AND community_id = $2 AND job_id = $3 \
    AND item >= $4 AND item < $5";
const COUNT_DONE: &str = "SELECT count(*) FILTER (WHERE substr(tag, 1, 4) <> 'hld_') AS done, \
    count(*) FILTER (WHERE substr(tag, 1, 4) = 'hld_') AS held FROM idempotency WHERE tenant_id = $1 AND key >= $2 AND key < $3";
const COUNT_REFUSED: &str = "SELECT count(*) FROM job_refusals WHERE tenant_id = $1 AND community_id = $2 AND job_id = $3 AND item < $4";

pub(super) const STATEMENTS: &[&str] = &[
    JOB_LOCKED,
    INSERT,
    PARTS,
    SAVE,
    PART_ITEMS,
    REFUSED_OF,
    COUNT_DONE,
    COUNT_REFUSED,
];

/// A job, for a change of it.
pub(super) async fn find(
    transaction: &mut Transaction,
    (tenant, community): Home,
    id: JobId,
) -> Result<Job, StoreError> {
    let query = sqlx::query(JOB_LOCKED)
        .bind(tenant.0)
        .bind(community.0)
        .bind(id.0);
    one(query.fetch_optional(&mut **transaction).await, job_of)?.ok_or(StoreError::NotFound("job"))
}

/// Writes a new job.
pub(super) async fn insert(
    transaction: &mut Transaction,
    job: &Job,
    parts: &[String],
) -> Result<(), StoreError> {
    let query = sqlx::query(INSERT)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(job.kind.name())
        .bind(job.state.name())
        .bind(job.key.0)
        .bind(job.created_at)
        .bind(job.total)
        .bind(job.succeeded)
        .bind(job.refused)
        .bind(job.next_part)
        .bind(job.due_at)
        .bind(job.dry_run);
    query.execute(&mut **transaction).await.map_err(failed)?;
    let query = sqlx::query(PARTS)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(parts);
    query.execute(&mut **transaction).await.map_err(failed)?;
    Ok(())
}

/// Writes what may change of a job.
pub(super) async fn save(transaction: &mut Transaction, job: &Job) -> Result<(), StoreError> {
    let query = sqlx::query(SAVE)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(job.state.name())
        .bind(job.started_at)
        .bind(job.finished_at)
        .bind(job.failure.map(JobFailure::name))
        .bind(job.succeeded)
        .bind(job.refused)
        .bind(job.next_part)
        .bind(job.due_at)
        .bind(job.held);
    query.execute(&mut **transaction).await.map_err(failed)?;
    Ok(())
}

/// The part to work off next, if one is left.
pub(super) async fn next_part(transaction: &mut Transaction, job: &Job) -> Result<Option<Part>, StoreError> {
    let items = items_of(&mut **transaction, job, job.next_part).await?;
    let Some(items) = items else {
        return Ok(None);
    };
    let refused = sqlx::query_scalar(REFUSED_OF)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(job.next_part * PART)
        .bind((job.next_part + 1) * PART)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    Ok(Some(Part {
        number: job.next_part,
        items,
        refused,
    }))
}

/// Counts what the items before `end` came to.
pub(super) async fn count(
    transaction: &mut Transaction,
    job: &mut Job,
    end: Option<i64>,
) -> Result<(), StoreError> {
    let last = end.map_or_else(|| job.after_keys(), |end| job.key_of(end));
    let done = sqlx::query_as(COUNT_DONE)
        .bind(job.tenant.0)
        .bind(job.before_keys())
        .bind(last);
    (job.succeeded, job.held) = done.fetch_one(&mut **transaction).await.map_err(failed)?;
    let refused = sqlx::query_scalar(COUNT_REFUSED)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(end.unwrap_or(MOST_ITEMS));
    job.refused = refused.fetch_one(&mut **transaction).await.map_err(failed)?;
    Ok(())
}

/// Keeps an answer under a key, if there is one.
pub(super) async fn keep(
    transaction: &mut Transaction,
    tenant: TenantId,
    claim: Option<&Claim>,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(claim) = claim else {
        return Ok(());
    };
    let mut writes = Writes::default();
    writes.keep(tenant, claim, answer, now);
    write(transaction, &writes).await
}

/// Keeps what was tried out of a job under the keys of its items, where what is done is kept.
pub(super) async fn keep_tried(
    transaction: &mut Transaction,
    job: &Job,
    tried: &[(i64, Answer)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if tried.is_empty() {
        return Ok(());
    }
    let claims: Vec<_> = tried.iter().map(|(item, _)| claim_of(job, *item)).collect();
    let mut writes = Writes::default();
    for (claim, (_, answer)) in claims.iter().zip(tried) {
        writes.keep(job.tenant, claim, answer, now);
    }
    write(transaction, &writes).await
}

/// The items of a part of a job; `None` when it has no such part.
pub(super) async fn items_of(
    executor: impl sqlx::Executor<'_, Database = sqlx::Postgres>,
    job: &Job,
    part: i64,
) -> Result<Option<String>, StoreError> {
    let query = sqlx::query_scalar(PART_ITEMS)
        .bind(job.tenant.0)
        .bind(job.community.0)
        .bind(job.id.0)
        .bind(part);
    query.fetch_optional(executor).await.map_err(failed)
}

pub(super) fn job_of(row: &PgRow) -> Result<Job, StoreError> {
    let row = Row::of(row, "jobs", &["tenant_id", "community_id", "job_id"]);
    let words = Words::read(
        &row.place(),
        row.get("kind")?,
        row.get("state")?,
        row.get("failure")?,
    )?;
    Ok(Job {
        tenant: row.tenant()?,
        community: row.community()?,
        id: row.get("job_id").map(JobId)?,
        kind: words.kind,
        state: words.state,
        dry_run: row.get("dry_run")?,
        key: row.key()?,
        created_at: row.time("created_at")?,
        started_at: row.time_opt("started_at")?,
        finished_at: row.time_opt("finished_at")?,
        failure: words.failure,
        total: row.get("total")?,
        succeeded: row.get("succeeded")?,
        held: row.get("held")?,
        refused: row.get("refused")?,
        next_part: row.get("next_part")?,
        due_at: row.time_opt("due_at")?,
    })
}

pub(super) fn done_of(row: &PgRow) -> Result<ItemResult, StoreError> {
    let row = Row::of(row, "idempotency", &["tenant_id"]);
    Ok(ItemResult {
        item: item_of(&row.place(), row.get("key")?)?,
        done: true,
        held: row.text("tag")?.starts_with(HeldId::PREFIX),
        document: row.text("answer")?,
    })
}

pub(super) fn refused_of(row: &PgRow) -> Result<ItemResult, StoreError> {
    let row = Row::of(row, "job_refusals", &["item"]);
    Ok(ItemResult {
        item: row.get("item")?,
        done: false,
        held: false,
        document: row.text("problem")?,
    })
}
