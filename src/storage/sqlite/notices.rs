//! Notices: read and listed, brought up to date with their directives, and read by members. New ones are part of the last statement of what decides.

use super::Sqlite;
use super::directives::directive_of;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use crate::domain::directive::{self, Directive};
use crate::domain::id::{CommunityId, DirectiveId, NoticeId, TenantId, UserId};
use crate::domain::notice::{Message, Notice, State};
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::notices::{Audience, NoticeFilter, Notices};
use crate::storage::batch::{Home, MemberKey, with_directives};
use crate::storage::codec::json;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

/// One of the ways to list notices: `$by` says which of them, and has an index to go by.
macro_rules! notices {
    ($by:literal) => {
        concat!(
            "SELECT * FROM notices WHERE tenant_id = ?1 AND community_id = ?2 \
             AND notice_id < coalesce(?3, x'ffffffffffffffffffffffffffffffff') ",
            $by,
            " ORDER BY notice_id DESC LIMIT ?4"
        )
    };
}

const NOTICE: &str = "SELECT * FROM notices WHERE tenant_id = ?1 AND community_id = ?2 AND notice_id = ?3";
const LOCK: &str = "SELECT * FROM notices WHERE tenant_id = ?1 AND community_id = ?2 AND notice_id = ?3";
const LIST: &str = notices!("");
const LIST_IN_STATE: &str = notices!("AND state = ?5");
const LIST_OF_CASE: &str = notices!("AND (?5 IS NULL OR state = ?5) AND number = ?6");
const DIRECTIVES: &str = "SELECT d.*, NULL AS reason FROM directives d WHERE d.tenant_id = ?1 AND d.notice_id IN (SELECT unhex(value) FROM json_each(?2)) ORDER BY d.turn";
const SAVE: &str = "UPDATE notices SET state = ?4, changed_at = ?5, acknowledged_at = ?6 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND notice_id = ?3";
/// What was put off until something was reported of another directive.
const RELEASE: &str = "UPDATE directives SET due_at = ?3 WHERE tenant_id = ?1 AND follows = ?2 AND state = 'open' AND attempts = 0 AND due_at > ?3";
/// What nothing is left to deliver of, because the space or the community is gone.
const GIVE_UP: &str = "UPDATE notices SET state = 'failed', changed_at = ?3 WHERE tenant_id = ?1 AND community_id = ?2 AND state = 'queued' \
    AND NOT EXISTS (SELECT 1 FROM directives d WHERE d.tenant_id = notices.tenant_id AND d.notice_id = notices.notice_id \
    AND d.due_at IS NOT NULL)";
const AUDIENCE: &str = "SELECT c.tenant_id, c.community_id, c.name, c.language AS spoken, \
    (SELECT u.language FROM users u WHERE u.tenant_id = c.tenant_id AND u.user_id = ?3) AS language \
    FROM communities c WHERE c.tenant_id = ?1 AND c.community_id = ?2";
const FORGET_OF_USER: &str = "DELETE FROM notices WHERE tenant_id = ?1 AND user_id = ?2";

pub(super) const STATEMENTS: &[&str] = &[
    NOTICE,
    LOCK,
    LIST,
    LIST_IN_STATE,
    LIST_OF_CASE,
    DIRECTIVES,
    SAVE,
    RELEASE,
    GIVE_UP,
    AUDIENCE,
    FORGET_OF_USER,
];

#[async_trait]
impl Notices for Sqlite {
    async fn notice(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: NoticeId,
    ) -> Result<(Notice, Vec<Directive>), StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let query = sqlx::query(NOTICE).bind(tenant.0).bind(community.0).bind(id.0);
        let found = one(query.fetch_optional(&mut *connection).await, notice_of)?;
        let found = found.ok_or(StoreError::NotFound("notice"))?;
        let directives = directives(&mut connection, tenant, &[id]).await?;
        Ok((found, directives))
    }

    async fn notices(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &NoticeFilter,
        page: After<NoticeId>,
    ) -> Result<Vec<(Notice, Vec<Directive>)>, StoreError> {
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
        let found = all(query.fetch_all(&mut *connection).await, notice_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
            return Ok(Vec::new());
        }
        let ids: Vec<NoticeId> = found.iter().map(|notice| notice.id).collect();
        let directives = directives(&mut connection, tenant, &ids).await?;
        Ok(with_directives(found, directives))
    }
}

/// A notice, locked.
pub(super) async fn lock(
    transaction: &mut Transaction,
    (tenant, community): Home,
    id: NoticeId,
) -> Result<Notice, StoreError> {
    let query = sqlx::query(LOCK).bind(tenant.0).bind(community.0).bind(id.0);
    let found = one(query.fetch_optional(transaction.connection()?).await, notice_of)?;
    found.ok_or(StoreError::NotFound("notice"))
}

/// Writes how a notice stands that was read in this transaction.
pub(super) async fn save(
    transaction: &mut Transaction,
    tenant: TenantId,
    notice: &Notice,
) -> Result<(), StoreError> {
    let query = sqlx::query(SAVE)
        .bind(tenant.0)
        .bind(notice.community.0)
        .bind(notice.id.0)
        .bind(notice.state.name())
        .bind(micros(notice.changed_at))
        .bind(notice.acknowledged_at.map(micros));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Takes over what has become of a notice's directive, which is written by now. Gives the notice where that changed it.
pub(super) async fn follow(
    transaction: &mut Transaction,
    (tenant, community): Home,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<Option<Notice>, StoreError> {
    let mut notice = lock(transaction, (tenant, community), id).await?;
    let directives = directives(transaction.connection()?, tenant, &[id]).await?;
    let states: Vec<directive::State> = directives.iter().map(|directive| directive.state).collect();
    if !notice.follow(&states, now) {
        return Ok(None);
    }
    save(transaction, tenant, &notice).await?;
    Ok(Some(notice))
}

/// Has what comes after a directive handed out from now on, because something was reported of it.
pub(super) async fn release(
    transaction: &mut Transaction,
    tenant: TenantId,
    first: DirectiveId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(RELEASE)
        .bind(tenant.0)
        .bind(first.0)
        .bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Gives up what nothing is left to deliver of.
pub(super) async fn give_up(
    transaction: &mut Transaction,
    (tenant, community): Home,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(GIVE_UP)
        .bind(tenant.0)
        .bind(community.0)
        .bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// To whom something is told.
pub(super) async fn audience(
    connection: &mut SqliteConnection,
    member: MemberKey,
) -> Result<Audience, StoreError> {
    let query = sqlx::query(AUDIENCE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0);
    let row = query.fetch_one(connection).await.map_err(failed)?;
    let row = Row::of(&row, "communities", &["tenant_id", "community_id"]);
    Ok(Audience {
        community: member.community,
        name: row.get("name")?,
        spoken: row.place().language("spoken", row.get("spoken")?)?,
        language: row.place().language("language", row.get("language")?)?,
    })
}

/// Removes what a user was told.
pub(super) async fn forget_of_user(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// The directives of some notices, in the order in which they were issued.
pub(super) async fn directives(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    ids: &[NoticeId],
) -> Result<Vec<Directive>, StoreError> {
    let ids: Vec<Id> = ids.iter().map(|id| Id(id.0)).collect();
    let query = sqlx::query(DIRECTIVES).bind(tenant.0).bind(json(&ids)?);
    all(query.fetch_all(connection).await, directive_of)
}

fn notice_of(row: &SqliteRow) -> Result<Notice, StoreError> {
    let row = Row::of(row, "notices", &["tenant_id", "notice_id"]);
    let state = row.text("state")?;
    Ok(Notice {
        id: row.get("notice_id").map(NoticeId)?,
        community: row.community()?,
        case: row.get("number")?,
        user: row.user()?,
        state: State::named(&state).ok_or_else(|| {
            row.place()
                .corrupt("state", format!("nothing is called {state:?}"))
        })?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
        acknowledged_at: row.time_opt("acknowledged_at")?,
        message: row.json::<Message>("message")?,
    })
}
