//! Reads of the record: cases, their revisions, sanctions, events. Each is one statement.

use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Pool;
use super::row::Row;
use super::seams::everybody;
use crate::domain::act::Entry;
use crate::domain::case::Case;
use crate::domain::id::{SanctionId, TenantId, UserId};
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::domain::time::Instant;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::record::{CaseFilter, Revision, SanctionFilter, SanctionRecord};
use crate::storage::batch::Home;
use crate::storage::codec::{CaseColumns, SanctionDetail};
use crate::storage::lowerings::lower;
use crate::storage::seams::merged;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

/// The columns that make a case.
macro_rules! case_columns {
    () => {
        "tenant_id, community_id, number, points, doc, reason, revision, started, voided, reduced, state"
    };
}
pub(super) use case_columns;

/// By how much the balance in the state after a case was lowered since that was written; `$cases` is what the statement calls the
/// table.
macro_rules! lowered {
    ($cases:literal) => {
        concat!(
            "(SELECT coalesce(sum(l.units), 0) FROM lowerings l WHERE l.tenant_id = ",
            $cases,
            ".tenant_id AND l.community_id = ",
            $cases,
            ".community_id AND l.user_id = ",
            $cases,
            ".user_id AND (l.at, l.number) < (",
            $cases,
            ".at, ",
            $cases,
            ".number) AND l.until >= ",
            $cases,
            ".number) AS lowered"
        )
    };
}
pub(super) use lowered;

/// One of the ways to list cases: `$from` names the index, `$by` what is looked up in it, `$after` goes on where the last page
/// ended, in the `$order` of the index; the rest narrows what it gives.
/// Left alone, the planner prefers the order of numbers, and for a rare member walks through the whole community.
macro_rules! cases {
    ($from:literal, $by:literal, $after:literal, $order:literal) => {
        concat!(
            "SELECT ",
            case_columns!(),
            " FROM ",
            $from,
            " WHERE tenant_id = ?1 AND community_id = ?2 AND ",
            $by,
            " AND ",
            $after,
            " AND (?6 IS NULL OR kind = ?6) AND (?7 IS NULL OR at >= ?7) AND (?8 IS NULL OR at < ?8) ORDER BY ",
            $order,
            " LIMIT ?9"
        )
    };
}

/// The ways that go by number.
macro_rules! cases_by_number {
    ($from:literal, $by:literal) => {
        cases!(
            $from,
            $by,
            "number < coalesce(?3, 9223372036854775807)",
            "number DESC"
        )
    };
}

macro_rules! sanctions {
    ($from:literal, $by:literal) => {
        concat!(
            "SELECT * FROM ",
            $from,
            " WHERE tenant_id = ?1 AND community_id = ?2 \
             AND sanction_id < coalesce(?3, x'ffffffffffffffffffffffffffffffffff') AND ",
            $by,
            " AND (?5 IS NULL OR (starts_at <= ?5 AND (ends_at IS NULL OR ends_at > ?5) \
               AND (ended_at IS NULL OR ended_at > ?5))) ORDER BY sanction_id DESC LIMIT ?6"
        )
    };
}

const CASE: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3"
);
const CASES: &str = cases_by_number!("cases", "?4 IS NULL AND ?5 IS NULL");
/// In the order of a member's history, because that is how the index has them.
const CASES_OF_MEMBER: &str = cases!(
    "cases INDEXED BY cases_of_member",
    "user_id = ?4 AND (?5 IS NULL OR actor = ?5)",
    "(at, number) < (coalesce((SELECT l.at FROM cases l WHERE l.tenant_id = ?1 AND l.community_id = ?2 AND l.number = ?3), \
     9223372036854775807), coalesce(?3, 9223372036854775807))",
    "at DESC, number DESC"
);
const CASES_BY_ACTOR: &str = cases_by_number!("cases INDEXED BY cases_by_actor", "?4 IS NULL AND actor = ?5");
const REVISIONS: &str = "SELECT * FROM case_revisions WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3 \
    ORDER BY revision";
const SANCTION: &str =
    "SELECT * FROM sanctions WHERE tenant_id = ?1 AND community_id = ?2 AND sanction_id = ?3";
const SANCTIONS: &str = sanctions!("sanctions", "?4 IS NULL");
const SANCTIONS_OF_MEMBER: &str = sanctions!("sanctions INDEXED BY sanctions_of_member", "user_id = ?4");

pub(super) const STATEMENTS: &[&str] = &[
    CASE,
    CASES,
    CASES_OF_MEMBER,
    CASES_BY_ACTOR,
    REVISIONS,
    SANCTION,
    SANCTIONS,
    SANCTIONS_OF_MEMBER,
];

pub(super) async fn case(
    on: impl SqliteExecutor<'_>,
    (tenant, community): Home,
    number: i64,
) -> Result<Case, StoreError> {
    let query = sqlx::query(CASE).bind(tenant.0).bind(community.0).bind(number);
    one(query.fetch_optional(on).await, case_of)?.ok_or(StoreError::NotFound("case"))
}

pub(super) async fn cases(
    pool: &Pool,
    (tenant, community): Home,
    filter: &CaseFilter,
    page: After<i64>,
) -> Result<Vec<Case>, StoreError> {
    let statement = match (filter.user, &filter.actor) {
        (Some(_), _) => CASES_OF_MEMBER,
        (None, Some(_)) => CASES_BY_ACTOR,
        (None, None) => CASES,
    };
    let mut lists = Vec::new();
    let hands = hands(pool, tenant, filter.actor.as_deref()).await?;
    for user in whose(pool, tenant, filter.user).await? {
        for hand in &hands {
            let query = sqlx::query(statement)
                .bind(tenant.0)
                .bind(community.0)
                .bind(page.after)
                .bind(user.map(|id| id.0))
                .bind(hand.as_deref())
                .bind(filter.kind.as_ref().map(crate::domain::kind::Kind::name))
                .bind(filter.from.map(Instant::seconds))
                .bind(filter.until.map(Instant::seconds))
                .bind(page.limit);
            lists.push(all(query.fetch_all(pool.reader()).await, case_of)?);
        }
    }
    let found = match filter.user {
        Some(_) => merged(lists, page.limit, |case| (case.at, case.number)),
        None => merged(lists, page.limit, |case| case.number),
    };
    if found.is_empty() {
        community_exists(pool.reader(), tenant, community).await?;
    }
    Ok(found)
}

/// The users whose rows a list has: everybody who is one person with the one asked for, or `None` for all.
pub(super) async fn whose(
    pool: &Pool,
    tenant: TenantId,
    user: Option<UserId>,
) -> Result<Vec<Option<UserId>>, StoreError> {
    let Some(user) = user else { return Ok(vec![None]) };
    let mut connection = pool.reader().acquire().await.map_err(failed)?;
    let users = everybody(&mut connection, tenant, user).await?;
    Ok(users.into_iter().map(Some).collect())
}

/// The words of who acted in a list: everybody who is one person with a user who did, or the one word that was asked for; `None` for
/// whoever acted.
pub(super) async fn hands(
    pool: &Pool,
    tenant: TenantId,
    actor: Option<&str>,
) -> Result<Vec<Option<String>>, StoreError> {
    match actor.and_then(UserId::parse) {
        None => Ok(vec![actor.map(str::to_owned)]),
        Some(user) => {
            let users = whose(pool, tenant, Some(user)).await?.into_iter().flatten();
            Ok(users.map(|user| Some(user.to_string())).collect())
        }
    }
}

pub(super) async fn revisions(pool: &Pool, home: Home, number: i64) -> Result<Vec<Revision>, StoreError> {
    let query = sqlx::query(REVISIONS).bind(home.0.0).bind(home.1.0).bind(number);
    let found = all(query.fetch_all(pool.reader()).await, revision_of)?;
    if found.is_empty() {
        case(pool.reader(), home, number).await?;
    }
    Ok(found)
}

pub(super) async fn sanction(
    on: impl SqliteExecutor<'_>,
    (tenant, community): Home,
    id: SanctionId,
) -> Result<SanctionRecord, StoreError> {
    let query = sqlx::query(SANCTION).bind(tenant.0).bind(community.0).bind(id.0);
    one(query.fetch_optional(on).await, sanction_of)?.ok_or(StoreError::NotFound("sanction"))
}

pub(super) async fn sanctions(
    pool: &Pool,
    (tenant, community): Home,
    filter: &SanctionFilter,
    page: After<SanctionId>,
) -> Result<Vec<SanctionRecord>, StoreError> {
    let statement = if filter.user.is_some() {
        SANCTIONS_OF_MEMBER
    } else {
        SANCTIONS
    };
    let mut lists = Vec::new();
    for user in whose(pool, tenant, filter.user).await? {
        let query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(user.map(|id| id.0))
            .bind(filter.holding_at.map(Instant::seconds))
            .bind(page.limit);
        lists.push(all(query.fetch_all(pool.reader()).await, sanction_of)?);
    }
    let found = merged(lists, page.limit, |record| record.sanction.id);
    if found.is_empty() {
        community_exists(pool.reader(), tenant, community).await?;
    }
    Ok(found)
}

/// The columns of a case.
pub(super) fn case_of(row: &SqliteRow) -> Result<Case, StoreError> {
    let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
    row.place().case(CaseColumns {
        doc: row.get("doc")?,
        points: row.get("points")?,
        reason: row.get("reason")?,
        revision: row.get("revision")?,
        started: row.get("started")?,
        voided: row.get("voided")?,
        reduced: row.get("reduced")?,
    })
}

/// The columns of a case with the state after it.
pub(super) fn entry_of(row: &SqliteRow) -> Result<Entry, StoreError> {
    stored_of(row).map(|(entry, _)| entry)
}

/// The same, and by how much the state was lowered since it was written.
pub(super) fn stored_of(row: &SqliteRow) -> Result<(Entry, Points), StoreError> {
    let case = case_of(row)?;
    let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
    let lowered = Points::from_units(row.get("lowered")?);
    let mut after = row.json_opt("state")?;
    if let Some(state) = &mut after {
        lower(state, lowered);
    }
    Ok((Entry { case, after }, lowered))
}

pub(super) fn revision_of(row: &SqliteRow) -> Result<Revision, StoreError> {
    let row = Row::of(
        row,
        "case_revisions",
        &["tenant_id", "community_id", "number", "revision"],
    );
    Ok(Revision {
        revision: row.get("revision")?,
        reason: row.get("reason")?,
        replaced_by: row.json("replaced_by")?,
        replaced_at: row.time("replaced_at")?,
    })
}

pub(super) fn sanction_of(row: &SqliteRow) -> Result<SanctionRecord, StoreError> {
    let row = Row::of(row, "sanctions", &["tenant_id", "community_id", "sanction_id"]);
    let kind = row.place().kind("kind", row.get("kind")?)?;
    let how: Option<&str> = row.get("ended_how")?;
    let ended = match how {
        None => None,
        Some(how) => {
            let how = row.place().ending("ended_how", how)?;
            Some((how, row.instant("ended_at")?, row.get("ended_by")?))
        }
    };
    let mut sanction = Sanction {
        id: row.sanction()?,
        kind,
        restriction: kind
            .restricts()
            .ok_or_else(|| row.place().corrupt("kind", "this kind starts no sanction"))?,
        start: row.instant("starts_at")?,
        end: row.instant_opt("ends_at")?,
        version: row.get("version")?,
        case: row.get("case_number")?,
        named: row.place().identity("identity", row.get("identity")?)?,
        capabilities: BTreeSet::new(),
        while_above: None,
        over: false,
    };
    if let Some(detail) = row.json_opt::<SanctionDetail>("detail")? {
        detail.complete(&mut sanction);
    }
    Ok(SanctionRecord {
        user: row.user()?,
        sanction,
        ended,
    })
}
