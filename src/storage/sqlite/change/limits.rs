//! Rate limits: versions are written once; a limit that is deleted is gone with all of them.

use super::{Context, Stop};
use crate::domain::id::{CommunityId, LimitId};
use crate::domain::name::Name;
use crate::ports::directory::{Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::limits::{LimitRecord, MOST_LIMITS};
use crate::storage::codec::json;
use crate::storage::sqlite::limits::{limit, place};
use crate::storage::sqlite::people;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::row::micros;

const COUNT: &str = "SELECT count(*) FROM limits WHERE tenant_id = ?1 AND community_id = ?2";
const CREATE: &str =
    "INSERT INTO limits (tenant_id, community_id, name, limit_id, version) VALUES (?1, ?2, ?3, ?4, 1)";
const MOVE: &str = "UPDATE limits SET version = ?4 WHERE tenant_id = ?1 AND community_id = ?2 AND name = ?3";
const INSERT: &str = "INSERT INTO limit_versions (tenant_id, community_id, limit_id, version, doc, created_at, by_actor, comment) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const DELETE: &str = "DELETE FROM limits WHERE tenant_id = ?1 AND community_id = ?2 AND name = ?3";
const FORGET: &str =
    "DELETE FROM limit_versions WHERE tenant_id = ?1 AND community_id = ?2 AND limit_id = ?3";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[COUNT, CREATE, MOVE, INSERT, DELETE, FORGET];

impl Context<'_> {
    /// Writes a version, or deletes the limit.
    pub(super) async fn change_limit(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        match &self.order.change {
            Change::DeleteLimit {
                community,
                name,
                expected,
            } => {
                self.delete_limit(transaction, (*community, *name), *expected)
                    .await
            }
            _ => self.put_limit(transaction).await,
        }
    }

    async fn put_limit(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        let Change::PutLimit {
            community,
            name,
            id,
            expected,
            limit,
            comment,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a change of a limit".into()).into());
        };
        let place = (*community, *name);
        let there = self.limit(transaction, place).await?;
        let (id, version) = match (&there, expected) {
            (None, None) => (self.new_limit(transaction, place, *id).await?, 1),
            (None, Some(_)) => return Err(StoreError::NotFound("limit").into()),
            (Some(there), None) => return Err(Conflict::Unseen(there.version).into()),
            (Some(there), Some(seen)) if there.version != *seen => {
                return Err(Conflict::Stale(there.version).into());
            }
            (Some(there), Some(_)) => {
                self.move_limit(transaction, place, there.version + 1).await?;
                (there.id, there.version + 1)
            }
        };
        let by = people::acting(transaction, self.order.tenant, None, &self.order.by, self.now).await?;
        let record = LimitRecord {
            id,
            community: *community,
            name: *name,
            version,
            limit: limit.as_ref().clone(),
            created_at: self.now,
            by: by.actor,
            comment: comment.clone(),
        };
        self.insert_limit(transaction, &record).await?;
        Ok(Changed::Limit(Box::new(record)))
    }

    async fn delete_limit(
        &self,
        transaction: &mut Transaction,
        (community, name): (Option<CommunityId>, Name),
        expected: i32,
    ) -> Result<Changed, Stop> {
        let there = self.limit(transaction, (community, name)).await?;
        let there = there.ok_or(StoreError::NotFound("limit"))?;
        if there.version != expected {
            return Err(Conflict::Stale(there.version).into());
        }
        sqlx::query(DELETE)
            .bind(self.order.tenant.0)
            .bind(place(community))
            .bind(name.as_str())
            .execute(transaction.connection()?)
            .await?;
        sqlx::query(FORGET)
            .bind(self.order.tenant.0)
            .bind(place(community))
            .bind(there.id.0)
            .execute(transaction.connection()?)
            .await?;
        Ok(Changed::Limit(Box::new(there)))
    }

    async fn limit(
        &self,
        transaction: &mut Transaction,
        (community, name): (Option<CommunityId>, Name),
    ) -> Result<Option<LimitRecord>, Stop> {
        let scope = (self.order.tenant, community);
        Ok(limit(transaction.connection()?, scope, name, None).await?)
    }

    /// Makes the row of a limit, if there may be one more.
    async fn new_limit(
        &self,
        transaction: &mut Transaction,
        (community, name): (Option<CommunityId>, Name),
        id: LimitId,
    ) -> Result<LimitId, Stop> {
        let count: i64 = sqlx::query_scalar(COUNT)
            .bind(self.order.tenant.0)
            .bind(place(community))
            .fetch_one(transaction.connection()?)
            .await?;
        if count >= i64::from(MOST_LIMITS) {
            return Err(Conflict::TooManyLimits.into());
        }
        sqlx::query(CREATE)
            .bind(self.order.tenant.0)
            .bind(place(community))
            .bind(name.as_str())
            .bind(id.0)
            .execute(transaction.connection()?)
            .await?;
        Ok(id)
    }

    async fn move_limit(
        &self,
        transaction: &mut Transaction,
        (community, name): (Option<CommunityId>, Name),
        version: i32,
    ) -> Result<(), Stop> {
        sqlx::query(MOVE)
            .bind(self.order.tenant.0)
            .bind(place(community))
            .bind(name.as_str())
            .bind(version)
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }

    async fn insert_limit(&self, transaction: &mut Transaction, record: &LimitRecord) -> Result<(), Stop> {
        sqlx::query(INSERT)
            .bind(self.order.tenant.0)
            .bind(place(record.community))
            .bind(record.id.0)
            .bind(record.version)
            .bind(json(&record.limit)?)
            .bind(micros(record.created_at))
            .bind(json(&record.by)?)
            .bind(record.comment.as_deref())
            .execute(transaction.connection()?)
            .await?;
        Ok(())
    }
}
