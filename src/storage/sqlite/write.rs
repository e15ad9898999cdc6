//! Writing what a batch, a void or a change comes to: one call, one statement a table, however many rows.

mod arrays;

use super::errors::failed;
use super::load::Named;
use super::pool::Transaction;
use super::row::micros;
use crate::ports::error::StoreError;
use crate::storage::batch::{MemberKey, Writes};
use crate::storage::codec::json;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

// The statements share their parameters, so each has its own; $1 is the present moment. They are names to SQLite, as a `?10`
// would have it count nine more that nobody gives.
const USERS: &str = "INSERT OR ROLLBACK INTO users (tenant_id, user_id, created_at) \
    SELECT unhex(value->>0), unhex(value->>1), $1 FROM jsonb_each($2)";
const IDENTITIES: &str = "INSERT OR ROLLBACK INTO identities (tenant_id, platform, native_id, user_id, created_at) \
    SELECT unhex(value->>0), value->>1, value->>2, unhex(value->>3), $1 FROM jsonb_each($3)";
const MEMBERS: &str = "INSERT OR ROLLBACK INTO members (tenant_id, community_id, user_id, state, recent) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, value->>4 FROM jsonb_each($4) \
    WHERE true ON CONFLICT DO UPDATE SET state = excluded.state, recent = excluded.recent";
const CASES: &str = "INSERT OR ROLLBACK INTO cases (tenant_id, community_id, number, user_id, kind, actor, at, points, \
    recorded_at, doc, reason, revision, started, voided, state, era, clock, sum) SELECT unhex(value->>0), unhex(value->>1), \
    value->>2, unhex(value->>3), value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, value->>10, \
    value->>11, value->>12, value->>13, value->>14, value->>'$[15][0]', value->>'$[15][1]', value->>'$[15][2]' FROM jsonb_each($5)";
const SANCTIONS: &str = "INSERT OR ROLLBACK INTO sanctions (tenant_id, community_id, sanction_id, user_id, case_number, kind, \
    starts_at, ends_at, version, ended_how, ended_at, ended_by, identity, detail) SELECT unhex(value->>0), unhex(value->>1), \
    unhex(value->>2), unhex(value->>3), value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, \
    value->>10, value->>11, value->>12, value->>13 FROM jsonb_each($6)";
const ENDED: &str = "UPDATE OR ROLLBACK sanctions SET ended_how = j.value->>3, ended_at = j.value->>4, ended_by = j.value->>5 \
    FROM jsonb_each($7) j WHERE sanctions.tenant_id = unhex(j.value->>0) \
    AND sanctions.community_id = unhex(j.value->>1) AND sanctions.sanction_id = unhex(j.value->>2)";
const GONE_TIMERS: &str = "DELETE FROM timers WHERE (tenant_id, community_id, sanction_id) IN \
    (SELECT t.tenant_id, t.community_id, t.sanction_id FROM jsonb_each($8) j CROSS JOIN timers t \
     WHERE t.tenant_id = unhex(j.value->>0) AND t.community_id = unhex(j.value->>1) \
     AND t.sanction_id = unhex(j.value->>2) AND t.sanction_version <= j.value->>3)";
const TIMERS: &str = "INSERT OR ROLLBACK INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), unhex(value->>3), value->>4, value->>5 \
    FROM jsonb_each($9) WHERE true ON CONFLICT DO UPDATE SET sanction_version = excluded.sanction_version, \
    due_at = excluded.due_at, leased_until = NULL";
const NUMBERS: &str = "UPDATE OR ROLLBACK community_counters SET case_seq = j.value->>2 FROM jsonb_each($10) j \
    WHERE community_counters.tenant_id = unhex(j.value->>0) AND community_counters.community_id = unhex(j.value->>1)";
/// Events follow the tenant's last one, whose position is moved up right after.
const EVENTS: &str = "INSERT OR ROLLBACK INTO events (tenant_id, position, kind, community_id, user_id, at, data) \
    SELECT t.tenant_id, t.event_seq + (j.value->>1), j.value->>2, unhex(j.value->>3), unhex(j.value->>4), j.value->>5, \
    j.value->>6 FROM jsonb_each($11) j CROSS JOIN tenants t WHERE t.tenant_id = unhex(j.value->>0)";
const POSITIONS: &str = "UPDATE OR ROLLBACK tenants SET event_seq = event_seq + (j.value->>1) FROM jsonb_each($12) j \
    WHERE tenants.tenant_id = unhex(j.value->>0)";
const KEPT: &str = "INSERT OR ROLLBACK INTO idempotency (tenant_id, key, fingerprint, answer, tag, created_at) \
    SELECT unhex(value->>0), value->>1, unhex(value->>2), value->>3, value->>4, value->>5 FROM jsonb_each($13)";
const MOVED: &str = "UPDATE OR ROLLBACK sanctions SET ends_at = j.value->>3, version = j.value->>4 \
    FROM jsonb_each($14) j WHERE sanctions.tenant_id = unhex(j.value->>0) \
    AND sanctions.community_id = unhex(j.value->>1) AND sanctions.sanction_id = unhex(j.value->>2)";

const NOTICES: &str = "INSERT OR ROLLBACK INTO notices (tenant_id, community_id, notice_id, number, user_id, state, created_at, \
    changed_at, message) SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, unhex(value->>4), value->>5, value->>6, value->>6, \
    value->>7 FROM jsonb_each($15)";
const LINKS: &str = "INSERT OR ROLLBACK INTO appeal_links (tenant_id, community_id, link_id, number, user_id, created_at, expires_at) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, unhex(value->>4), value->>6, value->>8 FROM jsonb_each($15) \
    WHERE value->>8 IS NOT NULL";

pub(super) const STATEMENTS: &[&str] = &[
    USERS,
    IDENTITIES,
    MEMBERS,
    CASES,
    SANCTIONS,
    ENDED,
    GONE_TIMERS,
    TIMERS,
    NUMBERS,
    EVENTS,
    POSITIONS,
    KEPT,
    MOVED,
    NOTICES,
    LINKS,
];

/// Everything in one call. A statement without rows does next to nothing.
static WRITE: LazyLock<String> = LazyLock::new(|| STATEMENTS.join("; "));

/// Whom a batch has thought of; those whom nothing was accepted for are not written.
pub(super) struct Made<'a> {
    pub(super) named: Named<'a>,
    pub(super) members: BTreeSet<MemberKey>,
    pub(super) now: DateTime<Utc>,
}

impl Made<'_> {
    /// Nobody.
    pub(super) const fn nobody(now: DateTime<Utc>) -> Self {
        Self {
            named: Named::new(),
            members: BTreeSet::new(),
            now,
        }
    }
}

/// The first two of them.
static PEOPLE: LazyLock<String> = LazyLock::new(|| [USERS, IDENTITIES].join("; "));

/// Writes the people alone, who are nobody to be written any more then.
pub(super) async fn people(
    transaction: &mut Transaction,
    writes: &Writes,
    made: &mut Made<'_>,
) -> Result<(), StoreError> {
    let (users, identities) = arrays::people(made, writes)?;
    sqlx::query(PEOPLE.as_str())
        .bind(micros(made.now))
        .bind(users)
        .bind(identities)
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?;
    made.named = Named::new();
    Ok(())
}

/// Writes. What remains is to commit.
pub(super) async fn write(
    transaction: &mut Transaction,
    writes: &Writes,
    made: &Made<'_>,
) -> Result<(), StoreError> {
    let (users, identities) = arrays::people(made, writes)?;
    let (started, ended) = arrays::sanctions(writes)?;
    let (gone, set) = arrays::timers(writes)?;
    let (events, positions) = arrays::events(writes)?;
    sqlx::query(WRITE.as_str())
        .bind(micros(made.now))
        .bind(users)
        .bind(identities)
        .bind(arrays::members(made, writes)?)
        .bind(arrays::cases(writes)?)
        .bind(started)
        .bind(ended)
        .bind(gone)
        .bind(set)
        .bind(arrays::numbers(writes)?)
        .bind(events)
        .bind(positions)
        .bind(arrays::kept(writes)?)
        .bind(arrays::moved(writes)?)
        .bind(arrays::notices(writes)?)
        .execute(transaction.connection()?)
        .await
        .map_err(failed)?;
    Ok(())
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
