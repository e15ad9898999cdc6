//! Idempotency keys: looked up under the lock of the transaction, and inserted with their answers at its end.

use super::errors::failed;
use super::pool::Transaction;
use super::row::Row;
use super::rows::{HexText, Id};
use crate::domain::id::TenantId;
use crate::ports::answer::{Answer, Claim};
use crate::ports::error::StoreError;
use crate::storage::batch::Kept;
use crate::storage::codec::{Place, json};
use serde::Deserialize;
use std::collections::HashMap;

/// What is kept under several keys, as one row; see [`load`](super::load).
pub(super) const KEPT: &str = "SELECT json_group_array(json_array(j.key, hex(i.fingerprint), i.answer, i.tag)) AS found \
    FROM jsonb_each($1) j CROSS JOIN idempotency i \
    WHERE i.tenant_id = unhex(j.value->>0) AND i.key = j.value->>1";
const KEPT_UNDER: &str = "SELECT fingerprint, answer, tag FROM idempotency WHERE tenant_id = ?1 AND key = ?2";

pub(super) const STATEMENTS: &[&str] = &[KEPT, KEPT_UNDER];

/// One key of what [`KEPT`] finds: its place among those that were asked for, fingerprint, answer, tag.
#[derive(Deserialize)]
pub(super) struct Found(usize, HexText, String, String);

/// The parameter of [`KEPT`].
pub(super) fn sought(claims: &[(TenantId, &Claim)]) -> Result<String, StoreError> {
    let keys: Vec<_> = claims
        .iter()
        .map(|(tenant, claim)| (Id(tenant.0), &claim.key))
        .collect();
    json(&keys)
}

/// What was found, by its key.
pub(super) fn kept(
    claims: &[(TenantId, &Claim)],
    found: Vec<Found>,
) -> Result<HashMap<(TenantId, String), Kept>, StoreError> {
    found
        .into_iter()
        .map(|Found(ordinal, fingerprint, body, tag)| {
            let (tenant, claim) = super::load::at(claims, ordinal)?;
            let place = Place {
                table: "idempotency",
                key: &claim.key,
            };
            let kept = Kept {
                fingerprint: place.hash("fingerprint", &fingerprint.0)?,
                answer: Answer { body, tag },
            };
            Ok(((*tenant, claim.key.clone()), kept))
        })
        .collect()
}

/// What is kept under one key.
pub(super) async fn kept_under(
    transaction: &mut Transaction,
    tenant: TenantId,
    claim: &Claim,
) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query(KEPT_UNDER)
        .bind(tenant.0)
        .bind(&claim.key)
        .fetch_optional(transaction.connection()?)
        .await
        .map_err(failed)?;
    row.map(|row| {
        let row = Row::of(&row, "idempotency", &["tenant_id"]);
        Ok(Kept {
            fingerprint: row.hash("fingerprint")?,
            answer: Answer {
                body: row.text("answer")?,
                tag: row.text("tag")?,
            },
        })
    })
    .transpose()
}
