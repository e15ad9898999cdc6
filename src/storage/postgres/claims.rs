//! Idempotency keys: looked up once the locks are held, and inserted with their answers by the last statement.

use super::errors::failed;
use super::row::Row;
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::storage::batch::Kept;
use sqlx::PgExecutor;
use std::collections::HashMap;
use uuid::Uuid;

const KEPT: &str = "SELECT i.tenant_id, i.key, i.fingerprint, i.answer, i.tag \
    FROM UNNEST($1::uuid[], $2::text[]) AS c (tenant_id, key) \
    JOIN idempotency i ON i.tenant_id = c.tenant_id AND i.key = c.key";

pub(super) const STATEMENTS: &[&str] = &[KEPT];

/// What is kept under those of the keys that were used before. To be asked once whatever the calls need is locked: then
/// a twin of one of them has either committed, and is seen here, or waits for this transaction. Whoever uses a key at the
/// same time for something else is found out by the index when the answers are inserted.
pub(super) async fn kept(
    on: impl PgExecutor<'_>,
    claims: &[(TenantId, &Claim)],
) -> Result<HashMap<(TenantId, String), Kept>, StoreError> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let tenants: Vec<Uuid> = claims.iter().map(|(tenant, _)| tenant.0).collect();
    let keys: Vec<&str> = claims.iter().map(|(_, claim)| claim.key.as_str()).collect();
    let rows = sqlx::query(KEPT)
        .bind(&tenants)
        .bind(&keys)
        .fetch_all(on)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let row = Row::of(row, "idempotency", &["tenant_id"]);
            let kept = Kept {
                fingerprint: row.hash("fingerprint")?,
                answer: Answer {
                    body: row.text("answer")?,
                    tag: row.text("tag")?,
                },
            };
            Ok(((row.tenant()?, row.text("key")?), kept))
        })
        .collect()
}

/// What is kept under one key.
pub(super) async fn kept_under(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    claim: &Claim,
) -> Result<Option<Kept>, StoreError> {
    Ok(kept(on, &[(tenant, claim)]).await?.into_values().next())
}
