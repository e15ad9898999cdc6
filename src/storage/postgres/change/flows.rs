//! Flows: versions are written once.

use super::{Context, Stop};
use crate::domain::actor::Acting;
use crate::ports::conversations::{FlowRecord, MOST_FLOWS, NewFlow};
use crate::ports::directory::{Changed, Conflict};
use crate::ports::error::StoreError;
use crate::storage::codec::json;
use crate::storage::postgres::flows;
use sqlx::PgConnection;

/// Changes of the flows of a tenant wait for each other.
const LOCK: &str = "SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE";
const COUNT: &str = "SELECT count(*) FROM flows WHERE tenant_id = $1";
const CREATE: &str = "INSERT INTO flows (tenant_id, name, version) VALUES ($1, $2, 1)";
const MOVE: &str = "UPDATE flows SET version = $3 WHERE tenant_id = $1 AND name = $2";
const INSERT: &str = "INSERT INTO flow_versions (tenant_id, name, version, doc, created_at, by_actor, comment) \
    VALUES ($1, $2, $3, $4::text::json, $5, $6::text::json, $7)";

pub(in crate::storage::postgres) const STATEMENTS: &[&str] = &[LOCK, COUNT, CREATE, MOVE, INSERT];

impl Context<'_> {
    pub(super) async fn put_flow(
        &self,
        connection: &mut PgConnection,
        new: &NewFlow,
        acting: &Acting,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let lock = sqlx::query(LOCK).bind(tenant.0);
        lock.execute(&mut *connection).await?;
        let there = flows::flow(&mut *connection, tenant, new.flow.name(), None).await?;
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
                .fetch_one(&mut *connection)
                .await?;
            if count >= i64::from(MOST_FLOWS) {
                return Err(Conflict::TooManyFlows.into());
            }
            let query = sqlx::query(CREATE).bind(tenant.0).bind(new.name.as_str());
            query.execute(&mut *connection).await?;
        } else {
            let query = sqlx::query(MOVE)
                .bind(tenant.0)
                .bind(new.name.as_str())
                .bind(version);
            query.execute(&mut *connection).await?;
        }
        let record = FlowRecord {
            flow: new.flow.clone().at(version),
            created_at: self.now,
            by: acting.actor.clone(),
            comment: new.comment.clone(),
        };
        let query = sqlx::query(INSERT)
            .bind(tenant.0)
            .bind(new.name.as_str())
            .bind(version)
            .bind(json(record.flow.draft())?)
            .bind(record.created_at)
            .bind(json(&record.by)?)
            .bind(record.comment.as_deref());
        query.execute(&mut *connection).await?;
        Ok(Changed::Flow(Box::new(record)))
    }
}
