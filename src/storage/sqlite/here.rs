//! Who of an export's people is known here, and how they were merged.

use super::directory::all;
use super::erased::recognise_all;
use super::pool::Transaction;
use super::row::Row;
use super::rows::Id;
use super::seams::merge_of;
use crate::domain::id::UserId;
use crate::ports::error::StoreError;
use crate::ports::history::RestoreOrder;
use crate::storage::codec::json;
use crate::storage::restore::{Here, Holder, Named};
use uuid::Uuid;

/// How many are looked up at a time.
const ROWS: usize = 2_000;

const HOLDERS: &str = "SELECT i.tenant_id, i.user_id, i.brought_by, j.key AS place FROM json_each(?2) j CROSS JOIN identities i \
    WHERE i.tenant_id = ?1 AND i.platform = j.value->>0 AND i.native_id = j.value->>1";
const USERS: &str = "SELECT u.tenant_id, u.user_id, u.merged_into, u.erased_at FROM json_each(?2) j CROSS JOIN users u \
    WHERE u.tenant_id = ?1 AND u.user_id = unhex(j.value)";
const MERGED: &str = "SELECT u.tenant_id, u.merged_into AS user_id, count(*) AS merged FROM json_each(?2) j CROSS JOIN users u \
    WHERE u.tenant_id = ?1 AND u.merged_into = unhex(j.value) GROUP BY u.tenant_id, u.merged_into";
const MERGES: &str = "SELECT m.* FROM json_each(?2) j CROSS JOIN merges m WHERE m.tenant_id = ?1 AND m.merge_id = unhex(j.value)";
const MERGES_INTO: &str = "SELECT m.* FROM json_each(?2) j CROSS JOIN merges m WHERE m.tenant_id = ?1 AND m.into_id = unhex(j.value)";

pub(super) const STATEMENTS: &[&str] = &[HOLDERS, USERS, MERGED, MERGES, MERGES_INTO];

/// Looks up everybody whom an order may mean.
pub(super) async fn here(transaction: &mut Transaction, order: &RestoreOrder) -> Result<Here, StoreError> {
    let named = Named::of(order);
    let mut here = Here::default();
    holders(transaction, order, &named, &mut here).await?;
    here.recognised = recognise_all(transaction.connection()?, order.tenant, &here.unheld(&named)).await?;
    for users in here.meant(&named).chunks(ROWS) {
        let ids = list(users.iter().map(|user| user.0))?;
        let query = sqlx::query(USERS).bind(order.tenant.0).bind(&ids);
        let found = all(query.fetch_all(transaction.connection()?).await, |row| {
            let row = Row::of(row, "users", &["tenant_id", "user_id"]);
            let merged_into = row.get::<Option<Uuid>>("merged_into")?.map(UserId);
            Ok((row.user()?, merged_into, row.time_opt("erased_at")?.is_some()))
        })?;
        here.know(found);
        let query = sqlx::query(MERGED).bind(order.tenant.0).bind(&ids);
        here.merged
            .extend(all(query.fetch_all(transaction.connection()?).await, |row| {
                let row = Row::of(row, "users", &["tenant_id", "user_id"]);
                Ok((
                    row.user()?,
                    usize::try_from(row.get::<i64>("merged")?).unwrap_or(usize::MAX),
                ))
            })?);
        let query = sqlx::query(MERGES_INTO).bind(order.tenant.0).bind(&ids);
        here.merges
            .extend(all(query.fetch_all(transaction.connection()?).await, merge_of)?);
    }
    for merges in named.merges.chunks(ROWS) {
        let ids = list(merges.iter().map(|merge| merge.0))?;
        let query = sqlx::query(MERGES).bind(order.tenant.0).bind(ids);
        here.merges
            .extend(all(query.fetch_all(transaction.connection()?).await, merge_of)?);
    }
    Ok(here)
}

/// Who has the identities.
async fn holders(
    transaction: &mut Transaction,
    order: &RestoreOrder,
    named: &Named<'_>,
    here: &mut Here,
) -> Result<(), StoreError> {
    for identities in named.identities.chunks(ROWS) {
        let sought: Vec<_> = identities
            .iter()
            .map(|identity| (identity.platform.as_str(), identity.id.as_str()))
            .collect();
        let query = sqlx::query(HOLDERS).bind(order.tenant.0).bind(json(&sought)?);
        let found = all(query.fetch_all(transaction.connection()?).await, |row| {
            let row = Row::of(row, "identities", &["tenant_id", "user_id"]);
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            let brought_by = row.get::<Option<Uuid>>("brought_by")?.map(UserId);
            let user = row.user()?;
            Ok((place, Holder { user, brought_by }))
        })?;
        for (place, holder) in found {
            if let Some(identity) = identities.get(place) {
                here.identities.insert((*identity).clone(), holder);
            }
        }
    }
    Ok(())
}

fn list(ids: impl Iterator<Item = Uuid>) -> Result<String, StoreError> {
    json(&ids.map(Id).collect::<Vec<_>>())
}
