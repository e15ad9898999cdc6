//! Requests of many items.

use super::Postgres;
use super::claims::kept_under;
use super::errors::{failed, failure};
use super::pool::{Pool, Transaction};
use super::write::write;
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::ports::jobs::Jobs;
use crate::ports::ledger::Reply;
use crate::storage::batch::Writes;
use crate::storage::halving::{Failure, MOST_RETRIES};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Runs a transaction, and again when it lost against another one: a twin may have used the key meanwhile.
macro_rules! again {
    ($run:expr) => {{
        let mut retries = 0;
        loop {
            match $run.await.map_err(failure) {
                Err(Failure::Lost(_)) if retries < MOST_RETRIES => retries += 1,
                Err(Failure::Lost(_)) => break Err(StoreError::Busy),
                other => break other.map_err(Failure::into_error),
            }
        }
    }};
}

#[async_trait]
impl Jobs for Postgres {
    async fn claim_bulk(
        &self,
        tenant: TenantId,
        claim: &Claim,
        opened: &Answer,
    ) -> Result<Reply, StoreError> {
        again!(claim_bulk(&self.pool, tenant, claim, opened))
    }
}

async fn claim_bulk(
    pool: &Pool,
    tenant: TenantId,
    claim: &Claim,
    opened: &Answer,
) -> Result<Reply, StoreError> {
    let mut transaction = pool.begin().await?;
    if let Some(kept) = kept_under(&mut *transaction, tenant, claim).await? {
        return Ok(kept.reply(&claim.fingerprint));
    }
    let now = pool.now(&mut transaction).await?;
    keep(&mut transaction, tenant, claim, opened, now).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(Reply::Done(opened.clone()))
}

/// Keeps an answer under a key.
async fn keep(
    transaction: &mut Transaction,
    tenant: TenantId,
    claim: &Claim,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut writes = Writes::default();
    writes.keep(tenant, claim, answer, now);
    write(transaction, &writes).await
}
