//! Recognising erased people by the keyed hashes of their identities. Nobody asks before an identity turns out to be unknown.

use super::directory::one;
use super::errors::failed;
use super::row::Row;
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::erasure::identity_hash;
use sqlx::SqliteConnection;

const SECRET: &str = "SELECT secret FROM tenants WHERE tenant_id = ?1 AND secret IS NOT NULL";
const WHO: &str = "SELECT tenant_id, user_id FROM erased_identities WHERE tenant_id = ?1 AND hash = ?2";

pub(super) const STATEMENTS: &[&str] = &[SECRET, WHO];

/// The erased user whom a person that nobody knows turns out to be.
pub(super) async fn recognise(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    person: &PersonRef,
) -> Result<Option<UserId>, StoreError> {
    let PersonRef::Identity(identity) = person else {
        return Ok(None);
    };
    let secret: Option<Vec<u8>> = sqlx::query_scalar(SECRET)
        .bind(tenant.0)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    match secret {
        Some(secret) => by_hash(connection, tenant, &secret, identity).await,
        None => Ok(None),
    }
}

/// Likewise, where the tenant's secret is known.
pub(super) async fn by_hash(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    secret: &[u8],
    identity: &Identity,
) -> Result<Option<UserId>, StoreError> {
    let query = sqlx::query(WHO)
        .bind(tenant.0)
        .bind(identity_hash(secret, identity).to_vec());
    one(query.fetch_optional(connection).await, |row| {
        Row::of(row, "erased_identities", &["tenant_id", "user_id"]).user()
    })
}
