//! Voiding a case: history from there on is read in pages and replayed, in one transaction that holds the member alone.

use super::claims::kept_under;
use super::errors::{failed, failure};
use super::load::{self, MEMBER};
use super::recall::past_before;
use super::record::{case, case_columns, entry_of, sanction};
use super::row::{Row, all};
use super::write::write;
use super::{Postgres, look, people};
use crate::domain::act::Entry;
use crate::domain::actor::{Acting, Target};
use crate::domain::case::Case;
use crate::domain::member::Member;
use crate::domain::past::Mark;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::Ending;
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Closing, Opening, Page, Place, Reply, Revision, VoidOrder};
use crate::storage::batch::{EndedRow, Home, MemberKey, MemberRow, MemberWrite, Writes, mark};
use crate::storage::codec::json;
use crate::storage::halving::{Failure, MOST_RETRIES};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How many entries are read at a time.
const PAGE: u16 = 500;

const LOCK: &str =
    "SELECT * FROM members WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 FOR UPDATE";
const IN_FORCE: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at FROM communities \
    WHERE tenant_id = $1 AND community_id = $2 FOR SHARE";
const ENTRIES: &str = concat!(
    "SELECT ",
    case_columns!(),
    ", state FROM cases WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 AND (at, number) >= ($4, $5) \
     AND state IS NOT NULL ORDER BY at, number LIMIT $6"
);

/// The lock keeps the number for this transaction; counters are locked after members by everybody.
const LAST_NUMBER: &str = "SELECT tenant_id, community_id, case_seq FROM community_counters WHERE tenant_id = $1 AND community_id = $2 FOR UPDATE";

/// Replaces one column of cases. The community comes with each number, so that each row is found by its whole key.
macro_rules! replace {
    ($column:literal, $type:literal) => {
        concat!(
            "UPDATE cases c SET ",
            $column,
            " = n.new::",
            $type,
            " FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) \
             AS n (tenant_id, community_id, number, new) \
             WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number"
        )
    };
}

const REWRITE: &str = "UPDATE cases c SET state = n.state::json, era = n.era, clock = n.clock, sum = n.sum \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[]) \
    AS n (tenant_id, community_id, number, state, era, clock, sum) \
    WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number";
const VOID: &str = replace!("voided", "json");
const RESTART: &str = replace!("started", "json");
const REDUCE: &str = replace!("points", "bigint");
const NOTE_REDUCTION: &str = replace!("reduced", "json");

pub(super) const STATEMENTS: &[&str] = &[
    LOCK,
    IN_FORCE,
    LAST_NUMBER,
    ENTRIES,
    REWRITE,
    VOID,
    RESTART,
    REDUCE,
    NOTE_REDUCTION,
];

/// Makes a new revision for each try.
type Start<'a> = &'a (dyn Fn() -> Box<dyn Revision> + Send + Sync);

/// Voids a case; again, when it lost against another transaction.
pub(super) async fn void(store: &Postgres, order: &VoidOrder, start: Start<'_>) -> Result<Reply, StoreError> {
    for _ in 0..=MOST_RETRIES {
        match once(store, order, start).await.map_err(failure) {
            Err(Failure::Lost(_)) => {}
            other => return other.map_err(Failure::into_error),
        }
    }
    Err(StoreError::Busy)
}

async fn once(store: &Postgres, order: &VoidOrder, start: Start<'_>) -> Result<Reply, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let reply = within(store, &mut transaction, order, start).await?;
    if matches!(reply, Reply::Done(_)) {
        transaction.commit().await.map_err(failed)?;
    }
    // One that is refused, or was done before, writes nothing.
    Ok(reply)
}

async fn within(
    store: &Postgres,
    connection: &mut PgConnection,
    order: &VoidOrder,
    start: Start<'_>,
) -> Result<Reply, StoreError> {
    let home = (order.tenant, order.community);
    if super::directory::archived(&mut *connection, order.tenant, order.community).await? {
        return Ok(Reply::Refused(Refusal::Archived));
    }
    let user = case(&mut *connection, home, order.number).await?.user;
    let now = store.pool.now(connection).await?;
    // Whoever acts is found or made before the member is locked; the case is read again once they are.
    let acting = people::acting(connection, order.tenant, Some(order.community), &order.actor, now).await?;
    let member = MemberKey {
        tenant: order.tenant,
        community: order.community,
        user,
    };
    let row = lock(connection, member).await?;
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(&mut *connection, order.tenant, claim).await?
    {
        return Ok(kept.reply(&claim.fingerprint));
    }
    let case = case(&mut *connection, home, order.number).await?;
    let first = (case.at, case.number);
    let opening = opening(store, connection, member, (case, row, acting), order.replaces).await?;
    let mut revision = start();
    if let Err(refusal) = revision.open(opening) {
        return Ok(Reply::Refused(refusal));
    }
    replay(connection, member, first, revision.as_mut()).await?;
    let closing = revision.close();
    let answer = closing.answer.clone();
    close(connection, order, member, closing, now).await?;
    Ok(Reply::Done(answer))
}

async fn lock(connection: &mut PgConnection, member: MemberKey) -> Result<MemberRow, StoreError> {
    let row = sqlx::query(LOCK)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.as_ref().map_or_else(
        || Ok(MemberRow::default()),
        |row| Row::of(row, "members", MEMBER).member(),
    )
}

async fn opening(
    store: &Postgres,
    connection: &mut PgConnection,
    member: MemberKey,
    (case, row, acting): (Case, MemberRow, Acting),
    replaces: bool,
) -> Result<Opening, StoreError> {
    let held = sqlx::query(IN_FORCE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let held = Row::of(&held, "communities", &["tenant_id", "community_id"]).held()?;
    let timeline = load::timeline(&mut *connection, &store.timelines, member.home(), held).await?;
    let vacancy = if replaces {
        Some(vacancy(&mut *connection, member.home(), &case).await?)
    } else {
        None
    };
    let place = (case.at, case.number);
    let before = look::state_before(&mut *connection, member, place.0, place.1).await?;
    Ok(Opening {
        past: past_before(&mut *connection, member, &timeline, &before, place).await?,
        now: store.pool.now(connection).await?,
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

/// The place of a case for another one.
async fn vacancy(connection: &mut PgConnection, home: Home, case: &Case) -> Result<Place, StoreError> {
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
    connection: &mut PgConnection,
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
            .bind(i64::from(PAGE));
        let entries: Vec<Entry> = all(query.fetch_all(&mut *connection).await, entry_of)?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        from = (last.case.at, last.case.number + 1);
        let over = entries.len() < usize::from(PAGE);
        let Page { rewritten, settled } = revision.page(&entries);
        rewrite(connection, member.home(), &entries, &rewritten).await?;
        if over || settled {
            return Ok(());
        }
    }
}

/// Writes the states that come out differently.
async fn rewrite(
    connection: &mut PgConnection,
    (tenant, community): Home,
    entries: &[Entry],
    rewritten: &[(i64, Member)],
) -> Result<(), StoreError> {
    if rewritten.is_empty() {
        return Ok(());
    }
    let (mut numbers, mut states, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for (number, state) in rewritten {
        let case = entries
            .iter()
            .map(|e| &e.case)
            .find(|case| case.number == *number);
        numbers.push(*number);
        states.push(json(state)?);
        marks.push(case.and_then(|case| mark(case, Some(state))));
    }
    let column = |read: fn(Mark) -> i64| marks.iter().map(|mark| mark.map(read)).collect::<Vec<_>>();
    sqlx::query(REWRITE)
        .bind(vec![tenant.0; numbers.len()])
        .bind(vec![community.0; numbers.len()])
        .bind(numbers)
        .bind(states)
        .bind(
            marks
                .iter()
                .map(|mark| mark.map(|mark| mark.era))
                .collect::<Vec<_>>(),
        )
        .bind(column(|mark| mark.clock))
        .bind(column(|mark| mark.sum.units()))
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn close(
    connection: &mut PgConnection,
    order: &VoidOrder,
    member: MemberKey,
    closing: Closing,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let home = member.home();
    let mut voided = Vec::with_capacity(closing.voided.len());
    for (number, how) in &closing.voided {
        voided.push((*number, json(how)?));
    }
    replace(connection, VOID, home, voided).await?;
    let mut started = Vec::with_capacity(closing.started.len());
    for sanction in closing.started.iter().chain(&closing.shortened) {
        started.push((sanction.case, json(sanction)?));
    }
    replace(connection, RESTART, home, started).await?;
    let reduced = closing.reduced.iter();
    let reduced = reduced.map(|(number, points)| (*number, points.units().to_string()));
    replace(connection, REDUCE, home, reduced.collect()).await?;
    if let Some((number, reduction)) = &closing.reduction {
        replace(
            connection,
            NOTE_REDUCTION,
            home,
            vec![(*number, json(reduction)?)],
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
    write(connection, &writes).await
}

async fn replace(
    connection: &mut PgConnection,
    statement: &'static str,
    (tenant, community): Home,
    documents: Vec<(i64, String)>,
) -> Result<(), StoreError> {
    if documents.is_empty() {
        return Ok(());
    }
    let (numbers, documents): (Vec<i64>, Vec<String>) = documents.into_iter().unzip();
    sqlx::query(statement)
        .bind(vec![tenant.0; numbers.len()])
        .bind(vec![community.0; numbers.len()])
        .bind(numbers)
        .bind(documents)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
