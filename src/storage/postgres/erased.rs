//! Recognising erased people by the keyed hashes of their identities. Nobody asks before an identity turns out to be unknown.

use super::errors::failed;
use super::row::{Row, all, one};
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::erasure::identity_hash;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::HashMap;

const SECRET: &str = "SELECT secret FROM tenants WHERE tenant_id = $1 AND secret IS NOT NULL";
/// Whoever forgets the hash waits for the transactions that rely on it.
const WHO_HELD: &str =
    "SELECT tenant_id, user_id FROM erased_identities WHERE tenant_id = $1 AND hash = $2 FOR KEY SHARE";
const WHO: &str = "SELECT tenant_id, user_id FROM erased_identities WHERE tenant_id = $1 AND hash = $2";
const WHO_OF: &str = "SELECT e.tenant_id, e.user_id, n.place FROM UNNEST($2::bytea[]) WITH ORDINALITY AS n (hash, place) \
    JOIN erased_identities e ON e.tenant_id = $1 AND e.hash = n.hash FOR KEY SHARE OF e";

/// How many are looked up at a time.
const ROWS: usize = 2_000;

pub(super) const STATEMENTS: &[&str] = &[SECRET, WHO_HELD, WHO, WHO_OF];

/// The erased user whom a person that nobody knows turns out to be.
pub(super) async fn recognise(
    connection: &mut PgConnection,
    tenant: TenantId,
    person: &PersonRef,
) -> Result<Option<UserId>, StoreError> {
    let PersonRef::Identity(identity) = person else {
        return Ok(None);
    };
    let Some(secret) = secret_of(&mut *connection, tenant).await? else {
        return Ok(None);
    };
    let query = sqlx::query(WHO)
        .bind(tenant.0)
        .bind(identity_hash(&secret, identity).to_vec());
    one(query.fetch_optional(connection).await, user_of)
}

/// The erased users whom identities that nobody has turn out to be, in a transaction that writes.
pub(super) async fn recognise_all(
    connection: &mut PgConnection,
    tenant: TenantId,
    identities: &[&Identity],
) -> Result<HashMap<Identity, UserId>, StoreError> {
    let mut recognised = HashMap::new();
    let Some(secret) = secret_of(&mut *connection, tenant).await? else {
        return Ok(recognised);
    };
    for identities in identities.chunks(ROWS) {
        let hashes = identities
            .iter()
            .map(|identity| identity_hash(&secret, identity).to_vec());
        let query = sqlx::query(WHO_OF)
            .bind(tenant.0)
            .bind(hashes.collect::<Vec<_>>());
        let found = all(query.fetch_all(&mut *connection).await, |row| {
            let place = Row::of(row, "erased_identities", &["tenant_id", "user_id"]).get::<i64>("place")?;
            Ok((usize::try_from(place - 1).unwrap_or(usize::MAX), user_of(row)?))
        })?;
        let known = found
            .into_iter()
            .filter_map(|(place, user)| Some(((*identities.get(place)?).clone(), user)));
        recognised.extend(known);
    }
    Ok(recognised)
}

async fn secret_of(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar(SECRET).bind(tenant.0);
    query.fetch_optional(connection).await.map_err(failed)
}

/// Likewise, where the tenant's secret is known, in a transaction that writes.
pub(super) async fn by_hash(
    connection: &mut PgConnection,
    tenant: TenantId,
    secret: &[u8],
    identity: &Identity,
) -> Result<Option<UserId>, StoreError> {
    let query = sqlx::query(WHO_HELD)
        .bind(tenant.0)
        .bind(identity_hash(secret, identity).to_vec());
    one(query.fetch_optional(connection).await, user_of)
}

fn user_of(row: &PgRow) -> Result<UserId, StoreError> {
    Row::of(row, "erased_identities", &["tenant_id", "user_id"]).user()
}
