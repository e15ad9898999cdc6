//! Requests of many items.

use super::Sqlite;
use super::claims::kept_under;
use super::pool::Transaction;
use super::write::{Made, write};
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::ports::jobs::Jobs;
use crate::ports::ledger::Reply;
use crate::storage::batch::Writes;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

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
        keep(&mut transaction, tenant, claim, opened, self.now()).await?;
        transaction.commit().await?;
        Ok(Reply::Done(opened.clone()))
    }
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
    write(transaction, &writes, &Made::nobody(now)).await
}
