//! Claiming idempotency keys, before anything else and in the transaction of the effect: a rollback gives them back.

use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::{Hex, Id};
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::storage::batch::Kept;
use crate::storage::codec::json;
use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use std::collections::{HashMap, HashSet};

const CLAIM: &str = "INSERT INTO idempotency (tenant_id, key, fingerprint, created_at) \
    SELECT unhex(value->>0), value->>1, unhex(value->>2), ?2 FROM json_each(?1) WHERE true \
    ON CONFLICT DO NOTHING RETURNING tenant_id, key";
const KEPT: &str = "SELECT i.tenant_id, i.key, i.fingerprint, i.answer, i.tag FROM json_each(?1) j \
    JOIN idempotency i ON i.tenant_id = unhex(j.value->>0) AND i.key = j.value->>1";

pub(super) const STATEMENTS: &[&str] = &[CLAIM, KEPT];

/// Claims keys, each of which is named once. Returns what is kept under those that were used before; all others are now
/// claimed.
pub(super) async fn claim(
    transaction: &mut Transaction,
    claims: &[(TenantId, &Claim)],
    now: DateTime<Utc>,
) -> Result<HashMap<(TenantId, String), Kept>, StoreError> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<_> = claims
        .iter()
        .map(|(tenant, claim)| (Id(tenant.0), &claim.key, Hex(&claim.fingerprint)))
        .collect();
    let wanted = json(&wanted)?;
    let claimed = sqlx::query(CLAIM)
        .bind(&wanted)
        .bind(micros(now))
        .fetch_all(transaction.connection()?)
        .await
        .map_err(failed)?;
    if claimed.len() == claims.len() {
        return Ok(HashMap::new());
    }
    let ours: HashSet<_> = claimed.iter().map(key).collect::<Result<_, _>>()?;
    let rows = sqlx::query(KEPT)
        .bind(&wanted)
        .fetch_all(transaction.connection()?)
        .await
        .map_err(failed)?;
    let mut kept = HashMap::new();
    for row in &rows {
        let key = key(row)?;
        if !ours.contains(&key) {
            kept.insert(key, read(row)?);
        }
    }
    Ok(kept)
}

fn key(row: &SqliteRow) -> Result<(TenantId, String), StoreError> {
    let row = Row::of(row, "idempotency", &["tenant_id"]);
    Ok((row.tenant()?, row.text("key")?))
}

fn read(row: &SqliteRow) -> Result<Kept, StoreError> {
    let row = Row::of(row, "idempotency", &["tenant_id"]);
    let body: Option<String> = row.get("answer")?;
    // A row without an answer belongs to a transaction that has not ended, and on SQLite nobody sees such a row.
    let body = body.ok_or_else(|| row.place().corrupt("answer", "claimed, but never answered"))?;
    Ok(Kept {
        fingerprint: row.hash("fingerprint")?,
        answer: Answer {
            body,
            tag: row.get::<Option<String>>("tag")?.unwrap_or_default(),
        },
    })
}
