//! Everything that a transaction leaves, in one last statement, so that the rows that everybody needs (case numbers, a
//! tenant's event positions) are held for a moment only.

mod columns;

use super::errors::failed;
use super::people;
use crate::ports::error::StoreError;
use crate::storage::batch::Writes;
use chrono::{DateTime, Utc};
use columns::{Cases, Counters, Ends, Events, Kept, Members, Moved, Notices, Sanctions, Timers};
use sqlx::PgConnection;
use sqlx::postgres::PgArguments;

/// The tenants come first in the list because the statement works through it from the end: they are locked last. Not for an
/// update of their key: whoever has just made a row that refers to the tenant shares that, and two such would wait for each other.
const WRITE: &str = "WITH held AS (SELECT t.tenant_id, n.count FROM tenants t \
    JOIN UNNEST($1::uuid[], $2::bigint[]) AS n (tenant_id, count) ON t.tenant_id = n.tenant_id \
    ORDER BY t.tenant_id FOR NO KEY UPDATE OF t), \
    advanced AS (UPDATE tenants t SET event_seq = t.event_seq + h.count FROM held h WHERE t.tenant_id = h.tenant_id \
    RETURNING t.tenant_id, t.event_seq - h.count AS base), \
    appended AS (INSERT INTO events (tenant_id, position, kind, community_id, user_id, at, data) \
    SELECT e.tenant_id, a.base + e.place, e.kind, e.community_id, e.user_id, e.at, e.data::json \
    FROM UNNEST($3::uuid[], $4::bigint[], $5::text[], $6::uuid[], $7::uuid[], $8::timestamptz[], $9::text[]) \
    AS e (tenant_id, place, kind, community_id, user_id, at, data) JOIN advanced a ON a.tenant_id = e.tenant_id), \
    counted AS (UPDATE community_counters k SET case_seq = n.last \
    FROM UNNEST($10::uuid[], $11::uuid[], $12::bigint[]) AS n (tenant_id, community_id, last) \
    WHERE k.tenant_id = n.tenant_id AND k.community_id = n.community_id), \
    kept AS (INSERT INTO idempotency (tenant_id, key, fingerprint, answer, tag, created_at) \
    SELECT * FROM UNNEST($13::uuid[], $14::text[], $15::bytea[], $16::text[], $17::text[], $18::timestamptz[])), \
    timed AS (INSERT INTO timers (tenant_id, community_id, sanction_id, user_id, sanction_version, due_at) \
    SELECT * FROM UNNEST($19::uuid[], $20::uuid[], $21::uuid[], $22::uuid[], $23::integer[], $24::bigint[]) \
    ON CONFLICT (tenant_id, community_id, sanction_id) DO UPDATE SET sanction_version = excluded.sanction_version, \
    due_at = excluded.due_at, leased_until = NULL), \
    untimed AS (DELETE FROM timers t \
    USING UNNEST($25::uuid[], $26::uuid[], $27::uuid[], $28::integer[]) AS n (tenant_id, community_id, sanction_id, version) \
    WHERE t.tenant_id = n.tenant_id AND t.community_id = n.community_id AND t.sanction_id = n.sanction_id \
    AND t.sanction_version <= n.version), \
    ended AS (UPDATE sanctions s SET ended_how = n.how, ended_at = n.at, ended_by = n.by \
    FROM UNNEST($29::uuid[], $30::uuid[], $31::uuid[], $32::text[], $33::bigint[], $34::bigint[]) \
    AS n (tenant_id, community_id, sanction_id, how, at, by) \
    WHERE s.tenant_id = n.tenant_id AND s.community_id = n.community_id AND s.sanction_id = n.sanction_id), \
    started AS (INSERT INTO sanctions (tenant_id, community_id, sanction_id, user_id, case_number, kind, starts_at, \
    ends_at, version, ended_how, ended_at, ended_by, identity, detail) \
    SELECT n.tenant_id, n.community_id, n.sanction_id, n.user_id, n.case_number, n.kind, n.starts_at, n.ends_at, n.version, \
    n.ended_how, n.ended_at, n.ended_by, n.identity, n.detail::json FROM UNNEST($35::uuid[], $36::uuid[], $37::uuid[], $38::uuid[], $39::bigint[], $40::text[], \
    $41::bigint[], $42::bigint[], $43::integer[], $44::text[], $45::bigint[], $46::bigint[], $47::text[], $48::text[]) \
    AS n (tenant_id, community_id, sanction_id, user_id, case_number, kind, starts_at, ends_at, version, ended_how, \
    ended_at, ended_by, identity, detail)), \
    postponed AS (UPDATE sanctions s SET ends_at = n.ends_at, version = n.version \
    FROM UNNEST($70::uuid[], $71::uuid[], $72::uuid[], $73::bigint[], $74::integer[]) \
    AS n (tenant_id, community_id, sanction_id, ends_at, version) \
    WHERE s.tenant_id = n.tenant_id AND s.community_id = n.community_id AND s.sanction_id = n.sanction_id), \
    noticed AS (INSERT INTO notices (tenant_id, community_id, notice_id, number, user_id, state, created_at, changed_at, message) \
    SELECT n.tenant_id, n.community_id, n.notice_id, n.number, n.user_id, n.state, n.at, n.at, n.message::json \
    FROM UNNEST($75::uuid[], $76::uuid[], $77::uuid[], $78::bigint[], $79::uuid[], $80::text[], $81::timestamptz[], $82::text[]) \
    AS n (tenant_id, community_id, notice_id, number, user_id, state, at, message)), \
    linked AS (INSERT INTO appeal_links (tenant_id, community_id, link_id, number, user_id, created_at, expires_at) \
    SELECT n.* FROM UNNEST($75::uuid[], $76::uuid[], $77::uuid[], $78::bigint[], $79::uuid[], $81::timestamptz[], $83::timestamptz[]) \
    AS n (tenant_id, community_id, link_id, number, user_id, created_at, expires_at) WHERE n.expires_at IS NOT NULL), \
    moved AS (UPDATE members m SET state = n.state::json, recent = n.recent::json \
    FROM UNNEST($49::uuid[], $50::uuid[], $51::uuid[], $52::text[], $53::text[]) \
    AS n (tenant_id, community_id, user_id, state, recent) \
    WHERE m.tenant_id = n.tenant_id AND m.community_id = n.community_id AND m.user_id = n.user_id) \
    INSERT INTO cases (tenant_id, community_id, number, user_id, kind, actor, at, points, recorded_at, doc, reason, \
    started, state, era, clock, sum) SELECT n.tenant_id, n.community_id, n.number, n.user_id, n.kind, n.actor, n.at, n.points, \
    n.recorded_at, n.doc::json, n.reason, n.started::json, n.state::json, n.era, n.clock, n.sum \
    FROM UNNEST($54::uuid[], $55::uuid[], $56::bigint[], $57::uuid[], $58::text[], $59::text[], $60::bigint[], \
    $61::bigint[], $62::timestamptz[], $63::text[], $64::text[], $65::text[], $66::text[], $67::integer[], $68::bigint[], $69::bigint[]) \
    AS n (tenant_id, community_id, number, user_id, kind, actor, at, points, recorded_at, doc, reason, started, state, era, clock, sum)";

pub(super) const STATEMENTS: &[&str] = &[WRITE];

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, PgArguments>;

/// Writes. What remains is to commit.
pub(super) async fn write(connection: &mut PgConnection, writes: &Writes) -> Result<(), StoreError> {
    people::unmake(&mut *connection, &writes.unmade_users, &writes.unmade_members).await?;
    let query = Events::of(writes).bind(sqlx::query(WRITE));
    let query = Counters::of(writes).bind(query);
    let query = Kept::of(writes).bind(query);
    let query = Timers::of(writes).bind(query);
    let query = Ends::of(writes).bind(query);
    let query = Sanctions::of(writes)?.bind(query);
    let query = Members::of(writes)?.bind(query);
    let query = Cases::of(writes)?.bind(query);
    let query = Moved::of(writes).bind(query);
    let query = Notices::of(writes)?.bind(query);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}
