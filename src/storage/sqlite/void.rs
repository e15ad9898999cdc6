//! Voiding a case: history from there on is read in pages and replayed, in one transaction.

use super::claims::kept_under;
use super::directory::{all, archived};
use super::errors::failed;
use super::load::member_of;
use super::pool::Transaction;
use super::recall::past_before;
use super::record::{case, case_columns, entry_of, sanction};
use super::row::Row;
use super::rows::{Id, ids};
use super::write::{Made, rows, write};
use super::{Sqlite, load, look, people};
use crate::domain::act::Entry;
use crate::domain::actor::Target;
use crate::domain::case::Case;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::Ending;
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Closing, Opening, Page, Place, Reply, Revision, VoidOrder};
use crate::storage::batch::{EndedRow, Home, MemberKey, MemberRow, MemberWrite, Writes, mark};
use crate::storage::codec::json;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

/// How many entries are read at a time.
const PAGE: u32 = 500;

const MEMBER: &str = "SELECT * FROM members WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
const HELD: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at FROM communities \
    WHERE tenant_id = ?1 AND community_id = ?2";
const LAST_NUMBER: &str = "SELECT tenant_id, community_id, case_seq FROM community_counters WHERE tenant_id = ?1 AND community_id = ?2";
const ENTRIES: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND (at, number) >= (?4, ?5) \
     AND state IS NOT NULL ORDER BY at, number LIMIT ?6"
);
const REWRITE: &str = "UPDATE cases SET state = j.value->>3, era = j.value->>4, clock = j.value->>5, sum = j.value->>6 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const VOID: &str = "UPDATE cases SET voided = j.value->>3 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const RESTART: &str = "UPDATE cases SET started = j.value->>3 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const REDUCE: &str = "UPDATE cases SET points = j.value->>3 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const NOTE_REDUCTION: &str = "UPDATE cases SET reduced = j.value->>3 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";

pub(super) const STATEMENTS: &[&str] = &[
    MEMBER,
    HELD,
    LAST_NUMBER,
    ENTRIES,
    REWRITE,
    VOID,
    RESTART,
    REDUCE,
    NOTE_REDUCTION,
];

/// Voids a case.
pub(super) async fn void(
    store: &Sqlite,
    order: &VoidOrder,
    start: &(dyn Fn() -> Box<dyn Revision> + Send + Sync),
) -> Result<Reply, StoreError> {
    let mut transaction = store.pool.begin().await?;
    // One that is refused, or was done before, writes nothing.
    match within(store, &mut transaction, order, start).await {
        Ok(Reply::Done(answer)) => {
            transaction.commit().await?;
            Ok(Reply::Done(answer))
        }
        Ok(other) => {
            transaction.rollback().await?;
            Ok(other)
        }
        Err(error) => {
            transaction.abandon().await;
            Err(error)
        }
    }
}

async fn within(
    store: &Sqlite,
    transaction: &mut Transaction,
    order: &VoidOrder,
    start: &(dyn Fn() -> Box<dyn Revision> + Send + Sync),
) -> Result<Reply, StoreError> {
    let now = store.now();
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(transaction, order.tenant, claim).await?
    {
        return Ok(kept.reply(&claim.fingerprint));
    }
    let home = (order.tenant, order.community);
    if archived(transaction.connection()?, order.tenant, order.community).await? {
        return Ok(Reply::Refused(Refusal::Archived));
    }
    let case = case(transaction.connection()?, home, order.number).await?;
    let member = MemberKey {
        tenant: order.tenant,
        community: order.community,
        user: case.user,
    };
    let first = (case.at, case.number);
    let opening = opening(store, transaction, order, case, now).await?;
    let mut revision = start();
    if let Err(refusal) = revision.open(opening) {
        return Ok(Reply::Refused(refusal));
    }
    replay(transaction, member, first, revision.as_mut()).await?;
    let closing = revision.close();
    let answer = closing.answer.clone();
    close(transaction, order, member, closing, now).await?;
    Ok(Reply::Done(answer))
}

async fn opening(
    store: &Sqlite,
    transaction: &mut Transaction,
    order: &VoidOrder,
    case: Case,
    now: DateTime<Utc>,
) -> Result<Opening, StoreError> {
    let home = (order.tenant, order.community);
    let acting = people::acting(
        transaction,
        order.tenant,
        Some(order.community),
        &order.actor,
        now,
    )
    .await?;
    let connection = transaction.connection()?;
    let row = sqlx::query(HELD)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let held = Row::of(&row, "communities", &["tenant_id", "community_id"]).held()?;
    let timeline = load::timeline(&mut *connection, home, held, &store.timelines).await?;
    let row = sqlx::query(MEMBER)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(case.user.0)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let row = row.as_ref().map_or_else(|| Ok(MemberRow::default()), member_of)?;
    let member = MemberKey {
        tenant: order.tenant,
        community: order.community,
        user: case.user,
    };
    let vacancy = if order.replaces {
        Some(vacancy(&mut *connection, home, &case).await?)
    } else {
        None
    };
    let place = (case.at, case.number);
    let before = look::state_before(&mut *connection, member, place.0, place.1).await?;
    Ok(Opening {
        past: past_before(connection, member, &timeline, &before, place).await?,
        now,
        timeline,
        target: Target {
            user: case.user,
            authority: row.authority,
            protected: row.protected,
            bot: row.bot,
        },
        case,
        acting,
        before,
        current: row.state,
        recent: row.recent,
        place: vacancy,
    })
}

/// The place of a case for another one. Nobody else writes meanwhile, so the number is free.
async fn vacancy(connection: &mut SqliteConnection, home: Home, case: &Case) -> Result<Place, StoreError> {
    let row = sqlx::query(LAST_NUMBER).bind(home.0.0).bind(home.1.0);
    let row = row.fetch_one(&mut *connection).await.map_err(failed)?;
    let last: i64 = Row::of(&row, "community_counters", &["tenant_id", "community_id"]).get("case_seq")?;
    let ended = match &case.started {
        Some(started) => sanction(&mut *connection, home, started.id).await?.ended,
        None => None,
    };
    Ok(Place {
        next_case: last + 1,
        ended: ended.map(|(_, at, _)| at),
    })
}

/// Gives the revision the entries from the voided case on, and writes the states that it changes.
async fn replay(
    transaction: &mut Transaction,
    member: MemberKey,
    first: (Instant, i64),
    revision: &mut dyn Revision,
) -> Result<(), StoreError> {
    let mut from = first;
    loop {
        let query = sqlx::query(ENTRIES)
            .bind(member.tenant.0)
            .bind(member.community.0)
            .bind(member.user.0)
            .bind(from.0.seconds())
            .bind(from.1)
            .bind(PAGE);
        let entries: Vec<Entry> = all(query.fetch_all(transaction.connection()?).await, entry_of)?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        from = (last.case.at, last.case.number + 1);
        let over = entries.len() < PAGE as usize;
        let Page { rewritten, settled } = revision.page(&entries);
        let mut states = Vec::with_capacity(rewritten.len());
        for (number, state) in &rewritten {
            let case = entries
                .iter()
                .map(|e| &e.case)
                .find(|case| case.number == *number);
            let mark = case.and_then(|case| mark(case, Some(state)));
            let (tenant, community) = ids(member.home());
            states.push((
                tenant,
                community,
                *number,
                json(state)?,
                mark.map(|mark| mark.era),
                mark.map(|mark| mark.clock),
                mark.map(|mark| mark.sum.units()),
            ));
        }
        rows(transaction, REWRITE, &states).await?;
        if over || settled {
            return Ok(());
        }
    }
}

async fn close(
    transaction: &mut Transaction,
    order: &VoidOrder,
    member: MemberKey,
    closing: Closing,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let home = member.home();
    let mut voided = Vec::with_capacity(closing.voided.len());
    for (number, how) in &closing.voided {
        voided.push(text(home, *number, json(how)?));
    }
    rows(transaction, VOID, &voided).await?;
    let mut started = Vec::with_capacity(closing.started.len());
    for sanction in closing.started.iter().chain(&closing.shortened) {
        started.push(text(home, sanction.case, json(sanction)?));
    }
    rows(transaction, RESTART, &started).await?;
    let (tenant, community) = ids(home);
    let reduced: Vec<_> = closing
        .reduced
        .iter()
        .map(|(number, points)| (tenant, community, *number, points.units()))
        .collect();
    rows(transaction, REDUCE, &reduced).await?;
    if let Some((number, reduction)) = &closing.reduction {
        rows(
            transaction,
            NOTE_REDUCTION,
            &[text(home, *number, json(reduction)?)],
        )
        .await?;
    }

    let mut writes = Writes::default();
    if let Some(entry) = closing.added {
        writes.successor(member, entry);
    }
    for (id, at) in closing.ended {
        let end = EndedRow {
            how: Ending::Voided,
            at,
            by: None,
        };
        writes.end(home, id, end);
    }
    for sanction in closing.started {
        writes.start(member, sanction);
    }
    for sanction in &closing.moved {
        writes.move_end(member, sanction);
    }
    let left = MemberWrite {
        state: closing.member,
        recent: closing.recent,
    };
    writes.members.insert(member, left);
    writes.append(order.tenant, closing.events);
    if let Some(claim) = &order.claim {
        writes.keep(order.tenant, claim, &closing.answer, now);
    }
    write(transaction, &writes, &Made::nobody(now)).await
}

/// A document for the row of a case.
fn text(home: Home, number: i64, document: String) -> (Id, Id, i64, String) {
    let (tenant, community) = ids(home);
    (tenant, community, number, document)
}
