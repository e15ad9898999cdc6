//! An export: everything that is kept of a community, in pages, out of one transaction that only reads.

use super::Postgres;
use super::directory::{community_exists, policies, user_of};
use super::errors::failed;
use super::record::{case_columns, entry_of, revision_of, sanction_of};
use super::row::{Row, all};
use crate::domain::id::UserId;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::history::{Piece, Sink};
use crate::storage::batch::Home;
use sqlx::PgConnection;
use uuid::Uuid;

/// How many rows are read at a time.
const PAGE: i64 = 500;

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Whoever takes the pieces may be slow, but not for ever.
const PATIENCE: &str = "SET LOCAL idle_in_transaction_session_timeout = '60s'";

const COMMUNITY: &str = "SELECT c.tenant_id, c.community_id, c.name, c.created_at, c.policy_version, c.scheduled_version, \
    n.case_seq \
    FROM communities c JOIN community_counters n ON n.tenant_id = c.tenant_id AND n.community_id = c.community_id \
    WHERE c.tenant_id = $1 AND c.community_id = $2";
/// Everybody who is named anywhere: members, and those who acted, voided, reduced, edited or wrote policies.
const PEOPLE: &str = "SELECT user_id FROM members WHERE tenant_id = $1 AND community_id = $2 \
    UNION SELECT user_id FROM cases WHERE tenant_id = $1 AND community_id = $2 \
    UNION SELECT substr(actor, 5)::uuid FROM cases WHERE tenant_id = $1 AND community_id = $2 AND actor LIKE 'usr\\_%' \
    UNION SELECT (voided->'by'->>'user')::uuid FROM cases WHERE tenant_id = $1 AND community_id = $2 \
    AND voided->'by'->>'user' IS NOT NULL \
    UNION SELECT (reduced->'by'->>'user')::uuid FROM cases WHERE tenant_id = $1 AND community_id = $2 \
    AND reduced->'by'->>'user' IS NOT NULL \
    UNION SELECT (replaced_by->>'user')::uuid FROM case_revisions WHERE tenant_id = $1 AND community_id = $2 \
    AND replaced_by->>'user' IS NOT NULL \
    UNION SELECT (by_actor->>'user')::uuid FROM policies WHERE tenant_id = $1 AND community_id = $2 \
    AND by_actor->>'user' IS NOT NULL";
const USERS: &str = "SELECT u.*, (SELECT coalesce(json_agg(json_build_object('platform', i.platform, 'id', i.native_id) \
    ORDER BY i.platform, i.native_id), '[]') FROM identities i WHERE i.tenant_id = u.tenant_id AND i.user_id = u.user_id) \
    AS identities FROM users u WHERE u.tenant_id = $1 AND u.user_id = ANY ($2::uuid[])";
const MEMBERS: &str = "SELECT * FROM members WHERE tenant_id = $1 AND community_id = $2 AND user_id > $3 \
    ORDER BY user_id LIMIT $4";
const CASES: &str = concat!(
    "SELECT ",
    case_columns!(),
    ", state FROM cases WHERE tenant_id = $1 AND community_id = $2 AND number > $3 ORDER BY number LIMIT $4"
);
const REASONS: &str = "SELECT * FROM case_revisions WHERE tenant_id = $1 AND community_id = $2 \
    AND (number, revision) > ($3, $4) ORDER BY number, revision LIMIT $5";
const SANCTIONS: &str = "SELECT * FROM sanctions WHERE tenant_id = $1 AND community_id = $2 AND sanction_id > $3 \
    ORDER BY sanction_id LIMIT $4";

pub(super) const STATEMENTS: &[&str] = &[
    PATIENCE, COMMUNITY, PEOPLE, USERS, MEMBERS, CASES, REASONS, SANCTIONS,
];

/// Gives all pieces. What the transaction sees does not change while it lasts.
pub(super) async fn export(store: &Postgres, home: Home, sink: &mut dyn Sink) -> Result<(), StoreError> {
    let mut transaction = store.pool.reader().begin_with(SNAPSHOT).await.map_err(failed)?;
    sqlx::query(PATIENCE)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let done = pieces(&mut transaction, home, sink).await;
    transaction.rollback().await.map_err(failed)?;
    done.map(|_| ())
}

/// Gives every piece; false when nobody wanted the rest.
async fn pieces(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    community_exists(&mut *on, home.0, home.1).await?;
    Ok(community(&mut *on, home, sink).await?
        && people(&mut *on, home, sink).await?
        && members(&mut *on, home, sink).await?
        && cases(&mut *on, home, sink).await?
        && reasons(&mut *on, home, sink).await?
        && sanctions(on, home, sink).await?)
}

async fn community(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let row = sqlx::query(COMMUNITY)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_one(&mut *on)
        .await
        .map_err(failed)?;
    let row = Row::of(&row, "communities", &["tenant_id", "community_id"]);
    let first = Piece::Community {
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        policy_version: row.get("policy_version")?,
        scheduled_version: row.get("scheduled_version")?,
        last_case: row.get("case_seq")?,
    };
    if !sink.take(first).await {
        return Ok(false);
    }
    let page = After {
        after: None,
        limit: u32::MAX,
    };
    for record in policies(on, home.0, home.1, page).await?.into_iter().rev() {
        if !sink.take(Piece::from(record)).await {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn people(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let users: Vec<Uuid> = sqlx::query_scalar(PEOPLE)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_all(&mut *on)
        .await
        .map_err(failed)?;
    for users in users.chunks(500) {
        let query = sqlx::query(USERS).bind(home.0.0).bind(users);
        for user in all(query.fetch_all(&mut *on).await, user_of)? {
            if !sink.take(Piece::from(user)).await {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn members(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = Uuid::nil();
    loop {
        let query = sqlx::query(MEMBERS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, |row| {
            let row = Row::of(row, "members", &["tenant_id", "community_id", "user_id"]);
            let user: UserId = row.user()?;
            Ok((user, row.member()?))
        })?;
        let Some((last, _)) = page.last() else {
            return Ok(true);
        };
        after = last.0;
        for (user, row) in page {
            if !sink.take(row.piece(user)).await {
                return Ok(false);
            }
        }
    }
}

async fn cases(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = 0_i64;
    loop {
        let query = sqlx::query(CASES)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, entry_of)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = last.case.number;
        for entry in page {
            if !sink.take(Piece::from(entry)).await {
                return Ok(false);
            }
        }
    }
}

async fn reasons(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = (0_i64, 0_i32 - 1);
    loop {
        let query = sqlx::query(REASONS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after.0)
            .bind(after.1)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, |row| {
            let number: i64 = Row::of(row, "case_revisions", &["number", "revision"]).get("number")?;
            Ok((number, revision_of(row)?))
        })?;
        let Some((number, last)) = page.last() else {
            return Ok(true);
        };
        after = (*number, last.revision);
        for (number, revision) in page {
            if !sink.take(Piece::reason(number, revision)).await {
                return Ok(false);
            }
        }
    }
}

async fn sanctions(on: &mut PgConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = Uuid::nil();
    loop {
        let query = sqlx::query(SANCTIONS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, sanction_of)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = last.sanction.id.0;
        for record in page {
            if !sink.take(Piece::from(record)).await {
                return Ok(false);
            }
        }
    }
}
