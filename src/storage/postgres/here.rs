//! Who of an export's people is known here, and how they were merged.

use super::erased::recognise_all;
use super::errors::{failed, overtaken};
use super::row::{Row, all};
use super::seams::merge_of;
use crate::domain::id::UserId;
use crate::domain::identity::Identity;
use crate::ports::error::StoreError;
use crate::ports::history::RestoreOrder;
use crate::storage::restore::{Here, Holder, Named};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// How many are looked up at a time.
const ROWS: usize = 2_000;

const HOLDERS: &str = "SELECT i.tenant_id, i.user_id, i.brought_by, n.place FROM UNNEST($1::uuid[], $2::text[], $3::text[]) \
    WITH ORDINALITY AS n (tenant_id, platform, native_id, place) JOIN identities i ON i.tenant_id = n.tenant_id \
    AND i.platform = n.platform AND i.native_id = n.native_id";
/// Whoever merges or splits users waits until the community is there.
const USERS: &str = "SELECT tenant_id, user_id, merged_into, erased_at FROM users WHERE tenant_id = $1 AND user_id = ANY ($2::uuid[]) \
    ORDER BY user_id FOR KEY SHARE";
const MERGED: &str = "SELECT tenant_id, merged_into AS user_id, count(*) AS merged FROM users WHERE tenant_id = $1 \
    AND merged_into = ANY ($2::uuid[]) GROUP BY tenant_id, merged_into";
const MERGES: &str = "SELECT * FROM merges WHERE tenant_id = $1 AND merge_id = ANY ($2::uuid[])";
const MERGES_INTO: &str = "SELECT * FROM merges WHERE tenant_id = $1 AND into_id = ANY ($2::uuid[])";

pub(super) const STATEMENTS: &[&str] = &[HOLDERS, USERS, MERGED, MERGES, MERGES_INTO];

/// Looks up everybody whom an order may mean, and holds them.
///
/// # Errors
/// That they were merged or split meanwhile.
pub(super) async fn here(connection: &mut PgConnection, order: &RestoreOrder) -> Result<Here, StoreError> {
    let named = Named::of(order);
    let mut here = Here {
        identities: holders(&mut *connection, order, &named).await?,
        ..Here::default()
    };
    here.recognised = recognise_all(&mut *connection, order.tenant, &here.unheld(&named)).await?;
    let meant: Vec<Uuid> = here.meant(&named).iter().map(|user| user.0).collect();
    for users in meant.chunks(ROWS) {
        let query = sqlx::query(USERS).bind(order.tenant.0).bind(users);
        let found = all(query.fetch_all(&mut *connection).await, |row| {
            let row = Row::of(row, "users", &["tenant_id", "user_id"]);
            let merged_into = row.get::<Option<Uuid>>("merged_into")?.map(UserId);
            Ok((row.user()?, merged_into, row.time_opt("erased_at")?.is_some()))
        })?;
        here.know(found);
    }
    if holders(&mut *connection, order, &named).await? != here.identities {
        return Err(overtaken());
    }
    for users in meant.chunks(ROWS) {
        let query = sqlx::query(MERGED).bind(order.tenant.0).bind(users);
        here.merged
            .extend(all(query.fetch_all(&mut *connection).await, |row| {
                let row = Row::of(row, "users", &["tenant_id", "user_id"]);
                Ok((
                    row.user()?,
                    usize::try_from(row.get::<i64>("merged")?).unwrap_or(usize::MAX),
                ))
            })?);
        let query = sqlx::query(MERGES_INTO).bind(order.tenant.0).bind(users);
        here.merges
            .extend(all(query.fetch_all(&mut *connection).await, merge_of)?);
    }
    let merges: Vec<Uuid> = named.merges.iter().map(|merge| merge.0).collect();
    for merges in merges.chunks(ROWS) {
        let query = sqlx::query(MERGES).bind(order.tenant.0).bind(merges);
        here.merges
            .extend(all(query.fetch_all(&mut *connection).await, merge_of)?);
    }
    Ok(here)
}

/// Who has the identities.
async fn holders(
    connection: &mut PgConnection,
    order: &RestoreOrder,
    named: &Named<'_>,
) -> Result<HashMap<Identity, Holder>, StoreError> {
    let mut holders = HashMap::new();
    for identities in named.identities.chunks(ROWS) {
        let found = sqlx::query(HOLDERS)
            .bind(vec![order.tenant.0; identities.len()])
            .bind(identities.iter().map(|i| i.platform.as_str()).collect::<Vec<_>>())
            .bind(identities.iter().map(|i| i.id.as_str()).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        for row in &found {
            let row = Row::of(row, "identities", &["tenant_id", "user_id"]);
            let place = usize::try_from(row.get::<i64>("place")? - 1).unwrap_or(usize::MAX);
            let brought_by = row.get::<Option<Uuid>>("brought_by")?.map(UserId);
            let user = row.user()?;
            if let Some(identity) = identities.get(place) {
                holders.insert((*identity).clone(), Holder { user, brought_by });
            }
        }
    }
    Ok(holders)
}
