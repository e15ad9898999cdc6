//! An import: one transaction, a few statements for each batch of members.

use super::Postgres;
use super::claims::kept_under;
use super::directory::community_exists;
use super::errors::{failed, failure};
use super::load::load;
use super::lowerings;
use super::record::{case_columns, entry_of};
use super::row::all;
use super::write::write;
use crate::domain::act::Entry;
use crate::domain::id::UserId;
use crate::domain::past::Mark;
use crate::ports::error::StoreError;
use crate::ports::history::{ImportOrder, Imported, Scribe};
use crate::ports::ledger::Reply;
use crate::storage::batch::{Asked, Home, Loaded, mark};
use crate::storage::codec::{ending_name, json, json_opt};
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::import::{Chunk, Plan, Redone, Sought};
use chrono::DateTime;
use sqlx::PgConnection;
use std::collections::HashSet;
use uuid::Uuid;

/// How many rows a statement takes at a time.
const ROWS: usize = 5_000;

const THERE: &str = "SELECT n.line \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[]) \
    AS n (tenant_id, community_id, line, source, external_id) JOIN case_origins o ON o.tenant_id = n.tenant_id \
    AND o.community_id = n.community_id AND o.source = n.source AND o.external_id = n.external_id";
const HISTORY: &str = concat!(
    "SELECT ",
    case_columns!(),
    ", state, 0::bigint AS lowered FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[]) AS n (owner, home, who) \
     JOIN cases c ON c.tenant_id = n.owner AND c.community_id = n.home AND c.user_id = n.who AND c.state IS NOT NULL ORDER BY c.user_id, c.at, c.number"
);
const ORIGINS: &str = "INSERT INTO case_origins (tenant_id, community_id, source, external_id, number) \
    SELECT $1, $2, n.source, n.external_id, n.number \
    FROM UNNEST($3::text[], $4::text[], $5::bigint[]) AS n (source, external_id, number)";
const REDO: &str = "UPDATE cases c SET doc = n.doc::json, started = n.started::json, state = n.state::json, era = n.era, \
    clock = n.clock, sum = n.sum \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bigint[], $9::bigint[]) \
    AS n (tenant_id, community_id, number, doc, started, state, era, clock, sum) \
    WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number";
const ENDS: &str = "UPDATE sanctions s SET ends_at = n.ends_at, version = n.version, ended_how = n.how, ended_at = n.at, \
    ended_by = n.by FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::integer[], $6::text[], $7::bigint[], $8::bigint[]) \
    AS n (tenant_id, community_id, sanction_id, ends_at, version, how, at, by) \
    WHERE s.tenant_id = n.tenant_id AND s.community_id = n.community_id AND s.sanction_id = n.sanction_id";
const NAMES: &str = "UPDATE users u SET name = n.name FROM UNNEST($1::uuid[], $2::uuid[], $3::text[]) AS n (tenant_id, user_id, name) \
    WHERE u.tenant_id = n.tenant_id AND u.user_id = n.user_id AND u.name IS NULL";

pub(super) const STATEMENTS: &[&str] = &[THERE, HISTORY, ORIGINS, REDO, ENDS, NAMES];

/// Imports acts; again, when it lost against another transaction.
pub(super) async fn import(
    store: &Postgres,
    order: &ImportOrder,
    scribe: &dyn Scribe,
) -> Result<Imported, StoreError> {
    for _ in 0..=MOST_RETRIES {
        match once(store, order, scribe).await.map_err(failure) {
            Err(Failure::Lost(_)) => {}
            other => return other.map_err(Failure::into_error),
        }
    }
    Err(StoreError::Busy)
}

async fn once(store: &Postgres, order: &ImportOrder, scribe: &dyn Scribe) -> Result<Imported, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let imported = within(store, &mut transaction, order, scribe).await?;
    if matches!(imported, Imported::Done(_)) && !order.dry_run {
        transaction.commit().await.map_err(failed)?;
    }
    // What was refused, or tried out, or done before, writes nothing.
    Ok(imported)
}

async fn within(
    store: &Postgres,
    connection: &mut PgConnection,
    order: &ImportOrder,
    scribe: &dyn Scribe,
) -> Result<Imported, StoreError> {
    community_exists(&mut *connection, order.tenant, order.community).await?;
    let home = (order.tenant, order.community);
    let mut loaded = Loaded::at(DateTime::UNIX_EPOCH);
    let Sought { members, actors } = Sought::of(order);
    let asked = Asked {
        members,
        actors,
        homes: [home].into(),
    };
    load(
        &mut *connection,
        &store.pool,
        &store.timelines,
        &asked,
        &mut loaded,
    )
    .await?;
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(&mut *connection, order.tenant, claim).await?
    {
        return Ok(match kept.reply(&claim.fingerprint) {
            Reply::Replayed(answer) => Imported::Replayed(answer),
            _ => Imported::KeyReused,
        });
    }
    if let Some(refusal) = loaded.closed(home) {
        return Ok(Imported::Closed(refusal));
    }
    let there = there(&mut *connection, home, order).await?;
    let mut plan = Plan::new(order, scribe, loaded, &there)?;
    plan.refuse_merged(&super::seams::sewn(&mut *connection, home).await?);
    // While a chunk is being written, the next one is worked out. Members of two chunks have nothing in common.
    let mut ready = Chunk::default();
    while let Some(batch) = plan.next() {
        let history = history(&mut *connection, home, &batch.known).await?;
        let kept = keep(&mut *connection, home, &ready);
        let (_, next) = tokio::try_join!(kept, async { plan.rebuild(batch, history) })?;
        ready = next;
    }
    keep(&mut *connection, home, &ready).await?;
    if let Some(bad) = plan.bad() {
        return Ok(Imported::Refused(bad));
    }
    let (users, names): (Vec<Uuid>, Vec<&str>) = plan
        .names()
        .into_iter()
        .map(|(user, name)| (user.0, name))
        .unzip();
    for (users, names) in users.chunks(ROWS).zip(names.chunks(ROWS)) {
        let query = sqlx::query(NAMES)
            .bind(vec![home.0.0; users.len()])
            .bind(users)
            .bind(names);
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    let (writes, answer) = plan.finish();
    write(connection, &writes).await?;
    Ok(Imported::Done(answer))
}

/// The lines whose record is there.
async fn there(
    connection: &mut PgConnection,
    home: Home,
    order: &ImportOrder,
) -> Result<HashSet<u64>, StoreError> {
    let mut there = HashSet::new();
    for acts in order.acts.chunks(ROWS) {
        let lines: Vec<i64> = acts
            .iter()
            .map(|act| i64::try_from(act.line).unwrap_or(i64::MAX))
            .collect();
        let sources: Vec<&str> = acts.iter().map(|act| act.said.origin.source.as_str()).collect();
        let ids: Vec<&str> = acts
            .iter()
            .map(|act| act.said.origin.external_id.as_str())
            .collect();
        let found: Vec<i64> = sqlx::query_scalar(THERE)
            .bind(vec![home.0.0; acts.len()])
            .bind(vec![home.1.0; acts.len()])
            .bind(lines)
            .bind(sources)
            .bind(ids)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        there.extend(found.into_iter().filter_map(|line| u64::try_from(line).ok()));
    }
    Ok(there)
}

/// All that these members have in the ledger.
async fn history(
    connection: &mut PgConnection,
    home: Home,
    users: &[UserId],
) -> Result<Vec<Entry>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    // States that are there are written anew.
    lowerings::settle(&mut *connection, home, users).await?;
    let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let query = sqlx::query(HISTORY)
        .bind(vec![home.0.0; users.len()])
        .bind(vec![home.1.0; users.len()])
        .bind(users);
    all(query.fetch_all(connection).await, entry_of)
}

/// Writes what a batch comes to.
async fn keep(connection: &mut PgConnection, home: Home, chunk: &Chunk) -> Result<(), StoreError> {
    if chunk.writes.members.is_empty() {
        return Ok(());
    }
    write(&mut *connection, &chunk.writes).await?;
    origins(&mut *connection, home, &chunk.origins).await?;
    redo(&mut *connection, home, &chunk.redone).await?;
    let ends = &chunk.ends;
    if ends.is_empty() {
        return Ok(());
    }
    sqlx::query(ENDS)
        .bind(vec![home.0.0; ends.len()])
        .bind(vec![home.1.0; ends.len()])
        .bind(ends.iter().map(|(s, _)| s.id.0).collect::<Vec<_>>())
        .bind(
            ends.iter()
                .map(|(s, _)| s.end.map(|end| end.seconds()))
                .collect::<Vec<_>>(),
        )
        .bind(ends.iter().map(|(s, _)| s.version).collect::<Vec<_>>())
        .bind(
            ends.iter()
                .map(|(_, end)| ending_name(end.how))
                .collect::<Vec<_>>(),
        )
        .bind(ends.iter().map(|(_, end)| end.at.seconds()).collect::<Vec<_>>())
        .bind(ends.iter().map(|(_, end)| end.by).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Records cases that were there otherwise.
async fn redo(connection: &mut PgConnection, home: Home, redone: &[Redone]) -> Result<(), StoreError> {
    if redone.is_empty() {
        return Ok(());
    }
    let entries = || redone.iter().map(|one| &one.entry);
    let marks: Vec<Option<Mark>> = entries().map(|e| mark(&e.case, e.after.as_ref())).collect();
    let docs: Vec<String> = entries().map(|e| json(&e.case)).collect::<Result<_, _>>()?;
    let started: Vec<_> = entries()
        .map(|e| json_opt(e.case.started.as_ref()))
        .collect::<Result<_, _>>()?;
    let states: Vec<_> = entries()
        .map(|e| json_opt(e.after.as_ref()))
        .collect::<Result<_, _>>()?;
    sqlx::query(REDO)
        .bind(vec![home.0.0; redone.len()])
        .bind(vec![home.1.0; redone.len()])
        .bind(entries().map(|e| e.case.number).collect::<Vec<_>>())
        .bind(docs)
        .bind(started)
        .bind(states)
        .bind(marks.iter().map(|m| m.map(|m| m.era)).collect::<Vec<_>>())
        .bind(marks.iter().map(|m| m.map(|m| m.clock)).collect::<Vec<_>>())
        .bind(marks.iter().map(|m| m.map(|m| m.sum.units())).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Records where cases came from.
pub(super) async fn origins(
    connection: &mut PgConnection,
    home: Home,
    origins: &[(String, String, i64)],
) -> Result<(), StoreError> {
    if origins.is_empty() {
        return Ok(());
    }
    sqlx::query(ORIGINS)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(origins.iter().map(|o| o.0.as_str()).collect::<Vec<_>>())
        .bind(origins.iter().map(|o| o.1.as_str()).collect::<Vec<_>>())
        .bind(origins.iter().map(|o| o.2).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
