//! Writing what a batch, a void or a change comes to: one statement a table, however many rows.

use super::errors::failed;
use super::load::Named;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::{Hex, Id, ids};
use crate::domain::id::{TenantId, UserId};
use crate::domain::member::Member;
use crate::ports::error::StoreError;
use crate::storage::batch::{EndedRow, MemberKey, Writes};
use crate::storage::codec::{ending_name, json, json_opt};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

const USERS: &str = "INSERT INTO users (tenant_id, user_id, created_at) \
    SELECT unhex(value->>0), unhex(value->>1), ?2 FROM json_each(?1)";
const IDENTITIES: &str = "INSERT INTO identities (tenant_id, platform, native_id, user_id, created_at) \
    SELECT unhex(value->>0), value->>1, value->>2, unhex(value->>3), ?2 FROM json_each(?1)";
const MEMBERS: &str = "INSERT INTO members (tenant_id, community_id, user_id, state, recent) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, value->>4 FROM json_each(?1) \
    WHERE true ON CONFLICT DO UPDATE SET state = excluded.state, recent = excluded.recent";
const CASES: &str = "INSERT INTO cases (tenant_id, community_id, number, user_id, kind, actor, at, points, \
    recorded_at, doc, reason, revision, started, voided, state) SELECT unhex(value->>0), unhex(value->>1), \
    value->>2, unhex(value->>3), value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, value->>10, \
    value->>11, value->>12, value->>13, value->>14 FROM json_each(?1)";
const SANCTIONS: &str = "INSERT INTO sanctions (tenant_id, community_id, sanction_id, user_id, case_number, kind, \
    starts_at, ends_at, version, ended_how, ended_at, ended_by) SELECT unhex(value->>0), unhex(value->>1), \
    unhex(value->>2), unhex(value->>3), value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, \
    value->>10, value->>11 FROM json_each(?1)";
const ENDED: &str = "UPDATE sanctions SET ended_how = j.value->>3, ended_at = j.value->>4, ended_by = j.value->>5 \
    FROM json_each(?1) j WHERE sanctions.tenant_id = unhex(j.value->>0) \
    AND sanctions.community_id = unhex(j.value->>1) AND sanctions.sanction_id = unhex(j.value->>2)";
const TIMERS: &str = "INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), unhex(value->>3), value->>4, value->>5 \
    FROM json_each(?1) WHERE true ON CONFLICT DO UPDATE SET sanction_version = excluded.sanction_version, \
    due_at = excluded.due_at, leased_until = NULL";
const GONE_TIMERS: &str = "DELETE FROM timers WHERE (tenant_id, community_id, sanction_id) IN \
    (SELECT t.tenant_id, t.community_id, t.sanction_id FROM json_each(?1) j CROSS JOIN timers t \
     WHERE t.tenant_id = unhex(j.value->>0) AND t.community_id = unhex(j.value->>1) \
     AND t.sanction_id = unhex(j.value->>2) AND t.sanction_version <= j.value->>3)";
const NUMBERS: &str = "UPDATE community_counters SET case_seq = j.value->>2 FROM json_each(?1) j \
    WHERE community_counters.tenant_id = unhex(j.value->>0) AND community_counters.community_id = unhex(j.value->>1)";
const POSITIONS: &str = "UPDATE tenants SET event_seq = event_seq + (j.value->>1) FROM json_each(?1) j \
    WHERE tenants.tenant_id = unhex(j.value->>0) RETURNING tenant_id, event_seq";
const EVENTS: &str = "INSERT INTO events (tenant_id, position, kind, community_id, user_id, at, data) \
    SELECT unhex(value->>0), value->>1, value->>2, unhex(value->>3), unhex(value->>4), value->>5, value->>6 \
    FROM json_each(?1)";
const KEPT: &str = "UPDATE idempotency SET fingerprint = unhex(j.value->>2), answer = j.value->>3, tag = j.value->>4 \
    FROM json_each(?1) j WHERE idempotency.tenant_id = unhex(j.value->>0) AND idempotency.key = j.value->>1";
const RETURNED: &str = "DELETE FROM idempotency WHERE (tenant_id, key) IN \
    (SELECT unhex(value->>0), value->>1 FROM json_each(?1))";

pub(super) const STATEMENTS: &[&str] = &[
    USERS,
    IDENTITIES,
    MEMBERS,
    CASES,
    SANCTIONS,
    ENDED,
    TIMERS,
    GONE_TIMERS,
    NUMBERS,
    POSITIONS,
    EVENTS,
    KEPT,
    RETURNED,
];

/// Writes the users and members whom the batch has made and needs.
pub(super) async fn made(
    transaction: &mut Transaction,
    named: &Named<'_>,
    made_members: &BTreeSet<MemberKey>,
    writes: &Writes,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let needed = |tenant: TenantId, user: UserId| !writes.unmade_users.contains(&(tenant, user));
    let new: Vec<_> = named
        .iter()
        .filter(|((tenant, _), user)| needed(*tenant, **user))
        .collect();
    let users: Vec<_> = new
        .iter()
        .map(|((tenant, _), user)| (Id(tenant.0), Id(user.0)))
        .collect();
    dated(transaction, USERS, &users, now).await?;
    let identities: Vec<_> = new
        .iter()
        .map(|((tenant, identity), user)| {
            let (platform, id) = (identity.platform.as_str(), identity.id.as_str());
            (Id(tenant.0), platform, id, Id(user.0))
        })
        .collect();
    dated(transaction, IDENTITIES, &identities, now).await?;
    let empty = json(&Member::default())?;
    let members: Vec<_> = made_members
        .iter()
        .filter(|key| !writes.unmade_members.contains(key) && !writes.members.contains_key(key))
        .map(|key| {
            (
                Id(key.tenant.0),
                Id(key.community.0),
                Id(key.user.0),
                &empty,
                "[]",
            )
        })
        .collect();
    rows(transaction, MEMBERS, &members).await
}

/// Writes everything else.
pub(super) async fn write(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    members(transaction, writes).await?;
    cases(transaction, writes).await?;
    sanctions(transaction, writes).await?;
    timers(transaction, writes).await?;
    let numbers: Vec<_> = writes
        .numbers
        .iter()
        .map(|((tenant, community), last)| (Id(tenant.0), Id(community.0), last))
        .collect();
    rows(transaction, NUMBERS, &numbers).await?;
    events(transaction, writes).await?;
    let kept: Vec<_> = writes
        .kept
        .iter()
        .map(|((tenant, key), row)| {
            let answer = &row.answer;
            (
                Id(tenant.0),
                key,
                Hex(&row.fingerprint),
                &answer.body,
                &answer.tag,
            )
        })
        .collect();
    rows(transaction, KEPT, &kept).await?;
    let returned: Vec<_> = writes
        .returned
        .iter()
        .map(|(tenant, key)| (Id(tenant.0), key))
        .collect();
    rows(transaction, RETURNED, &returned).await
}

async fn members(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let mut members = Vec::with_capacity(writes.members.len());
    for (key, member) in &writes.members {
        let (state, recent) = (json(&member.state)?, json(&member.recent)?);
        members.push((
            Id(key.tenant.0),
            Id(key.community.0),
            Id(key.user.0),
            state,
            recent,
        ));
    }
    rows(transaction, MEMBERS, &members).await
}

/// A case as its row has it. A struct, because tuples of so many parts cannot be serialized; it is written as an array.
struct CaseParts<'a> {
    home: (Id, Id),
    case: &'a crate::domain::case::Case,
    actor: String,
    doc: String,
    started: Option<String>,
    voided: Option<String>,
    state: Option<String>,
}

impl Serialize for CaseParts<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let case = self.case;
        let ids = (
            self.home.0,
            self.home.1,
            case.number,
            Id(case.user.0),
            case.kind.name(),
        );
        let facts = (
            &self.actor,
            case.at.seconds(),
            case.points.units(),
            micros(case.recorded_at),
        );
        let texts = (&self.doc, &case.particulars.reason, case.revision);
        let later = (&self.started, &self.voided, &self.state);
        (
            ids.0, ids.1, ids.2, ids.3, ids.4, facts.0, facts.1, facts.2, facts.3, texts.0, texts.1, texts.2,
            later.0, later.1, later.2,
        )
            .serialize(serializer)
    }
}

async fn cases(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let mut cases = Vec::with_capacity(writes.cases.len());
    for row in &writes.cases {
        let case = &row.case;
        cases.push(CaseParts {
            home: ids(row.home),
            case,
            actor: case.actor.to_string(),
            doc: json(case)?,
            started: json_opt(case.started.as_ref())?,
            voided: json_opt(case.voided.as_ref())?,
            state: json_opt(row.state.as_ref())?,
        });
    }
    rows(transaction, CASES, &cases).await
}

async fn sanctions(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let end = |ended: Option<&EndedRow>| {
        let how = ended.map(|end| ending_name(end.how));
        (
            how,
            ended.map(|end| end.at.seconds()),
            ended.and_then(|end| end.by),
        )
    };
    let started: Vec<_> = writes
        .started
        .iter()
        .map(|(((tenant, community), id), row)| {
            let sanction = &row.sanction;
            let (starts, ends) = (sanction.start.seconds(), sanction.end.map(|end| end.seconds()));
            let (how, at, by) = end(row.ended.as_ref());
            let (case, kind) = (sanction.case, sanction.kind.name());
            let user = Id(row.user.0);
            let home = (Id(tenant.0), Id(community.0));
            (
                home.0,
                home.1,
                Id(id.0),
                user,
                case,
                kind,
                starts,
                ends,
                sanction.version,
                how,
                at,
                by,
            )
        })
        .collect();
    rows(transaction, SANCTIONS, &started).await?;
    let ended: Vec<_> = writes
        .ended
        .iter()
        .map(|(((tenant, community), id), row)| {
            let (how, at, by) = end(Some(row));
            (Id(tenant.0), Id(community.0), Id(id.0), how, at, by)
        })
        .collect();
    rows(transaction, ENDED, &ended).await
}

async fn timers(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let gone: Vec<_> = writes
        .gone_timers
        .iter()
        .map(|(((tenant, community), id), timer)| {
            (Id(tenant.0), Id(community.0), Id(id.0), timer.up_to_version)
        })
        .collect();
    rows(transaction, GONE_TIMERS, &gone).await?;
    let set: Vec<_> = writes
        .timers
        .iter()
        .map(|(((tenant, community), id), timer)| {
            let (user, due) = (Id(timer.user.0), timer.due.seconds());
            (Id(tenant.0), Id(community.0), Id(id.0), user, timer.version, due)
        })
        .collect();
    rows(transaction, TIMERS, &set).await
}

/// Takes the tenants' next positions, all at once, and appends the events there.
async fn events(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    if writes.events.is_empty() {
        return Ok(());
    }
    let counts: Vec<_> = writes
        .event_counts
        .iter()
        .map(|(tenant, count)| (Id(tenant.0), count))
        .collect();
    let advanced = sqlx::query(POSITIONS)
        .bind(json(&counts)?)
        .fetch_all(transaction.connection()?)
        .await
        .map_err(failed)?;
    let mut before = HashMap::with_capacity(advanced.len());
    for row in &advanced {
        let row = Row::of(row, "tenants", &["tenant_id"]);
        let tenant = row.tenant()?;
        let count = writes.event_counts.get(&tenant).copied().unwrap_or_default();
        before.insert(tenant, row.get::<i64>("event_seq")? - count);
    }
    let mut events = Vec::with_capacity(writes.events.len());
    for row in &writes.events {
        let before = before.get(&row.tenant).ok_or(StoreError::NotFound("tenant"))?;
        let event = &row.event;
        events.push((
            Id(row.tenant.0),
            before + row.offset,
            event.kind,
            event.community.map(|id| Id(id.0)),
            event.user.map(|id| Id(id.0)),
            micros(event.at),
            &event.data,
        ));
    }
    rows(transaction, EVENTS, &events).await
}

/// Gives rows to a statement, unless there are none.
pub(super) async fn rows<T: Serialize>(
    transaction: &mut Transaction,
    statement: &'static str,
    rows: &[T],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(statement).bind(json(rows)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Likewise, to a statement that also takes the present moment.
async fn dated<T: Serialize>(
    transaction: &mut Transaction,
    statement: &'static str,
    rows: &[T],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(statement).bind(json(rows)?).bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}
