//! A restore: a community with all its rows in one transaction.

use super::Sqlite;
use super::archived::tenant_closed;
use super::claims::kept_under;
use super::directory::{community, tenant};
use super::errors::failed;
use super::here::here;
use super::holds;
use super::import::origins;
use super::pool::Transaction;
use super::row::micros;
use super::rows::{Id, ids};
use super::seams::{note, sew};
use super::write::{Made, rows, write};
use crate::domain::language::Language;
use crate::ports::answer::Answer;
use crate::ports::error::StoreError;
use crate::ports::history::{Imported, RestoreOrder, Restored};
use crate::ports::ledger::Reply;
use crate::storage::batch::Writes;
use crate::storage::codec::{json, json_opt};
use crate::storage::restore::Rows;
use serde::Serialize;

/// How many rows a statement takes at a time.
const ROWS: usize = 2_000;

const COMMUNITY: &str = "INSERT INTO communities (tenant_id, community_id, name, created_at, policy_version, \
    scheduled_version, scheduled_at, language, colour) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const COUNTER: &str =
    "INSERT INTO community_counters (tenant_id, community_id, case_seq) VALUES (?1, ?2, ?3)";
const POLICIES: &str = "INSERT INTO policies (tenant_id, community_id, version, activated_at, doc, created_at, by_actor, \
    comment, withdrawn_at) SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6, \
    value->>7, value->>8 \
    FROM json_each(?1)";
const USERS: &str = "INSERT INTO users (tenant_id, user_id, name, created_at, merged_into, language) \
    SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, unhex(value->>4), value->>5 FROM json_each(?1)";
const IDENTITIES: &str = "INSERT INTO identities (tenant_id, platform, native_id, user_id, created_at, brought_by) \
    SELECT unhex(value->>0), value->>1, value->>2, unhex(value->>3), value->>4, unhex(value->>5) FROM json_each(?1)";
const MEMBERS: &str = "INSERT INTO members (tenant_id, community_id, user_id, rank, level, protected, bot, state, recent, \
    regrouped) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, value->>4, value->>5, value->>6, value->>7, \
    value->>8, value->>9 FROM json_each(?1)";
const AMEND: &str = "UPDATE cases SET revision = j.value->>3, voided = j.value->>4, reduced = j.value->>5 \
    FROM json_each(?1) j WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const REASONS: &str = "INSERT INTO case_revisions (tenant_id, community_id, number, revision, reason, replaced_by, \
    replaced_at) SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6 \
    FROM json_each(?1)";

pub(super) const STATEMENTS: &[&str] = &[
    COMMUNITY, COUNTER, POLICIES, USERS, IDENTITIES, MEMBERS, AMEND, REASONS,
];

/// Makes a community of an export.
pub(super) async fn restore(
    store: &Sqlite,
    order: &RestoreOrder,
    render: Restored<'_>,
) -> Result<Imported, StoreError> {
    let mut transaction = store.pool.begin().await?;
    match within(store, &mut transaction, order, render).await {
        Ok(Imported::Done(answer)) => {
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
    order: &RestoreOrder,
    render: Restored<'_>,
) -> Result<Imported, StoreError> {
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(transaction, order.tenant, claim).await?
    {
        return Ok(match kept.reply(&claim.fingerprint) {
            Reply::Replayed(answer) => Imported::Replayed(answer),
            _ => Imported::KeyReused,
        });
    }
    tenant(transaction.connection()?, order.tenant).await?;
    if let Some(refusal) = tenant_closed(transaction.connection()?, order.tenant).await? {
        return Ok(Imported::Closed(refusal));
    }
    let here = here(transaction, order).await?;
    let made = match Rows::of(order, &here) {
        Ok(made) => made,
        Err(bad) => return Ok(Imported::Refused(bad)),
    };
    let now = store.now();
    directory(transaction, order, &made).await?;
    people(transaction, order, &made, micros(now)).await?;
    let nobody = Made::nobody(now);
    for writes in &made.writes {
        write(transaction, writes, &nobody).await?;
        holds::write(transaction, writes).await?;
    }
    for seam in &made.seams {
        sew(transaction.connection()?, (order.tenant, order.community), seam).await?;
    }
    cases(transaction, order, &made).await?;
    let community = community(transaction.connection()?, order.tenant, order.community, now).await?;
    let rendered = render(&community, now);
    let mut writes = Writes::default();
    writes.append(order.tenant, rendered.events);
    let answer: Answer = rendered.answer;
    if let Some(claim) = &order.claim {
        writes.keep(order.tenant, claim, &answer, now);
    }
    write(transaction, &writes, &nobody).await?;
    Ok(Imported::Done(answer))
}

/// Gives rows to a statement, so many at a time.
async fn insert<T: Serialize>(
    transaction: &mut Transaction,
    statement: &'static str,
    all: &[T],
) -> Result<(), StoreError> {
    for some in all.chunks(ROWS) {
        rows(transaction, statement, some).await?;
    }
    Ok(())
}

/// The community and its policies.
async fn directory(
    transaction: &mut Transaction,
    order: &RestoreOrder,
    made: &Rows<'_>,
) -> Result<(), StoreError> {
    let (tenant, community) = ids((order.tenant, order.community));
    if let Some(head) = made.head {
        sqlx::query(COMMUNITY)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(head.name)
            .bind(micros(head.created_at))
            .bind(head.policy_version)
            .bind(made.scheduled().map(|(version, _)| version))
            .bind(made.scheduled().map(|(_, at)| at.seconds()))
            .bind(head.looks.language.map(Language::code))
            .bind(head.looks.colour.map(String::from))
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
        sqlx::query(COUNTER)
            .bind(order.tenant.0)
            .bind(order.community.0)
            .bind(head.last_case)
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
    }
    let mut policies = Vec::with_capacity(made.policies.len());
    for policy in &made.policies {
        let (activated, created) = (policy.activated_at.seconds(), micros(policy.created_at));
        let (doc, by) = (json(policy.policy)?, json(&policy.by)?);
        policies.push((
            tenant,
            community,
            policy.version,
            activated,
            doc,
            created,
            by,
            policy.comment,
            policy.withdrawn_at.map(micros),
        ));
    }
    insert(transaction, POLICIES, &policies).await?;
    Ok(())
}

/// People who are new here, and members.
async fn people(
    transaction: &mut Transaction,
    order: &RestoreOrder,
    made: &Rows<'_>,
    now: i64,
) -> Result<(), StoreError> {
    let (tenant, community) = ids((order.tenant, order.community));
    let users: Vec<_> = made
        .users
        .iter()
        .map(|user| {
            let merged_into = user.merged_into.map(|into| Id(into.0));
            (
                tenant,
                Id(user.id.0),
                user.name,
                micros(user.created_at),
                merged_into,
                user.language.map(Language::code),
            )
        })
        .collect();
    insert(transaction, USERS, &users).await?;
    let identities: Vec<_> = made
        .identities
        .iter()
        .map(|new| {
            (
                tenant,
                new.identity.platform.as_str(),
                new.identity.id.as_str(),
                Id(new.user.0),
                now,
                new.brought_by.map(|by| Id(by.0)),
            )
        })
        .collect();
    insert(transaction, IDENTITIES, &identities).await?;
    for merge in &made.merges {
        note(transaction.connection()?, order.tenant, merge).await?;
    }
    let mut members = Vec::with_capacity(made.members.len());
    for (user, row) in &made.members {
        let (rank, level) = (row.authority.rank.name(), row.authority.level);
        let flags = (i64::from(row.protected), i64::from(row.bot));
        let (state, recent) = (json(&row.state)?, json(&row.recent)?);
        members.push((
            tenant,
            community,
            Id(user.0),
            rank,
            level,
            flags.0,
            flags.1,
            state,
            recent,
            i64::from(made.regrouped.contains(user)),
        ));
    }
    insert(transaction, MEMBERS, &members).await
}

/// What cases have besides their own rows.
async fn cases(
    transaction: &mut Transaction,
    order: &RestoreOrder,
    made: &Rows<'_>,
) -> Result<(), StoreError> {
    let home = (order.tenant, order.community);
    let (tenant, community) = ids(home);
    let mut amended = Vec::with_capacity(made.amended.len());
    for case in &made.amended {
        let (voided, reduced) = (json_opt(case.voided.as_ref())?, json_opt(case.reduced.as_ref())?);
        amended.push((tenant, community, case.number, case.revision, voided, reduced));
    }
    insert(transaction, AMEND, &amended).await?;
    let mut reasons = Vec::with_capacity(made.reasons.len());
    for (number, revision) in &made.reasons {
        let (by, at) = (json(&revision.replaced_by)?, micros(revision.replaced_at));
        reasons.push((
            tenant,
            community,
            number,
            revision.revision,
            &revision.reason,
            by,
            at,
        ));
    }
    insert(transaction, REASONS, &reasons).await?;
    for some in made.origins.chunks(ROWS) {
        origins(transaction, home, some).await?;
    }
    Ok(())
}
