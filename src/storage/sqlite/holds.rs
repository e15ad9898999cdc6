//! Acts that wait for others, and what is spent of budgets.

use super::Sqlite;
use super::directory::{all, community_exists, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::Row;
use super::rows::{Id, ids};
use super::seams;
use super::write::rows;
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
use crate::storage::codec::{instant, json};
use async_trait::async_trait;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;
use std::time::Duration;

const HELD: &str = "SELECT * FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 AND held_id = ?3";
const LIST: &str = "SELECT * FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 \
    AND held_id < coalesce(?3, x'ffffffffffffffffffffffffffffffff') ORDER BY held_id DESC LIMIT ?4";
const LIST_IN_STATE: &str = "SELECT * FROM held_acts WHERE tenant_id = ?1 AND community_id = ?2 AND state = ?5 \
    AND held_id < coalesce(?3, x'ffffffffffffffffffffffffffffffff') \
    AND (?6 IS NULL OR expires_at > ?6) AND (?7 IS NULL OR expires_at <= ?7) ORDER BY held_id DESC LIMIT ?4";
const KEEP: &str = "INSERT INTO held_acts (tenant_id, community_id, held_id, user_id, state, expires_at, doc) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), unhex(value->>3), value->>4, value->>5, value->>6 \
    FROM jsonb_each(?1) WHERE true ON CONFLICT DO UPDATE SET state = excluded.state, doc = excluded.doc";
/// The held acts upon a member, wherever; and one of them handed to another user.
const OF_MEMBER: &str = "SELECT h.* FROM communities c JOIN held_acts h ON h.tenant_id = c.tenant_id \
    AND h.community_id = c.community_id AND h.user_id = ?2 WHERE c.tenant_id = ?1 ORDER BY h.community_id, h.held_id";
const HAND_OVER: &str = "UPDATE held_acts SET user_id = ?4, doc = json_set(doc, '$.user', ?5) \
    WHERE tenant_id = ?1 AND community_id = ?2 AND held_id = ?3";
const SPENT: &str = "SELECT j.key AS place, (SELECT count(*) FROM spent_acts s WHERE s.tenant_id = unhex(j.value->>0) \
    AND s.community_id = unhex(j.value->>1) AND s.bucket = j.value->>2 AND s.at > j.value->>3 \
    AND instr(',' || (j.value->>4) || ',', ',' || s.kind || ',') > 0) AS spent FROM jsonb_each(?1) j ORDER BY j.key";
const SPEND: &str = "INSERT INTO spent_acts (tenant_id, community_id, bucket, at, number, kind) \
    SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5 FROM jsonb_each(?1)";
const FORGET: &str = "DELETE FROM spent_acts WHERE (tenant_id, community_id, bucket, at, number) IN \
    (SELECT tenant_id, community_id, bucket, at, number FROM spent_acts WHERE at < ?1 ORDER BY at LIMIT ?2)";

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
impl Holds for Sqlite {
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
        let now = instant(self.now())?.seconds();
        let statement = if state.is_some() { LIST_IN_STATE } else { LIST };
        let mut query = sqlx::query(statement)
            .bind(tenant.0)
            .bind(community.0)
            .bind(page.after.map(|id| id.0))
            .bind(page.limit);
        if let Some(state) = state {
            let (name, open, over) = match state {
                HeldState::Held => ("held", Some(now), None),
                HeldState::Expired => ("held", None, Some(now)),
                HeldState::Released | HeldState::Rejected => (state.name(), None, None),
            };
            query = query.bind(name).bind(open).bind(over);
        }
        let found = all(query.fetch_all(self.pool.reader()).await, held_of)?;
        if found.is_empty() {
            community_exists(self.pool.reader(), tenant, community).await?;
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
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let before = instant(self.now())?.seconds().saturating_sub(age);
        let mut transaction = self.pool.begin().await?;
        let forgotten = sqlx::query(FORGET)
            .bind(before)
            .bind(limit)
            .execute(transaction.connection()?)
            .await
            .map_err(failed)?;
        transaction.commit().await?;
        Ok(forgotten.rows_affected())
    }
}

/// Loads what a batch has to know.
pub(super) async fn load(
    transaction: &mut Transaction,
    batch: &[Submission],
    loaded: &mut Loaded<'_>,
) -> Result<(), StoreError> {
    for (home, id) in holds::held(batch) {
        if let Some(held) = held(transaction.connection()?, home, id).await? {
            for user in held.people() {
                let present = seams::present(transaction.connection()?, home.0, user).await?;
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
    let counts = spent(transaction.connection()?, &sought).await?;
    for ((home, sought), acts) in sought.iter().zip(counts) {
        loaded.spent.entry(*home).or_default().learn(sought, acts);
    }
    Ok(())
}

/// Writes what a batch came to.
pub(super) async fn write(transaction: &mut Transaction, writes: &Writes) -> Result<(), StoreError> {
    let mut kept = Vec::with_capacity(writes.held.len());
    for ((home, id), held) in &writes.held {
        let (tenant, community) = ids(*home);
        let (state, end) = (holds::state(held), held.expires_at.seconds());
        kept.push((
            tenant,
            community,
            Id(id.0),
            Id(held.user.0),
            state,
            end,
            holds::document(held)?,
        ));
    }
    rows(transaction, KEEP, &kept).await?;
    let spent = writes.spent.iter().map(|row| {
        let (tenant, community) = ids(row.home);
        (
            tenant,
            community,
            &row.bucket,
            row.at.seconds(),
            row.number,
            row.kind.name(),
        )
    });
    rows(transaction, SPEND, &spent.collect::<Vec<_>>()).await
}

/// Hands over what was asked for upon members under names that are another user's from now on.
pub(super) async fn hand_over(
    transaction: &mut Transaction,
    tenant: TenantId,
    members: &[UserId],
    (names, to): (&BTreeSet<Identity>, UserId),
) -> Result<(), StoreError> {
    for user in members {
        let query = sqlx::query(OF_MEMBER).bind(tenant.0).bind(user.0);
        let found = all(query.fetch_all(transaction.connection()?).await, |row| {
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
                .execute(transaction.connection()?)
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

async fn held(
    on: impl SqliteExecutor<'_>,
    (tenant, community): Home,
    id: HeldId,
) -> Result<Option<Held>, StoreError> {
    let query = sqlx::query(HELD).bind(tenant.0).bind(community.0).bind(id.0);
    one(query.fetch_optional(on).await, held_of)
}

async fn spent(on: impl SqliteExecutor<'_>, sought: &[(Home, Sought)]) -> Result<Vec<i64>, StoreError> {
    let sought: Vec<_> = sought
        .iter()
        .map(|(home, one)| {
            let (tenant, community) = ids(*home);
            (tenant, community, &one.bucket, one.after, holds::kinds(one))
        })
        .collect();
    let rows = sqlx::query(SPENT).bind(json(&sought)?).fetch_all(on).await;
    all(rows, |row| Row::of(row, "spent_acts", &["place"]).get("spent"))
}

pub(super) fn held_of(row: &SqliteRow) -> Result<Held, StoreError> {
    Row::of(row, "held_acts", &["tenant_id", "community_id", "held_id"]).json("doc")
}

pub(super) fn spent_of(row: &SqliteRow) -> Result<SpentRow, StoreError> {
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
