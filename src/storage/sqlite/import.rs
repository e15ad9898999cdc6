//! An import: one transaction, a few statements for each batch of members.

use super::Sqlite;
use super::claims::kept_under;
use super::directory::{all, community_exists};
use super::errors::failed;
use super::load::load;
use super::lowerings;
use super::pool::Transaction;
use super::record::{case_columns, entry_of};
use super::rows::Id;
use super::write::{Made, rows, write};
use crate::domain::act::Entry;
use crate::domain::id::UserId;
use crate::ports::error::StoreError;
use crate::ports::history::{ImportOrder, Imported, Scribe};
use crate::ports::ledger::Reply;
use crate::storage::batch::{Asked, Home, Loaded, mark};
use crate::storage::codec::{ending_name, json, json_opt};
use crate::storage::import::{Chunk, Plan, Sought};
use std::collections::{BTreeSet, HashSet};

/// How many rows a statement takes at a time.
const ROWS: usize = 5_000;

const THERE: &str = "SELECT j.value->>0 AS line FROM json_each(?3) j CROSS JOIN case_origins o WHERE o.tenant_id = ?1 \
    AND o.community_id = ?2 AND o.source = j.value->>1 AND o.external_id = j.value->>2";
const HISTORY: &str = concat!(
    "SELECT ",
    case_columns!(),
    ", 0 AS lowered FROM json_each(?3) j CROSS JOIN cases c INDEXED BY cases_of_member WHERE c.tenant_id = ?1 AND c.community_id = ?2 \
     AND c.user_id = unhex(j.value) AND c.state IS NOT NULL ORDER BY c.user_id, c.at, c.number"
);
const ORIGINS: &str = "INSERT INTO case_origins (tenant_id, community_id, source, external_id, number) \
    SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4 FROM json_each(?1)";
const REDO: &str = "UPDATE cases SET doc = j.value->>3, started = j.value->>4, state = j.value->>5, era = j.value->>6, \
    clock = j.value->>7, sum = j.value->>8 FROM json_each(?1) j WHERE cases.tenant_id = unhex(j.value->>0) \
    AND cases.community_id = unhex(j.value->>1) AND cases.number = j.value->>2";
const ENDS: &str = "UPDATE sanctions SET ends_at = j.value->>3, version = j.value->>4, ended_how = j.value->>5, \
    ended_at = j.value->>6, ended_by = j.value->>7 FROM json_each(?1) j WHERE sanctions.tenant_id = unhex(j.value->>0) \
    AND sanctions.community_id = unhex(j.value->>1) AND sanctions.sanction_id = unhex(j.value->>2)";
const NAMES: &str = "UPDATE users SET name = j.value->>2 FROM json_each(?1) j WHERE users.tenant_id = unhex(j.value->>0) \
    AND users.user_id = unhex(j.value->>1) AND users.name IS NULL";

pub(super) const STATEMENTS: &[&str] = &[THERE, HISTORY, ORIGINS, REDO, ENDS, NAMES];

/// Imports acts.
pub(super) async fn import(
    store: &Sqlite,
    order: &ImportOrder,
    scribe: &dyn Scribe,
) -> Result<Imported, StoreError> {
    let mut transaction = store.pool.begin().await?;
    match within(store, &mut transaction, order, scribe).await {
        Ok(Imported::Done(answer)) if !order.dry_run => {
            transaction.commit().await?;
            Ok(Imported::Done(answer))
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
    order: &ImportOrder,
    scribe: &dyn Scribe,
) -> Result<Imported, StoreError> {
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(transaction, order.tenant, claim).await?
    {
        return Ok(match kept.reply(&claim.fingerprint) {
            Reply::Replayed(answer) => Imported::Replayed(answer),
            _ => Imported::KeyReused,
        });
    }
    community_exists(transaction.connection()?, order.tenant, order.community).await?;
    let home = (order.tenant, order.community);
    let now = store.now();
    let mut loaded = Loaded::at(now);
    let Sought { members, actors } = Sought::of(order);
    let asked = Asked {
        members,
        actors,
        homes: [home].into(),
    };
    let named = load(transaction, &asked, &[], &store.timelines, &mut loaded).await?;
    if let Some(refusal) = loaded.closed(home) {
        return Ok(Imported::Closed(refusal));
    }
    let there = there(transaction, home, order).await?;
    let mut plan = Plan::new(order, scribe, loaded, &there)?;
    plan.refuse_merged(&super::seams::sewn(transaction.connection()?, home).await?);
    let mut made = Made {
        named,
        members: BTreeSet::new(),
        now,
    };
    // While a chunk is being written, the next one is worked out. Members of two chunks have nothing in common.
    let mut ready = Chunk::default();
    while let Some(batch) = plan.next() {
        let history = history(transaction, home, &batch.known).await?;
        let kept = keep(transaction, home, &ready, &mut made);
        let (_, next) = tokio::try_join!(kept, async { plan.rebuild(batch, history) })?;
        ready = next;
    }
    keep(transaction, home, &ready, &mut made).await?;
    if let Some(bad) = plan.bad() {
        return Ok(Imported::Refused(bad));
    }
    let names: Vec<_> = plan
        .names()
        .into_iter()
        .map(|(user, name)| (Id(home.0.0), Id(user.0), name))
        .collect();
    for names in names.chunks(ROWS) {
        rows(transaction, NAMES, names).await?;
    }
    let (writes, answer) = plan.finish();
    write(transaction, &writes, &made).await?;
    Ok(Imported::Done(answer))
}

/// The lines whose record is there.
async fn there(
    transaction: &mut Transaction,
    home: Home,
    order: &ImportOrder,
) -> Result<HashSet<u64>, StoreError> {
    let mut there = HashSet::new();
    for acts in order.acts.chunks(ROWS) {
        let sought: Vec<_> = acts
            .iter()
            .map(|act| {
                (
                    act.line,
                    act.said.origin.source.as_str(),
                    &act.said.origin.external_id,
                )
            })
            .collect();
        let found: Vec<i64> = sqlx::query_scalar(THERE)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(json(&sought)?)
            .fetch_all(transaction.connection()?)
            .await
            .map_err(failed)?;
        there.extend(found.into_iter().filter_map(|line| u64::try_from(line).ok()));
    }
    Ok(there)
}

/// All that these members have in the ledger.
async fn history(
    transaction: &mut Transaction,
    home: Home,
    users: &[UserId],
) -> Result<Vec<Entry>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    // States that are there are written anew.
    lowerings::settle(transaction.connection()?, home, users).await?;
    let users: Vec<Id> = users.iter().map(|user| Id(user.0)).collect();
    let query = sqlx::query(HISTORY)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(json(&users)?);
    all(query.fetch_all(transaction.connection()?).await, entry_of)
}

/// Writes what a batch comes to.
async fn keep(
    transaction: &mut Transaction,
    home: Home,
    chunk: &Chunk,
    made: &mut Made<'_>,
) -> Result<(), StoreError> {
    if chunk.writes.members.is_empty() {
        return Ok(());
    }
    write(transaction, &chunk.writes, made).await?;
    // Nobody is made twice.
    *made = Made::nobody(made.now);
    let (tenant, community) = super::rows::ids(home);
    origins(transaction, home, &chunk.origins).await?;
    let mut redone = Vec::with_capacity(chunk.redone.len());
    for one in &chunk.redone {
        let Entry { case, after } = &one.entry;
        let mark = mark(case, after.as_ref());
        redone.push((
            tenant,
            community,
            case.number,
            json(case)?,
            json_opt(case.started.as_ref())?,
            json_opt(after.as_ref())?,
            mark.map(|mark| mark.era),
            mark.map(|mark| mark.clock),
            mark.map(|mark| mark.sum.units()),
        ));
    }
    rows(transaction, REDO, &redone).await?;
    let ends: Vec<_> = chunk
        .ends
        .iter()
        .map(|(sanction, end)| {
            let own = sanction.end.map(|end| end.seconds());
            let how = ending_name(end.how);
            (
                tenant,
                community,
                Id(sanction.id.0),
                own,
                sanction.version,
                how,
                end.at.seconds(),
                end.by,
            )
        })
        .collect();
    rows(transaction, ENDS, &ends).await
}

/// Records where cases came from.
pub(super) async fn origins(
    transaction: &mut Transaction,
    home: Home,
    origins: &[(String, String, i64)],
) -> Result<(), StoreError> {
    let (tenant, community) = super::rows::ids(home);
    let origins: Vec<_> = origins
        .iter()
        .map(|(source, id, number)| (tenant, community, source, id, number))
        .collect();
    rows(transaction, ORIGINS, &origins).await
}
