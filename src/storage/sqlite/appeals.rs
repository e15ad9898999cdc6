//! Appeals: read, listed, made, and written as they stand.

use super::Sqlite;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use crate::domain::appeal::{About, Appeal, State};
use crate::domain::brief::Window;
use crate::domain::id::{AppealId, CommunityId, TenantId, UserId};
use crate::ports::appeals::{AppealFilter, Appeals, Decided, DueAppeal, QueueFilter};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::storage::appeals::{self, MOST_OF_CASE, bounds, decide_by, lifted_by, outcome};
use crate::storage::batch::{Home, Writes};
use crate::storage::codec::json;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

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
const QUEUE: &str = "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 AND appeal_id > coalesce(?3, x'00000000000000000000000000000000') \
    AND decide_by IS NOT NULL AND (?5 IS NULL OR (decide_by <= ?7) = ?5) AND (?6 IS NULL OR (state = 'in_review') = ?6) \
    ORDER BY appeal_id LIMIT ?4";
const OF_CASE: &str = "SELECT * FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3 ORDER BY appeal_id DESC LIMIT ?4";
const DUE: &str = "SELECT tenant_id, community_id, appeal_id FROM appeals WHERE next_at <= ?1 \
    ORDER BY next_at, tenant_id, community_id, appeal_id LIMIT ?2";
const NEXT: &str = "SELECT min(next_at) AS next_at FROM appeals WHERE next_at IS NOT NULL";
const DECIDED: &str = "SELECT tenant_id, community_id, appeal_id, number, ended_at, outcome FROM appeals WHERE tenant_id = ?1 AND community_id = ?2 \
    AND outcome IS NOT NULL AND ended_at >= ?3 AND ended_at < ?4 AND (ended_at, appeal_id) < (?5, ?6) ORDER BY ended_at DESC, appeal_id DESC LIMIT ?7";
/// Somebody looks at it before anything else is done about it.
const LIFTED: &str = "UPDATE appeals SET lifted_at = ?2, next_at = ?2 FROM (SELECT s.tenant_id, s.community_id, s.case_number FROM json_each(?1) j \
    CROSS JOIN sanctions s WHERE s.tenant_id = unhex(j.value->>0) AND s.community_id = unhex(j.value->>1) AND s.sanction_id = unhex(j.value->>2)) AS n \
    WHERE appeals.tenant_id = n.tenant_id AND appeals.community_id = n.community_id AND appeals.number = n.case_number AND appeals.ended_at IS NULL";
const INSERT: &str = "INSERT INTO appeals (tenant_id, community_id, appeal_id, number, user_id, created_at, state, ended_at, next_at, lifted_at, \
    decide_by, outcome, about) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE appeals SET state = ?4, ended_at = ?5, next_at = ?6, lifted_at = ?7, decide_by = ?8, outcome = ?9, about = ?10 \
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
    QUEUE,
    OF_CASE,
    DUE,
    NEXT,
    DECIDED,
    LIFTED,
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

    async fn appeal_queue(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: QueueFilter,
        now: DateTime<Utc>,
        page: After<AppealId>,
    ) -> Result<Vec<Appeal>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let query = sqlx::query(QUEUE)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit))
            .bind(filter.overdue)
            .bind(filter.claimed)
            .bind(micros(now));
        let found = all(query.fetch_all(&mut *connection).await, appeal_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn decided_appeals(
        &self,
        tenant: TenantId,
        community: CommunityId,
        window: Window,
        page: After<(DateTime<Utc>, AppealId)>,
    ) -> Result<Vec<Decided>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let (from, until) = bounds(window);
        let (at, id) = page.after.unwrap_or((until, AppealId(Uuid::nil())));
        let query = sqlx::query(DECIDED)
            .bind(tenant.0)
            .bind(community.0)
            .bind(micros(from))
            .bind(micros(until))
            .bind(micros(at))
            .bind(id.0)
            .bind(i64::from(page.limit));
        let found = all(query.fetch_all(&mut *connection).await, decided_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn due_appeals(&self, limit: u32) -> Result<Vec<DueAppeal>, StoreError> {
        let query = sqlx::query(DUE).bind(micros(self.now())).bind(limit);
        all(query.fetch_all(self.pool.reader()).await, |row| {
            let row = Row::of(row, "appeals", &["tenant_id", "appeal_id"]);
            Ok(DueAppeal {
                tenant: row.tenant()?,
                community: row.community()?,
                appeal: row.get("appeal_id").map(AppealId)?,
            })
        })
    }

    async fn next_appeal(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(NEXT).fetch_one(self.pool.reader()).await;
        Row::of(&row.map_err(failed)?, "appeals", &[]).time_opt("next_at")
    }
}

/// The appeals of a case, the newest first.
pub(super) async fn of_case(
    transaction: &mut Transaction,
    (tenant, community): Home,
    case: i64,
) -> Result<Vec<Appeal>, StoreError> {
    let query = sqlx::query(OF_CASE)
        .bind(tenant.0)
        .bind(community.0)
        .bind(case)
        .bind(MOST_OF_CASE);
    all(query.fetch_all(transaction.connection()?).await, appeal_of)
}

/// Notes with open appeals that the sanctions of their cases were lifted: whether that leaves something to decide is looked at next.
pub(super) async fn lifted(
    transaction: &mut Transaction,
    writes: &Writes,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let lifted: Vec<_> = lifted_by(writes).collect();
    if lifted.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = lifted
        .iter()
        .map(|((tenant, community), sanction)| (Id(tenant.0), Id(community.0), Id(sanction.0)))
        .collect();
    let query = sqlx::query(LIFTED).bind(json(&rows)?).bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
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
        .bind(micros(appeal.created_at))
        .bind(appeal.stored.name())
        .bind(appeal.ended_at.map(micros))
        .bind(appeal.next_at().map(micros))
        .bind(appeal.lifted_at.map(micros))
        .bind(decide_by(appeal).map(micros))
        .bind(outcome(appeal))
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
        .bind(appeal.next_at().map(micros))
        .bind(appeal.lifted_at.map(micros))
        .bind(decide_by(appeal).map(micros))
        .bind(outcome(appeal))
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
    let (state, about) = (row.text("state")?, row.json::<About>("about")?);
    Ok(Appeal {
        id: row.get("appeal_id").map(AppealId)?,
        community: row.get("community_id").map(CommunityId)?,
        case: row.get("number")?,
        user: row.user()?,
        stored: appeals::state(&row.place(), &state)?,
        created_at: row.time("created_at")?,
        ended_at: row.time_opt("ended_at")?,
        lifted_at: row.time_opt("lifted_at")?,
        about: About {
            // Those of before it was kept there have it in the column alone.
            decide_by: about.decide_by.or(row.time_opt("decide_by")?),
            ..about
        },
    })
}

fn decided_of(row: &SqliteRow) -> Result<Decided, StoreError> {
    let row = Row::of(row, "appeals", &["tenant_id", "appeal_id"]);
    let outcome = row.text("outcome")?;
    Ok(Decided {
        appeal: row.get("appeal_id").map(AppealId)?,
        case: row.get("number")?,
        at: row.time("ended_at")?,
        outcome: appeals::decided(&row.place(), &outcome)?,
    })
}
