//! Appeals: read, listed, made, and written as they stand.

use super::Sqlite;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use crate::domain::appeal::{About, Appeal, State};
use crate::domain::id::{AppealId, CommunityId, TenantId, UserId};
use crate::ports::appeals::{AppealFilter, Appeals};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use crate::storage::codec::json;
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;

/// One of the ways to list appeals: `$by` says which of them, and has an index to go by.
macro_rules! appeals {
    ($by:literal) => {
        concat!(
            "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 \
             AND appeal_id < coalesce(?3, x'ffffffffffffffffffffffffffffffff') ",
            $by,
            " ORDER BY appeal_id DESC LIMIT ?4"
        )
    };
}

const APPEAL: &str = "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 AND appeal_id = ?3";
const LOCK: &str = "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 AND appeal_id = ?3";
const LIST: &str = appeals!("");
const LIST_IN_STATE: &str = appeals!("AND state = ?5");
const LIST_OF_CASE: &str = appeals!("AND (?5 IS NULL OR state = ?5) AND number = ?6");
const INSERT: &str = "INSERT INTO appeals (tenant_id, community_id, appeal_id, number, user_id, state, created_at, about) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE appeals SET state = ?4, ended_at = ?5, about = ?6 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND appeal_id = ?3";
const OPEN: &str = "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 AND number IN (SELECT value FROM json_each(?3)) AND ended_at IS NULL \
    ORDER BY number";
const FORGET_OF_USER: &str = "DELETE FROM appeals WHERE tenant_id = ?1 AND user_id = ?2";

pub(super) const STATEMENTS: &[&str] = &[
    APPEAL,
    LOCK,
    LIST,
    LIST_IN_STATE,
    LIST_OF_CASE,
    INSERT,
    SAVE,
    OPEN,
    FORGET_OF_USER,
];

#[async_trait]
impl Appeals for Sqlite {
    async fn appeal(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: AppealId,
    ) -> Result<Appeal, StoreError> {
        let query = sqlx::query(APPEAL).bind(tenant.0).bind(community.0).bind(id.0);
        let found = one(query.fetch_optional(self.pool.reader()).await, appeal_of)?;
        found.ok_or(StoreError::NotFound("appeal"))
    }

    async fn appeals(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &AppealFilter,
        page: After<AppealId>,
    ) -> Result<Vec<Appeal>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let statement = match (filter.case, filter.state) {
            (Some(_), _) => LIST_OF_CASE,
            (None, Some(_)) => LIST_IN_STATE,
            (None, None) => LIST,
        };
        let mut query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit));
        if statement != LIST {
            query = query.bind(filter.state.map(State::name));
        }
        if let Some(case) = filter.case {
            query = query.bind(case);
        }
        let found = all(query.fetch_all(&mut *connection).await, appeal_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }
}

/// An appeal, locked.
pub(super) async fn lock(
    transaction: &mut Transaction,
    (tenant, community): Home,
    id: AppealId,
) -> Result<Appeal, StoreError> {
    let query = sqlx::query(LOCK).bind(tenant.0).bind(community.0).bind(id.0);
    let found = one(query.fetch_optional(transaction.connection()?).await, appeal_of)?;
    found.ok_or(StoreError::NotFound("appeal"))
}

/// Writes a new appeal. False when its case has one that is open.
pub(super) async fn insert(
    transaction: &mut Transaction,
    tenant: TenantId,
    appeal: &Appeal,
) -> Result<bool, StoreError> {
    let query = sqlx::query(INSERT)
        .bind(tenant.0)
        .bind(appeal.community.0)
        .bind(appeal.id.0)
        .bind(appeal.case)
        .bind(appeal.user.0)
        .bind(appeal.stored.name())
        .bind(micros(appeal.created_at))
        .bind(json(&appeal.about)?);
    let made = query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(made.rows_affected() == 1)
}

/// Writes how an appeal stands that was read in this transaction.
pub(super) async fn save(
    transaction: &mut Transaction,
    tenant: TenantId,
    appeal: &Appeal,
) -> Result<(), StoreError> {
    let query = sqlx::query(SAVE)
        .bind(tenant.0)
        .bind(appeal.community.0)
        .bind(appeal.id.0)
        .bind(appeal.stored.name())
        .bind(appeal.ended_at.map(micros))
        .bind(json(&appeal.about)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// The open appeals of some cases, locked.
pub(super) async fn open_of(
    transaction: &mut Transaction,
    (tenant, community): Home,
    cases: &[i64],
) -> Result<Vec<Appeal>, StoreError> {
    let query = sqlx::query(OPEN)
        .bind(tenant.0)
        .bind(community.0)
        .bind(json(&cases)?);
    all(query.fetch_all(transaction.connection()?).await, appeal_of)
}

/// Removes what a user has appealed.
pub(super) async fn forget_of_user(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

fn appeal_of(row: &SqliteRow) -> Result<Appeal, StoreError> {
    let row = Row::of(row, "appeals", &["tenant_id", "appeal_id"]);
    let state = row.text("state")?;
    Ok(Appeal {
        id: row.get("appeal_id").map(AppealId)?,
        community: row.get("community_id").map(CommunityId)?,
        case: row.get("number")?,
        user: row.user()?,
        stored: State::named(&state).ok_or_else(|| {
            row.place()
                .corrupt("state", format!("nothing is called {state:?}"))
        })?,
        created_at: row.time("created_at")?,
        ended_at: row.time_opt("ended_at")?,
        about: row.json::<About>("about")?,
    })
}
