//! Who is one person, and where their histories became one.

use super::Postgres;
use super::errors::failed;
use super::row::{Row, all, one};
use crate::domain::id::{MergeId, TenantId, UserId};
use crate::domain::member::Member;
use crate::domain::time::Instant;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::merges::{Merge, Merges};
use crate::storage::batch::{Home, MemberKey};
use crate::storage::codec::{json, json_opt};
use crate::storage::seams::{Seam, Seams, merged};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor, PgPool};
use std::collections::{BTreeMap, BTreeSet};

/// Who a user is now.
const PRESENT: &str = "SELECT tenant_id, coalesce(merged_into, user_id) AS user_id FROM users \
    WHERE tenant_id = $1 AND user_id = $2";
const PRESENT_OF: &str = "SELECT tenant_id, user_id, merged_into FROM users WHERE tenant_id = $1 \
    AND user_id = ANY ($2) AND merged_into IS NOT NULL";
const MERGED: &str =
    "SELECT tenant_id, user_id FROM users WHERE tenant_id = $1 AND merged_into = $2 ORDER BY user_id";
const SEAMS: &str = "SELECT * FROM seams WHERE tenant_id = $1 AND community_id = $2 AND into_id = $3 \
    ORDER BY at, after_number, turn";
/// Into whom somebody was merged in a community.
const SEWN: &str = "SELECT tenant_id, community_id, into_id AS user_id FROM seams WHERE tenant_id = $1 AND community_id = $2 \
    ORDER BY into_id";
/// The last place before another one at which somebody was merged into a user, with the state just after.
const SEAM_BEFORE: &str = "SELECT tenant_id, community_id, merge_id, at, after_number, state FROM seams \
    WHERE tenant_id = $1 AND community_id = $2 AND into_id = $3 AND (at, after_number) < ($4, $5) \
    ORDER BY at DESC, after_number DESC, turn DESC LIMIT 1";
const REWRITE: &str = "UPDATE seams SET into_state = $4::text::json, from_state = $5::text::json, state = $6::text::json \
    WHERE tenant_id = $1 AND community_id = $2 AND merge_id = $3";

/// That a merge was made, and whether it was undone.
const NOTE: &str = "INSERT INTO merges (tenant_id, merge_id, into_id, from_id, merged_at, by_actor, reason, undone) \
    VALUES ($1, $2, $3, $4, $5, $6::text::json, $7, $8::text::json)";
const SEW: &str = "INSERT INTO seams (tenant_id, community_id, merge_id, into_id, from_id, at, after_number, turn, policy_version, \
    into_state, from_state, state, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::json, $11::text::json, \
    $12::text::json, $13::text::json)";

/// One merge.
const MERGE: &str = "SELECT * FROM merges WHERE tenant_id = $1 AND merge_id = $2";
const MERGES_INTO: &str = "SELECT * FROM merges WHERE tenant_id = $1 AND into_id = $2 \
    AND merge_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY merge_id DESC LIMIT $4";
const MERGES_FROM: &str = "SELECT * FROM merges WHERE tenant_id = $1 AND from_id = $2 \
    AND merge_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY merge_id DESC LIMIT $4";

pub(super) const STATEMENTS: &[&str] = &[
    PRESENT,
    PRESENT_OF,
    MERGED,
    SEAMS,
    SEWN,
    SEAM_BEFORE,
    REWRITE,
    NOTE,
    SEW,
    MERGE,
    MERGES_INTO,
    MERGES_FROM,
];

#[async_trait]
impl Merges for Postgres {
    async fn merges(
        &self,
        tenant: TenantId,
        user: UserId,
        page: After<MergeId>,
    ) -> Result<Vec<Merge>, StoreError> {
        merges(self.pool.reader(), tenant, user, page).await
    }

    async fn merged_among(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, UserId>, StoreError> {
        let query = sqlx::query(PRESENT_OF)
            .bind(tenant.0)
            .bind(users.iter().map(|user| user.0).collect::<Vec<_>>());
        let found = all(query.fetch_all(self.pool.reader()).await, |row| {
            let row = Row::of(row, "users", &["tenant_id", "user_id"]);
            Ok((row.user()?, row.get("merged_into").map(UserId)?))
        })?;
        Ok(found.into_iter().collect())
    }
}

/// Who a user is now; `None` for one whom the tenant does not have.
pub(super) async fn present(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<UserId>, StoreError> {
    let query = sqlx::query(PRESENT).bind(tenant.0).bind(user.0);
    one(query.fetch_optional(on).await, |row| {
        Row::of(row, "users", &["tenant_id", "user_id"]).user()
    })
}

/// Everybody who is one person with a user who was not merged into another one; themself first.
pub(super) async fn group(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<UserId>, StoreError> {
    let query = sqlx::query(MERGED).bind(tenant.0).bind(user.0);
    let merged = all(query.fetch_all(on).await, |row| {
        Row::of(row, "users", &["tenant_id", "user_id"]).user()
    })?;
    Ok(std::iter::once(user).chain(merged).collect())
}

/// Everybody who is one person with a user, whoever of them is named.
pub(super) async fn everybody(
    connection: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<UserId>, StoreError> {
    let present = present(&mut *connection, tenant, user).await?.unwrap_or(user);
    group(connection, tenant, present).await
}

/// The seams of everybody in a group.
pub(super) async fn seams(
    connection: &mut PgConnection,
    home: Home,
    group: &[UserId],
) -> Result<Seams, StoreError> {
    let mut found = Vec::new();
    for user in group.iter().filter(|_| group.len() > 1) {
        let query = sqlx::query(SEAMS).bind(home.0.0).bind(home.1.0).bind(user.0);
        found.extend(all(query.fetch_all(&mut *connection).await, seam_of)?);
    }
    Ok(Seams::new(found))
}

/// Those in whose history another one joined, in a community.
pub(super) async fn sewn(on: impl PgExecutor<'_>, home: Home) -> Result<BTreeSet<UserId>, StoreError> {
    let query = sqlx::query(SEWN).bind(home.0.0).bind(home.1.0);
    let users = all(query.fetch_all(on).await, |row| {
        Row::of(row, "seams", &["tenant_id", "community_id"]).user()
    })?;
    Ok(users.into_iter().collect())
}

/// The state after the last seam before a place, with where it is.
pub(super) async fn seam_before(
    on: impl PgExecutor<'_>,
    member: MemberKey,
    (at, number): (Instant, i64),
) -> Result<Option<((Instant, i64), Member)>, StoreError> {
    let query = sqlx::query(SEAM_BEFORE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(at.seconds())
        .bind(number);
    one(query.fetch_optional(on).await, |row| {
        let row = Row::of(row, "seams", &["tenant_id", "community_id", "merge_id"]);
        let place = (row.instant("at")?, row.get("after_number")?);
        Ok((place, row.json("state")?))
    })
}

/// Keeps the states of a seam that a replay went over.
pub(super) async fn rewrite(
    on: impl PgExecutor<'_>,
    (tenant, community): Home,
    seam: &Seam,
) -> Result<(), StoreError> {
    sqlx::query(REWRITE)
        .bind(tenant.0)
        .bind(community.0)
        .bind(seam.merge.0)
        .bind(json(&seam.into_state)?)
        .bind(json(&seam.from_state)?)
        .bind(json(&seam.state)?)
        .execute(on)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Writes down a merge.
pub(super) async fn note(on: impl PgExecutor<'_>, tenant: TenantId, merge: &Merge) -> Result<(), StoreError> {
    sqlx::query(NOTE)
        .bind(tenant.0)
        .bind(merge.id.0)
        .bind(merge.into.0)
        .bind(merge.from.0)
        .bind(merge.at)
        .bind(json(&merge.by)?)
        .bind(merge.reason.as_deref())
        .bind(json_opt(merge.undone.as_ref())?)
        .execute(on)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Writes down where two histories became one.
pub(super) async fn sew(on: impl PgExecutor<'_>, home: Home, seam: &Seam) -> Result<(), StoreError> {
    sqlx::query(SEW)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(seam.merge.0)
        .bind(seam.into.0)
        .bind(seam.from.0)
        .bind(seam.at.seconds())
        .bind(seam.after)
        .bind(seam.turn)
        .bind(seam.policy_version)
        .bind(json(&seam.into_state)?)
        .bind(json(&seam.from_state)?)
        .bind(json(&seam.state)?)
        .bind(json(&seam.detail)?)
        .execute(on)
        .await
        .map_err(failed)?;
    Ok(())
}

/// A merge; `None` for one that the tenant does not have.
pub(super) async fn merge(
    on: impl PgExecutor<'_>,
    tenant: TenantId,
    id: MergeId,
) -> Result<Option<Merge>, StoreError> {
    let query = sqlx::query(MERGE).bind(tenant.0).bind(id.0);
    one(query.fetch_optional(on).await, merge_of)
}

/// The merges of a user, on either side.
pub(super) async fn merges(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    page: After<MergeId>,
) -> Result<Vec<Merge>, StoreError> {
    present(pool, tenant, user)
        .await?
        .ok_or(StoreError::NotFound("user"))?;
    let mut lists = Vec::new();
    for statement in [MERGES_INTO, MERGES_FROM] {
        let query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(user.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit));
        lists.push(all(query.fetch_all(pool).await, merge_of)?);
    }
    Ok(merged(lists, page.limit, |merge| merge.id))
}

pub(super) fn merge_of(row: &PgRow) -> Result<Merge, StoreError> {
    let row = Row::of(row, "merges", &["tenant_id", "merge_id"]);
    Ok(Merge {
        id: row.get("merge_id").map(MergeId)?,
        into: row.get("into_id").map(UserId)?,
        from: row.get("from_id").map(UserId)?,
        at: row.time("merged_at")?,
        by: row.json("by_actor")?,
        reason: row.get("reason")?,
        undone: row.json_opt("undone")?,
    })
}

pub(super) fn seam_of(row: &PgRow) -> Result<Seam, StoreError> {
    let row = Row::of(row, "seams", &["tenant_id", "community_id", "merge_id"]);
    Ok(Seam {
        merge: row.get("merge_id").map(MergeId)?,
        into: row.get("into_id").map(UserId)?,
        from: row.get("from_id").map(UserId)?,
        at: row.instant("at")?,
        after: row.get("after_number")?,
        turn: row.get("turn")?,
        policy_version: row.get("policy_version")?,
        into_state: row.json("into_state")?,
        from_state: row.json("from_state")?,
        state: row.json("state")?,
        detail: row.json("detail")?,
    })
}
