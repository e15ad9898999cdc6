//! People, communities and tenants that go, a portion at a time: each in a transaction with how far that is.

use super::directory::{all, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::{Sqlite, erase, sweep};
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::ports::error::StoreError;
use crate::ports::removal::Removals;
use crate::storage::codec::{Place, json};
use crate::storage::erasure::Progress;
use crate::storage::removal::Kind;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// Whoever has waited longest, of any tenant.
const NEXT: &str = "SELECT * FROM removals WHERE turn_at <= ?1 ORDER BY turn_at LIMIT 1";
const GO_ON: &str =
    "UPDATE removals SET progress = ?3, turn_at = ?4 WHERE tenant_id = ?1 AND subject_id = ?2";
const END: &str = "DELETE FROM removals WHERE tenant_id = ?1 AND subject_id = ?2";
const ERASED: &str = "UPDATE users SET erasure_done_at = ?3 WHERE tenant_id = ?1 AND user_id = ?2";

const RECOGNISED: &str = "SELECT tenant_id, user_id FROM erased_identities \
    WHERE (tenant_id, user_id) > (?1, ?2) AND user_id IS NOT NULL \
    ORDER BY tenant_id, user_id LIMIT ?3";
const FORGET: &str = "DELETE FROM erased_identities WHERE tenant_id = ?1 AND user_id = ?2 \
    AND NOT EXISTS (SELECT 1 FROM removals r WHERE r.tenant_id = ?1 AND r.subject_id IN \
    (SELECT user_id FROM users WHERE tenant_id = ?1 AND user_id = ?2 UNION ALL SELECT user_id FROM users WHERE tenant_id = ?1 AND merged_into = ?2)) \
    AND NOT EXISTS (SELECT 1 FROM communities c JOIN sanctions s ON s.tenant_id = c.tenant_id \
    AND s.community_id = c.community_id AND s.user_id IN \
    (SELECT user_id FROM users WHERE tenant_id = ?1 AND user_id = ?2 UNION ALL SELECT user_id FROM users WHERE tenant_id = ?1 AND merged_into = ?2) WHERE c.tenant_id = ?1 AND s.ended_how IS NULL \
    AND (s.ends_at IS NULL OR s.ends_at > ?3))";

pub(super) const STATEMENTS: &[&str] = &[NEXT, GO_ON, END, ERASED, RECOGNISED, FORGET];

#[async_trait]
impl Removals for Sqlite {
    async fn remove_portion(&self, limit: u32) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        transaction.overwrite().await?;
        match portion(&mut transaction, limit, self.now()).await {
            Ok(true) => {
                transaction.commit().await?;
                Ok(true)
            }
            Ok(false) => {
                transaction.rollback().await?;
                Ok(false)
            }
            Err(error) => {
                transaction.abandon().await;
                Err(error)
            }
        }
    }

    async fn forget_erased(
        &self,
        after: Option<(TenantId, UserId)>,
        limit: u32,
    ) -> Result<Option<(TenantId, UserId)>, StoreError> {
        let (tenant, user) = after.map_or((Uuid::nil(), Uuid::nil()), |after| (after.0.0, after.1.0));
        let query = sqlx::query(RECOGNISED).bind(tenant).bind(user).bind(limit);
        let looked_at = all(query.fetch_all(self.pool.reader()).await, |row| {
            let row = Row::of(row, "erased_identities", &["tenant_id", "user_id"]);
            Ok((row.tenant()?, row.user()?))
        })?;
        let mut transaction = self.pool.begin().await?;
        for (tenant, user) in &looked_at {
            sqlx::query(FORGET)
                .bind(tenant.0)
                .bind(user.0)
                .bind(self.now().timestamp())
                .execute(transaction.connection()?)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await?;
        let full = looked_at.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(looked_at.last().copied().filter(|_| full))
    }

    async fn cut_log(&self) -> Result<bool, StoreError> {
        self.pool.cut_log().await
    }
}

/// Removes a portion of what is next. False when nothing waits.
async fn portion(transaction: &mut Transaction, limit: u32, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let connection = transaction.connection()?;
    let next = one(
        sqlx::query(NEXT)
            .bind(micros(now))
            .fetch_optional(&mut *connection)
            .await,
        |row| {
            let row = Row::of(row, "removals", &["tenant_id", "subject_id"]);
            let kind = row.text("kind")?;
            let kind =
                Kind::named(&kind).ok_or_else(|| row.place().corrupt("kind", "nothing is called so"))?;
            Ok((row.tenant()?, row.get("subject_id")?, kind, row.text("progress")?))
        },
    )?;
    let Some((tenant, subject, kind, progress)) = next else {
        return Ok(false);
    };
    let further = match kind {
        Kind::User => {
            let progress: Progress = read(tenant, &progress)?;
            let further =
                erase::portion(&mut *connection, (tenant, UserId(subject)), &progress, limit).await?;
            further.as_ref().map(json).transpose()?
        }
        Kind::Community => {
            let sweep = read(tenant, &progress)?;
            let home = (tenant, CommunityId(subject));
            let further = sweep::community(&mut *connection, home, &sweep, limit).await?;
            further.as_ref().map(json).transpose()?
        }
        Kind::Tenant => {
            let sweep = read(tenant, &progress)?;
            let further = sweep::tenant(&mut *connection, tenant, &sweep, limit).await?;
            further.as_ref().map(json).transpose()?
        }
    };
    go_on(connection, (tenant, subject), further, now).await?;
    Ok(true)
}

/// Notes how far a removal is, or that it has ended.
async fn go_on(
    connection: &mut SqliteConnection,
    (tenant, subject): (TenantId, Uuid),
    further: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(further) = further {
        sqlx::query(GO_ON)
            .bind(tenant.0)
            .bind(subject)
            .bind(further)
            .bind(micros(now))
            .execute(connection)
            .await
            .map_err(failed)?;
        return Ok(());
    }
    for (statement, at) in [(ERASED, Some(micros(now))), (END, None)] {
        let query = sqlx::query(statement).bind(tenant.0).bind(subject);
        let query = match at {
            Some(at) => query.bind(at),
            None => query,
        };
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

/// How far a removal is.
fn read<T: DeserializeOwned>(tenant: TenantId, progress: &str) -> Result<T, StoreError> {
    let place = Place {
        table: "removals",
        key: &tenant,
    };
    place.json("progress", progress)
}
