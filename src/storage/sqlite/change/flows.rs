//! Flows: versions are written once.

use super::{Context, Stop};
use crate::ports::conversations::{FlowRecord, MOST_FLOWS, NewFlow};
use crate::ports::directory::{Changed, Conflict};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::{flows, people};

const COUNT: &str = "SELECT count(*) FROM flows WHERE tenant_id = ?1";
const CREATE: &str = "INSERT INTO flows (tenant_id, name, version) VALUES (?1, ?2, 1)";
const MOVE: &str = "UPDATE flows SET version = ?3 WHERE tenant_id = ?1 AND name = ?2";
const INSERT: &str = "INSERT INTO flow_versions (tenant_id, name, version, doc, created_at, by_actor, comment) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[COUNT, CREATE, MOVE, INSERT];

impl Context<'_> {
    pub(super) async fn put_flow(
        &self,
        transaction: &mut Transaction,
        new: &NewFlow,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let there = flows::flow(transaction.connection()?, tenant, new.flow.name(), None).await?;
        let there = there.map(|there| there.flow.version());
        let version = match (there, new.expected) {
            (None, None) => 1,
            (None, Some(_)) => return Err(StoreError::NotFound("flow").into()),
            (Some(there), None) => return Err(Conflict::Unseen(there).into()),
            (Some(there), Some(seen)) if there != seen => return Err(Conflict::Stale(there).into()),
            (Some(there), Some(_)) => there + 1,
        };
        if version == 1 {
            let count: i64 = sqlx::query_scalar(COUNT)
                .bind(tenant.0)
                .fetch_one(transaction.connection()?)
                .await?;
            if count >= i64::from(MOST_FLOWS) {
                return Err(Conflict::TooManyFlows.into());
            }
            let query = sqlx::query(CREATE).bind(tenant.0).bind(new.name.as_str());
            query.execute(transaction.connection()?).await?;
        } else {
            let query = sqlx::query(MOVE)
                .bind(tenant.0)
                .bind(new.name.as_str())
                .bind(version);
            query.execute(transaction.connection()?).await?;
        }
        let by = people::acting(transaction, tenant, None, &self.order.by, self.now).await?;
        let record = FlowRecord {
            flow: new.flow.clone().at(version),
            created_at: self.now,
            by: by.actor,
            comment: new.comment.clone(),
        };
        let query = sqlx::query(INSERT)
            .bind(tenant.0)
            .bind(new.name.as_str())
            .bind(version)
            .bind(json(record.flow.draft())?)
            .bind(micros(record.created_at))
            .bind(json(&record.by)?)
            .bind(record.comment.as_deref());
        query.execute(transaction.connection()?).await?;
        Ok(Changed::Flow(Box::new(record)))
    }
}
