//! Members whose state on platforms is looked at anew: what is on record of them is said where it was not.

use super::directives::{latest, put, targets};
use super::directory::{all, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::write::{Made, write};
use super::{Sqlite, observations, seams, void};
use crate::domain::directive::{is_unsaid, states};
use crate::domain::drift::came_about;
use crate::domain::id::{TenantId, UserId};
use crate::ports::directives::{Announce, Restatements};
use crate::ports::error::StoreError;
use crate::storage::batch::{Home, MemberKey, Writes};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

const NEXT: &str = "SELECT * FROM restatements WHERE turn_at <= ?1 ORDER BY turn_at LIMIT 1";
/// Those in a community who have a sanction whose end is not on record, behind one.
const SANCTIONED: &str = "SELECT DISTINCT tenant_id, community_id, user_id FROM sanctions WHERE tenant_id = ?1 AND community_id = ?2 \
    AND user_id > ?3 AND ended_how IS NULL ORDER BY user_id LIMIT ?4";
/// Unless it was noted once more meanwhile.
const GO_ON: &str = "UPDATE restatements SET progress = ?5 WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND turn_at = ?4";
const END: &str =
    "DELETE FROM restatements WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND turn_at = ?4";
const COMMUNITY: &str = "INSERT INTO restatements (tenant_id, community_id, user_id, turn_at, progress) \
    VALUES (?1, ?2, zeroblob(16), ?3, zeroblob(16)) \
    ON CONFLICT (tenant_id, community_id, user_id) DO UPDATE SET turn_at = excluded.turn_at, progress = excluded.progress";
const MEMBER: &str = "INSERT INTO restatements (tenant_id, community_id, user_id, turn_at, progress) \
    SELECT c.tenant_id, c.community_id, m.user_id, ?3, zeroblob(16) FROM communities c \
    JOIN members m ON m.tenant_id = c.tenant_id AND m.community_id = c.community_id AND m.user_id = ?2 WHERE c.tenant_id = ?1 \
    ON CONFLICT (tenant_id, community_id, user_id) DO UPDATE SET turn_at = excluded.turn_at, progress = excluded.progress";

pub(super) const STATEMENTS: &[&str] = &[NEXT, SANCTIONED, GO_ON, END, COMMUNITY, MEMBER];

/// One that waits.
struct Waiting {
    home: Home,
    user: Uuid,
    turn_at: DateTime<Utc>,
    progress: Uuid,
}

#[async_trait]
impl Restatements for Sqlite {
    async fn restate_portion(&self, announce: &dyn Announce, limit: u32) -> Result<bool, StoreError> {
        let now = self.now();
        let next = sqlx::query(NEXT)
            .bind(micros(now))
            .fetch_optional(self.pool.reader())
            .await;
        let Some(waiting) = one(next, waiting_of)? else {
            return Ok(false);
        };
        let mut transaction = self.pool.begin().await?;
        portion(&mut transaction, &waiting, announce, (limit, now)).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn portion(
    transaction: &mut Transaction,
    waiting: &Waiting,
    announce: &dyn Announce,
    (limit, now): (u32, DateTime<Utc>),
) -> Result<(), StoreError> {
    let (tenant, community) = waiting.home;
    let users = if waiting.user.is_nil() {
        let query = sqlx::query(SANCTIONED)
            .bind(tenant.0)
            .bind(community.0)
            .bind(waiting.progress)
            .bind(limit);
        all(query.fetch_all(transaction.connection()?).await, |row| {
            Row::of(row, "sanctions", &["tenant_id", "community_id"]).user()
        })?
    } else {
        vec![UserId(waiting.user)]
    };
    let mut members = BTreeSet::new();
    for user in &users {
        // Sanctions stay with the user under whom their cases stand; the state is that of who they are by now.
        let user = seams::present(transaction.connection()?, tenant, *user)
            .await?
            .unwrap_or(*user);
        members.insert(MemberKey {
            tenant,
            community,
            user,
        });
    }
    // In the order in which members are locked by everybody.
    for member in members {
        restate(transaction, member, announce, now).await?;
    }
    let goes_on = waiting.user.is_nil() && users.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let query = sqlx::query(if goes_on { GO_ON } else { END })
        .bind(tenant.0)
        .bind(community.0)
        .bind(waiting.user)
        .bind(micros(waiting.turn_at));
    let query = match users.last().filter(|_| goes_on) {
        Some(last) => query.bind(last.0),
        None => query,
    };
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Says what is on record of a member where it was not said.
async fn restate(
    transaction: &mut Transaction,
    member: MemberKey,
    announce: &dyn Announce,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(row) = void::member_row(transaction.connection()?, member).await? else {
        return Ok(());
    };
    let wishes = states(&row.state.sanctions);
    let mut unsaid = Vec::new();
    for target in targets(transaction, vec![(0, member)]).await? {
        for wish in &wishes {
            let directive = target.directive(member, wish.clone(), now);
            let said = latest(transaction, member.tenant, &directive).await?;
            let said = said.as_ref().map(|said| (&said.wish.wanted, said.state));
            if !is_unsaid(&wish.wanted, said) {
                continue;
            }
            let seen =
                observations::of_spot(transaction.connection()?, member.home(), directive.spot()).await?;
            let sight = seen.as_ref().map(|seen| &seen.sight);
            if !came_about(&wish.wanted, sight, said.map(|(_, state)| state), now) {
                unsaid.push((member.home(), directive));
            }
        }
    }
    if unsaid.is_empty() {
        return Ok(());
    }
    let mut writes = Writes::default();
    put(transaction, &mut writes, &unsaid, announce, now).await?;
    write(transaction, &writes, &Made::nobody(now)).await
}

/// Notes that a community has another space.
pub(super) async fn note_community(
    transaction: &mut Transaction,
    (tenant, community): Home,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(COMMUNITY)
        .bind(tenant.0)
        .bind(community.0)
        .bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Notes that somebody has other names, wherever they are a member.
pub(super) async fn note_user(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(MEMBER).bind(tenant.0).bind(user.0).bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

fn waiting_of(row: &sqlx::sqlite::SqliteRow) -> Result<Waiting, StoreError> {
    let row = Row::of(row, "restatements", &["tenant_id", "community_id", "user_id"]);
    Ok(Waiting {
        home: (row.tenant()?, row.community()?),
        user: row.get("user_id")?,
        turn_at: row.time("turn_at")?,
        progress: row.get("progress")?,
    })
}
