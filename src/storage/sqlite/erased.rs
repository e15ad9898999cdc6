//! Recognising erased people by the keyed hashes of their identities. Nobody asks before an identity turns out to be unknown.

use super::directory::{all, one};
use super::errors::failed;
use super::row::Row;
use super::rows::Hex;
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::codec::json;
use crate::storage::erasure::identity_hash;
use sqlx::SqliteConnection;
use std::collections::HashMap;

const SECRET: &str = "SELECT secret FROM tenants WHERE tenant_id = ?1 AND secret IS NOT NULL";
const WHO: &str = "SELECT tenant_id, user_id FROM erased_identities WHERE tenant_id = ?1 AND hash = ?2";
const WHO_OF: &str = "SELECT e.tenant_id, e.user_id, j.key AS place FROM json_each(?2) j CROSS JOIN erased_identities e \
    WHERE e.tenant_id = ?1 AND e.hash = unhex(j.value)";

/// How many are looked up at a time.
const ROWS: usize = 2_000;

pub(super) const STATEMENTS: &[&str] = &[SECRET, WHO, WHO_OF];

/// The erased user whom a person that nobody knows turns out to be.
pub(super) async fn recognise(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    person: &PersonRef,
) -> Result<Option<UserId>, StoreError> {
    let PersonRef::Identity(identity) = person else {
        return Ok(None);
    };
    match secret_of(connection, tenant).await? {
        Some(secret) => by_hash(connection, tenant, &secret, identity).await,
        None => Ok(None),
    }
}

/// The erased users whom identities that nobody has turn out to be.
pub(super) async fn recognise_all(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    identities: &[&Identity],
) -> Result<HashMap<Identity, UserId>, StoreError> {
    let mut recognised = HashMap::new();
    let Some(secret) = secret_of(connection, tenant).await? else {
        return Ok(recognised);
    };
    for identities in identities.chunks(ROWS) {
        let hashes = identities.iter().map(|identity| identity_hash(&secret, identity));
        let hashes: Vec<[u8; 32]> = hashes.collect();
        let hashes: Vec<Hex<'_>> = hashes.iter().map(|hash| Hex(hash)).collect();
        let query = sqlx::query(WHO_OF).bind(tenant.0).bind(json(&hashes)?);
        let found = all(query.fetch_all(&mut *connection).await, |row| {
            let row = Row::of(row, "erased_identities", &["tenant_id", "user_id"]);
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            Ok((place, row.user()?))
        })?;
        let known = found
            .into_iter()
            .filter_map(|(place, user)| Some(((*identities.get(place)?).clone(), user)));
        recognised.extend(known);
    }
    Ok(recognised)
}

async fn secret_of(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar(SECRET).bind(tenant.0);
    query.fetch_optional(connection).await.map_err(failed)
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
