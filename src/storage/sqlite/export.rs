//! An export: everything that is kept of a community, in pages, out of one transaction that only reads.

use super::Sqlite;
use super::directory::{all, community_exists, policies, user_of};
use super::errors::failed;
use super::holds::{held_of, spent_of};
use super::load::member_of;
use super::record::{case_columns, entry_of, lowered, revision_of, sanction_of};
use super::row::Row;
use super::rows::Id;
use super::seams::{merge_of, seam_of};
use crate::domain::id::UserId;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::history::{Piece, Sink};
use crate::storage::batch::Home;
use crate::storage::codec::json;
use crate::storage::pieces::People;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// How many rows are read at a time.
const PAGE: u32 = 500;
/// How many people are asked for at a time.
const PEOPLE_PAGE: usize = 500;

const COMMUNITY: &str = "SELECT c.tenant_id, c.community_id, c.name, c.created_at, c.policy_version, c.scheduled_version, c.language, c.colour, \
    n.case_seq \
    FROM communities c JOIN community_counters n ON n.tenant_id = c.tenant_id AND n.community_id = c.community_id \
    WHERE c.tenant_id = ?1 AND c.community_id = ?2";
/// Everybody who is named anywhere: members, and those who acted, voided, reduced, edited, approved, rejected or wrote policies.
const PEOPLE: &str = "SELECT user_id FROM members WHERE tenant_id = ?1 AND community_id = ?2 \
    UNION SELECT user_id FROM cases WHERE tenant_id = ?1 AND community_id = ?2 \
    UNION SELECT unhex(substr(actor, 5)) FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND actor LIKE 'usr!_%' ESCAPE '!' \
    UNION SELECT unhex(voided->>'$.by.user', '-') FROM cases WHERE tenant_id = ?1 AND community_id = ?2 \
    AND voided->>'$.by.user' IS NOT NULL \
    UNION SELECT unhex(reduced->>'$.by.user', '-') FROM cases WHERE tenant_id = ?1 AND community_id = ?2 \
    AND reduced->>'$.by.user' IS NOT NULL \
    UNION SELECT unhex(replaced_by->>'$.user', '-') FROM case_revisions WHERE tenant_id = ?1 AND community_id = ?2 \
    AND replaced_by->>'$.user' IS NOT NULL \
    UNION SELECT unhex(by_actor->>'$.user', '-') FROM policies WHERE tenant_id = ?1 AND community_id = ?2 \
    AND by_actor->>'$.user' IS NOT NULL \
    UNION SELECT unhex(j.value->>'$.by.user', '-') FROM cases c, json_each(c.doc, '$.released.approvals') j \
    WHERE c.tenant_id = ?1 AND c.community_id = ?2 AND j.value->>'$.by.user' IS NOT NULL \
    UNION SELECT user_id FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    UNION SELECT unhex(doc->>'$.actor.user', '-') FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND doc->>'$.actor.user' IS NOT NULL \
    UNION SELECT unhex(doc->>'$.settled.by.user', '-') FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND doc->>'$.settled.by.user' IS NOT NULL \
    UNION SELECT unhex(j.value->>'$.by.user', '-') FROM held_acts h, json_each(h.doc, '$.approvals') j \
    WHERE h.tenant_id = ?1 AND h.community_id = ?2 AND j.value->>'$.by.user' IS NOT NULL \
    UNION SELECT unhex(substr(bucket, 11)) FROM spent_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND bucket LIKE 'actor/usr!_%' ESCAPE '!'";
/// Those who are one person with any of some users, one step away.
const KIN: &str = "SELECT u.merged_into AS user_id FROM json_each(?2) j CROSS JOIN users u WHERE u.tenant_id = ?1 \
    AND u.user_id = unhex(j.value) AND u.merged_into IS NOT NULL \
    UNION SELECT u.user_id FROM json_each(?2) j CROSS JOIN users u WHERE u.tenant_id = ?1 AND u.merged_into = unhex(j.value)";
const MERGES: &str = "SELECT m.* FROM json_each(?2) j CROSS JOIN merges m WHERE m.tenant_id = ?1 AND m.into_id = unhex(j.value) \
    ORDER BY m.merge_id";
const USERS: &str = "SELECT u.*, (SELECT json_group_array(json_object('platform', platform, 'id', native_id)) FROM \
    (SELECT platform, native_id FROM identities i WHERE i.tenant_id = u.tenant_id AND i.user_id = u.user_id \
    ORDER BY platform, native_id)) AS identities, \
    (SELECT json_group_array(json_object('identity', json_object('platform', platform, 'id', native_id), 'by', hex(brought_by))) \
    FROM (SELECT platform, native_id, brought_by FROM identities i WHERE i.tenant_id = u.tenant_id AND i.user_id = u.user_id \
    AND brought_by IS NOT NULL ORDER BY platform, native_id)) AS brought FROM json_each(?2) j CROSS JOIN users u \
    WHERE u.tenant_id = ?1 AND u.user_id = unhex(j.value)";
const MEMBERS: &str = "SELECT * FROM members WHERE tenant_id = ?1 AND community_id = ?2 AND user_id > ?3 \
    ORDER BY user_id LIMIT ?4";
const CASES: &str = concat!(
    "SELECT ",
    case_columns!(),
    ", ",
    lowered!("cases"),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND number > ?3 ORDER BY number LIMIT ?4"
);
const REASONS: &str = "SELECT * FROM case_revisions WHERE tenant_id = ?1 AND community_id = ?2 \
    AND (number, revision) > (?3, ?4) ORDER BY number, revision LIMIT ?5";
const SANCTIONS: &str = "SELECT * FROM sanctions WHERE tenant_id = ?1 AND community_id = ?2 AND sanction_id > ?3 \
    ORDER BY sanction_id LIMIT ?4";
const SEAMS: &str = "SELECT * FROM seams WHERE tenant_id = ?1 AND community_id = ?2 AND merge_id > ?3 \
    ORDER BY merge_id LIMIT ?4";
const HELD_ACTS: &str = "SELECT * FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 AND held_id > ?3 \
    ORDER BY held_id LIMIT ?4";
const SPENT: &str = "SELECT * FROM spent_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND (number, bucket) > (?3, ?4) ORDER BY number, bucket LIMIT ?5";

pub(super) const STATEMENTS: &[&str] = &[
    COMMUNITY, PEOPLE, KIN, MERGES, USERS, MEMBERS, CASES, REASONS, SANCTIONS, SEAMS, HELD_ACTS, SPENT,
];

/// Gives all pieces. What the transaction sees does not change while it lasts.
pub(super) async fn export(store: &Sqlite, home: Home, sink: &mut dyn Sink) -> Result<(), StoreError> {
    let mut transaction = store.pool.reader().begin().await.map_err(failed)?;
    let done = pieces(&mut transaction, home, sink).await;
    transaction.rollback().await.map_err(failed)?;
    done.map(|_| ())
}

/// Gives every piece; false when nobody wanted the rest.
async fn pieces(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    community_exists(&mut *on, home.0, home.1).await?;
    Ok(community(&mut *on, home, sink).await?
        && people(&mut *on, home, sink).await?
        && members(&mut *on, home, sink).await?
        && cases(&mut *on, home, sink).await?
        && reasons(&mut *on, home, sink).await?
        && sanctions(&mut *on, home, sink).await?
        && seams(&mut *on, home, sink).await?
        && held_acts(&mut *on, home, sink).await?
        && spent(on, home, sink).await?)
}

async fn community(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let row = sqlx::query(COMMUNITY)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_one(&mut *on)
        .await
        .map_err(failed)?;
    let row = Row::of(&row, "communities", &["tenant_id", "community_id"]);
    let looks = row.place().looks(row.get("language")?, row.get("colour")?)?;
    let first = Piece::Community {
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        policy_version: row.get("policy_version")?,
        scheduled_version: row.get("scheduled_version")?,
        last_case: row.get("case_seq")?,
        language: looks.language,
        colour: looks.colour,
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

async fn people(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let (users, merges) = named(&mut *on, home).await?;
    for users in users.chunks(PEOPLE_PAGE) {
        let query = sqlx::query(USERS).bind(home.0.0).bind(list(users)?);
        let users = all(query.fetch_all(&mut *on).await, |row| {
            let brought = Row::of(row, "users", &["tenant_id", "user_id"]).json("brought")?;
            Ok(Piece::user(user_of(row)?, brought))
        })?;
        for user in users {
            if !sink.take(user).await {
                return Ok(false);
            }
        }
    }
    for merge in merges {
        if !sink.take(merge).await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Everybody whose names are needed, and the merges among them.
async fn named(on: &mut SqliteConnection, home: Home) -> Result<(Vec<UserId>, Vec<Piece>), StoreError> {
    let users: Vec<Uuid> = sqlx::query_scalar(PEOPLE)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_all(&mut *on)
        .await
        .map_err(failed)?;
    let mut people = People::default();
    people.add(users.into_iter().map(UserId));
    loop {
        let users = people.next(PEOPLE_PAGE);
        if users.is_empty() {
            return Ok(people.finish());
        }
        let kin = sqlx::query_scalar(KIN).bind(home.0.0).bind(list(&users)?);
        let kin: Vec<Uuid> = kin.fetch_all(&mut *on).await.map_err(failed)?;
        people.add(kin.into_iter().map(UserId));
        let merges = sqlx::query(MERGES).bind(home.0.0).bind(list(&users)?);
        people.learn(all(merges.fetch_all(&mut *on).await, merge_of)?);
    }
}

/// Users as a parameter.
fn list(users: &[UserId]) -> Result<String, StoreError> {
    json(&users.iter().map(|user| Id(user.0)).collect::<Vec<_>>())
}

async fn members(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = Uuid::nil();
    loop {
        let query = sqlx::query(MEMBERS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, |row| {
            let user: UserId = Row::of(row, "members", &["tenant_id", "community_id", "user_id"]).user()?;
            Ok((user, member_of(row)?))
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

async fn cases(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
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

async fn reasons(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
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

async fn sanctions(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
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

async fn seams(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = Uuid::nil();
    loop {
        let query = sqlx::query(SEAMS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, seam_of)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = last.merge.0;
        for seam in page {
            if !sink.take(Piece::from(seam)).await {
                return Ok(false);
            }
        }
    }
}

async fn held_acts(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = Uuid::nil();
    loop {
        let query = sqlx::query(HELD_ACTS)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, held_of)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = last.id.0;
        for held in page {
            if !sink.take(Piece::HeldAct(Box::new(held))).await {
                return Ok(false);
            }
        }
    }
}

async fn spent(on: &mut SqliteConnection, home: Home, sink: &mut dyn Sink) -> Result<bool, StoreError> {
    let mut after = (0_i64, String::new());
    loop {
        let query = sqlx::query(SPENT)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(after.0)
            .bind(&after.1)
            .bind(PAGE);
        let page = all(query.fetch_all(&mut *on).await, spent_of)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = (last.number, last.bucket.clone());
        for row in page {
            if !sink.take(Piece::from(row)).await {
                return Ok(false);
            }
        }
    }
}
