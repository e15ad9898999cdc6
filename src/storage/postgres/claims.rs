//! Idempotency keys: claimed first, completed last, in the transaction of the effect. A rollback gives them back.

use super::errors::{failed, overtaken};
use super::row::Row;
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::storage::batch::Kept;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Waits for whoever is using one of the keys at this moment.
const CLAIM: &str = "INSERT INTO idempotency (tenant_id, key, fingerprint, created_at) \
    SELECT c.tenant_id, c.key, c.fingerprint, coalesce($4, clock_timestamp()) \
    FROM UNNEST($1::uuid[], $2::text[], $3::bytea[]) AS c (tenant_id, key, fingerprint) \
    ON CONFLICT DO NOTHING RETURNING tenant_id, key";
/// A statement of its own, because only a new one sees what was committed while the first one waited.
const KEPT: &str = "SELECT i.tenant_id, i.key, i.fingerprint, i.answer, i.tag \
    FROM UNNEST($1::uuid[], $2::text[]) AS c (tenant_id, key) \
    JOIN idempotency i ON i.tenant_id = c.tenant_id AND i.key = c.key";

pub(super) const STATEMENTS: &[&str] = &[CLAIM, KEPT];

/// Claims keys, which come sorted. Returns what is kept under those that were used before; all others are now claimed.
pub(super) async fn claim(
    connection: &mut PgConnection,
    claims: &[(TenantId, &Claim)],
    now: Option<DateTime<Utc>>,
) -> Result<HashMap<(TenantId, String), Kept>, StoreError> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let tenants: Vec<Uuid> = claims.iter().map(|(tenant, _)| tenant.0).collect();
    let keys: Vec<&str> = claims.iter().map(|(_, claim)| claim.key.as_str()).collect();
    let fingerprints: Vec<&[u8]> = claims.iter().map(|(_, claim)| &claim.fingerprint[..]).collect();
    let claimed = sqlx::query(CLAIM)
        .bind(&tenants)
        .bind(&keys)
        .bind(&fingerprints)
        .bind(now)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    if claimed.len() == claims.len() {
        return Ok(HashMap::new());
    }
    let ours: HashSet<(TenantId, String)> = claimed.iter().map(key).collect::<Result<_, _>>()?;
    let rows = sqlx::query(KEPT)
        .bind(&tenants)
        .bind(&keys)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let mut kept = HashMap::new();
    for row in &rows {
        let key = key(row)?;
        if !ours.contains(&key) {
            kept.insert(key, read(row)?);
        }
    }
    if kept.len() + ours.len() < claims.len() {
        // A key was in use when we asked for it, and was given back before we could read what is kept under it.
        return Err(overtaken());
    }
    Ok(kept)
}

fn key(row: &PgRow) -> Result<(TenantId, String), StoreError> {
    let row = Row::of(row, "idempotency", &["tenant_id"]);
    Ok((row.tenant()?, row.text("key")?))
}

fn read(row: &PgRow) -> Result<Kept, StoreError> {
    let row = Row::of(row, "idempotency", &["tenant_id"]);
    let body: Option<String> = row.get("answer")?;
    Ok(Kept {
        fingerprint: row.hash("fingerprint")?,
        answer: Answer {
            // A row without an answer belongs to a transaction that has not ended, which nobody else sees.
            body: body.ok_or_else(|| row.corrupt("answer", "claimed, but never answered"))?,
            tag: row.get::<Option<String>>("tag")?.unwrap_or_default(),
        },
    })
}
