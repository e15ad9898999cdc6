//! Acts that wait for others, and what is spent of budgets.

use super::Postgres;
use super::directory::community_exists;
use super::errors::failed;
use super::row::{Row, all, one};
use super::seams;
use crate::domain::held::{Held, HeldState};
use crate::domain::hold::Sought;
use crate::domain::id::{CommunityId, HeldId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::ports::directory::After;
use crate::ports::error::StoreError;
use crate::ports::holds::Holds;
use crate::ports::ledger::Submission;
use crate::storage::batch::holds::SpentRow;
use crate::storage::batch::{Home, Loaded, Writes, holds};
use crate::storage::codec::instant;
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeSet;
use std::time::Duration;

const HELD: &str = "SELECT * FROM held_acts WHERE tenant_id = $1 AND community_id = $2 AND held_id = $3";
const LIST: &str = "SELECT * FROM held_acts WHERE tenant_id = $1 AND community_id = $2 \
    AND held_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY held_id DESC LIMIT $4";
const LIST_IN_STATE: &str = "SELECT * FROM held_acts WHERE tenant_id = $1 AND community_id = $2 AND state = $5 \
    AND held_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) \
    AND ($6::bigint IS NULL OR expires_at > $6) AND ($7::bigint IS NULL OR expires_at <= $7) \
    ORDER BY held_id DESC LIMIT $4";
const KEEP: &str = "INSERT INTO held_acts (tenant_id, community_id, held_id, user_id, state, expires_at, doc) \
    VALUES ($1, $2, $3, $4, $5, $6, $7::json) \
    ON CONFLICT (tenant_id, community_id, held_id) DO UPDATE SET state = excluded.state, doc = excluded.doc";
/// The held acts upon a member, wherever; and one of them handed to another user.
const OF_MEMBER: &str = "SELECT h.* FROM communities c JOIN held_acts h ON h.tenant_id = c.tenant_id \
    AND h.community_id = c.community_id AND h.user_id = $2 WHERE c.tenant_id = $1 ORDER BY h.community_id, h.held_id";
const HAND_OVER: &str = "UPDATE held_acts SET user_id = $4, doc = jsonb_set(doc::jsonb, '{user}', to_jsonb($5::text))::json \
    WHERE tenant_id = $1 AND community_id = $2 AND held_id = $3";
const SPENT: &str = "SELECT w.place, (SELECT count(*) FROM spent_acts s WHERE s.tenant_id = w.tenant_id \
    AND s.community_id = w.community_id AND s.bucket = w.bucket AND s.at > w.after \
    AND s.kind = ANY (string_to_array(w.kinds, ','))) AS spent \
    FROM UNNEST($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[]) \
    AS w (place, tenant_id, community_id, bucket, after, kinds) ORDER BY w.place";
const SPEND: &str = "INSERT INTO spent_acts (tenant_id, community_id, bucket, at, number, kind) \
    SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])";
const FORGET: &str = "WITH old AS (SELECT tenant_id, community_id, bucket, at, number FROM spent_acts WHERE at < $1 \
    ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) \
    DELETE FROM spent_acts s USING old WHERE s.tenant_id = old.tenant_id AND s.community_id = old.community_id \
    AND s.bucket = old.bucket AND s.at = old.at AND s.number = old.number";

pub(super) const STATEMENTS: &[&str] = &[
    HELD,
    LIST,
    LIST_IN_STATE,
    KEEP,
    OF_MEMBER,
    HAND_OVER,
    SPENT,
    SPEND,
    FORGET,
];

#[async_trait]
impl Holds for Postgres {
    async fn held(&self, tenant: TenantId, community: CommunityId, id: HeldId) -> Result<Held, StoreError> {
        held(self.pool.reader(), (tenant, community), id)
            .await?
            .ok_or(StoreError::NotFound("held act"))
    }

    async fn held_acts(
        &self,
        tenant: TenantId,
        community: CommunityId,
        state: Option<HeldState>,
        page: After<HeldId>,
    ) -> Result<Vec<Held>, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let now = instant(self.pool.now(&mut connection).await?)?.seconds();
        let statement = if state.is_some() { LIST_IN_STATE } else { LIST };
        let mut query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(i64::from(page.limit));
        if let Some(state) = state {
            let (name, open, over) = match state {
                HeldState::Held => ("held", Some(now), None),
                HeldState::Expired => ("held", None, Some(now)),
                HeldState::Released | HeldState::Rejected => (state.name(), None, None),
            };
            query = query.bind(name).bind(open).bind(over);
        }
        let found = all(query.fetch_all(&mut *connection).await, held_of)?;
        if found.is_empty() {
            community_exists(&mut *connection, tenant, community).await?;
        }
        Ok(found)
    }

    async fn spent(
        &self,
        tenant: TenantId,
        community: CommunityId,
        sought: &[Sought],
    ) -> Result<Vec<i64>, StoreError> {
        let sought: Vec<_> = sought
            .iter()
            .map(|one| ((tenant, community), one.clone()))
            .collect();
        spent(self.pool.reader(), &sought).await
    }

    async fn forget_spent(&self, age: Duration, limit: u32) -> Result<u64, StoreError> {
        let mut connection = self.pool.writer().acquire().await.map_err(failed)?;
        let now = instant(self.pool.now(&mut connection).await?)?;
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let forgotten = sqlx::query(FORGET)
            .bind(now.seconds().saturating_sub(age))
            .bind(i64::from(limit))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        Ok(forgotten.rows_affected())
    }
}

/// Loads what a batch has to know, once everything is locked.
pub(super) async fn load(
    connection: &mut PgConnection,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    for (home, id) in holds::held(batch) {
        if let Some(held) = held(&mut *connection, home, id).await? {
            for user in held.people() {
                let present = seams::present(&mut *connection, home.0, user).await?;
                loaded
                    .present
                    .extend(present.map(|present| ((home.0, user), present)));
            }
            loaded.held.insert((home, id), held);
        }
    }
    let sought = holds::counts(batch, loaded);
    if sought.is_empty() {
        return Ok(());
    }
    let counts = spent(connection, &sought).await?;
    for ((home, sought), acts) in sought.iter().zip(counts) {
        loaded.spent.entry(*home).or_default().learn(sought, acts);
    }
    Ok(())
}

/// Writes what a batch came to.
pub(super) async fn write(connection: &mut PgConnection, writes: &Writes) -> Result<(), StoreError> {
    for (((tenant, community), id), held) in &writes.held {
        sqlx::query(KEEP)
            .bind(tenant.0)
            .bind(community.0)
            .bind(id.0)
            .bind(held.user.0)
            .bind(holds::state(held))
            .bind(held.expires_at.seconds())
            .bind(holds::document(held)?)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    if writes.spent.is_empty() {
        return Ok(());
    }
    let rows = || writes.spent.iter();
    sqlx::query(SPEND)
        .bind(rows().map(|row| row.home.0.0).collect::<Vec<_>>())
        .bind(rows().map(|row| row.home.1.0).collect::<Vec<_>>())
        .bind(rows().map(|row| row.bucket.as_str()).collect::<Vec<_>>())
        .bind(rows().map(|row| row.at.seconds()).collect::<Vec<_>>())
        .bind(rows().map(|row| row.number).collect::<Vec<_>>())
        .bind(rows().map(|row| row.kind.name()).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Hands over what was asked for upon members under names that are another user's from now on.
pub(super) async fn hand_over(
    connection: &mut PgConnection,
    tenant: TenantId,
    members: &[UserId],
    (names, to): (&BTreeSet<Identity>, UserId),
) -> Result<(), StoreError> {
    for user in members {
        let query = sqlx::query(OF_MEMBER).bind(tenant.0).bind(user.0);
        let found = all(query.fetch_all(&mut *connection).await, |row| {
            let place = Row::of(row, "held_acts", &["tenant_id", "community_id", "held_id"]);
            Ok((place.community()?, held_of(row)?))
        })?;
        for (community, held) in found.iter().filter(|(_, held)| held.names_one_of(names)) {
            sqlx::query(HAND_OVER)
                .bind(tenant.0)
                .bind(community.0)
                .bind(held.id.0)
                .bind(to.0)
                .bind(to.0.to_string())
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

async fn held(
    on: impl PgExecutor<'_>,
    (tenant, community): Home,
    id: HeldId,
) -> Result<Option<Held>, StoreError> {
    let query = sqlx::query(HELD).bind(tenant.0).bind(community.0).bind(id.0);
    one(query.fetch_optional(on).await, held_of)
}

async fn spent(on: impl PgExecutor<'_>, sought: &[(Home, Sought)]) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(SPENT)
        .bind((0..).take(sought.len()).collect::<Vec<i64>>())
        .bind(sought.iter().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(sought.iter().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(
            sought
                .iter()
                .map(|(_, one)| one.bucket.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(sought.iter().map(|(_, one)| one.after).collect::<Vec<_>>())
        .bind(
            sought
                .iter()
                .map(|(_, one)| holds::kinds(one))
                .collect::<Vec<_>>(),
        )
        .fetch_all(on)
        .await;
    all(rows, |row| Row::of(row, "spent_acts", &["place"]).get("spent"))
}

pub(super) fn held_of(row: &PgRow) -> Result<Held, StoreError> {
    Row::of(row, "held_acts", &["tenant_id", "community_id", "held_id"]).json("doc")
}

pub(super) fn spent_of(row: &PgRow) -> Result<SpentRow, StoreError> {
    let row = Row::of(
        row,
        "spent_acts",
        &["tenant_id", "community_id", "number", "bucket"],
    );
    Ok(SpentRow {
        home: (row.tenant()?, row.community()?),
        bucket: row.text("bucket")?,
        at: row.instant("at")?,
        number: row.get("number")?,
        kind: row.place().kind("kind", row.get("kind")?)?,
    })
}
