//! Directives: issued where something is decided, handed out under leases, and what relays report.

use super::Sqlite;
use super::directory::{all, one};
use super::errors::failed;
use super::pool::Transaction;
use super::row::{Row, micros};
use super::rows::Id;
use crate::domain::directive::{Directive, Effect, State, Wish};
use crate::domain::id::{CommunityId, DirectiveId, LeaseId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::notice::told;
use crate::ports::directives::{Announce, DirectiveFilter, Directives, Served, Taking};
use crate::ports::directory::{After, Link};
use crate::ports::error::StoreError;
use crate::storage::batch::issue::{Target, wanted};
use crate::storage::batch::{Home, MemberKey, Writes};
use crate::storage::codec::{json, json_opt};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;

/// The reason of a directive's case, as it is now.
macro_rules! with_reason {
    ($before:literal, $table:literal, $after:literal) => {
        concat!(
            $before,
            ", (SELECT c.reason FROM cases c WHERE c.tenant_id = ",
            $table,
            ".tenant_id AND c.community_id = ",
            $table,
            ".community_id AND c.number = ",
            $table,
            ".case_number) AS reason",
            $after
        )
    };
}

/// The names of members in the spaces that their communities are linked to.
const TARGETS: &str = "SELECT j.value->>0 AS place, l.tenant_id, l.platform, l.space, i.native_id FROM json_each(?1) j \
    CROSS JOIN links l ON l.tenant_id = unhex(j.value->>1) AND l.community_id = unhex(j.value->>2) \
    CROSS JOIN identities i ON i.tenant_id = l.tenant_id AND i.user_id = unhex(j.value->>3) AND i.platform = l.platform \
    ORDER BY 1, l.platform, l.space, i.native_id";
/// What lasts and is not settled gives way to what is wanted now; what the platform would have let go of by itself needs no second look.
const SUPERSEDE: &str = "UPDATE directives SET state = CASE WHEN state = 'open' THEN 'superseded' ELSE state END, due_at = NULL, lease_id = NULL, settled_at = coalesce(settled_at, ?2) \
    WHERE (tenant_id, directive_id) IN (SELECT d.tenant_id, d.directive_id FROM json_each(?1) j CROSS JOIN directives d \
    ON d.tenant_id = unhex(j.value->>0) AND d.community_id = unhex(j.value->>1) AND d.platform = j.value->>2 \
    AND d.space = j.value->>3 AND d.native_id = j.value->>4 AND d.effect = j.value->>5 AND d.due_at IS NOT NULL) \
    RETURNING *, NULL AS reason";
const ISSUE: &str = "INSERT INTO directives (tenant_id, community_id, directive_id, platform, space, native_id, user_id, effect, \
    wanted, case_number, state, attempts, created_at, due_at, lease_id, follows, notice_id, turn) \
    SELECT unhex(value->>0), unhex(value->>1), unhex(value->>2), value->>3, value->>4, value->>5, unhex(value->>6), value->>7, \
    value->>8, value->>9, 'open', value->>10, value->>11, value->>12, unhex(value->>13), \
    unhex(value->>14), unhex(value->>15), (SELECT coalesce(max(rowid), 0) FROM directives) + 1 + key FROM json_each(?1) ORDER BY key";
const IS_DUE: &str = "SELECT count(*) FROM (SELECT 1 FROM directives WHERE tenant_id = ?1 AND platform = ?2 AND due_at <= ?3 \
    AND (?4 IS NULL OR community_id IN (SELECT unhex(value) FROM json_each(?4))) LIMIT 1)";
const LEASE: &str = with_reason!(
    "UPDATE directives SET due_at = ?6, lease_id = ?7, settled_at = NULL, \
     attempts = CASE WHEN state = 'open' THEN attempts + 1 ELSE 1 END, state = 'open' WHERE (tenant_id, directive_id) IN \
     (SELECT tenant_id, directive_id FROM directives WHERE tenant_id = ?1 AND platform = ?2 AND due_at <= ?3 \
     AND (?4 IS NULL OR community_id IN (SELECT unhex(value) FROM json_each(?4))) ORDER BY due_at, directive_id LIMIT ?5) \
     RETURNING *",
    "directives",
    ""
);
const NEXT: &str = "SELECT min(due_at) AS due_at FROM directives WHERE tenant_id = ?1 AND platform = ?2 AND due_at IS NOT NULL \
    AND (?3 IS NULL OR community_id IN (SELECT unhex(value) FROM json_each(?3)))";
const IN_HAND: &str = "SELECT directive_id, lease_id FROM directives WHERE tenant_id = ?1 \
    AND directive_id IN (SELECT unhex(value) FROM json_each(?2)) AND lease_id IS NOT NULL AND due_at IS NOT NULL";
const DIRECTIVE: &str = with_reason!(
    "SELECT d.*",
    "d",
    " FROM directives d WHERE d.tenant_id = ?1 AND d.directive_id = ?2"
);
const NEWEST: &str = with_reason!(
    "SELECT d.*",
    "d",
    " FROM directives d WHERE d.tenant_id = ?1 AND d.community_id = ?2 AND d.platform = ?3 AND d.space = ?4 AND d.native_id = ?5 \
     AND d.effect = ?6 ORDER BY d.turn DESC LIMIT 1"
);
const LIST: &str = with_reason!(
    "SELECT d.*",
    "d",
    " FROM directives d WHERE d.tenant_id = ?1 AND (?2 IS NULL OR d.directive_id < ?2) \
     AND (?3 IS NULL OR d.community_id IN (SELECT unhex(value) FROM json_each(?3))) AND (?4 IS NULL OR d.user_id = ?4) \
     AND (?5 IS NULL OR d.platform = ?5) AND (?6 IS NULL OR d.state = ?6) ORDER BY d.directive_id DESC LIMIT ?7"
);
const KEEP: &str = "UPDATE directives SET state = ?3, attempts = ?4, failures = ?5, due_at = ?6, lease_id = ?7, settled_at = ?8, \
    receipt = ?9 WHERE tenant_id = ?1 AND directive_id = ?2";
/// What is left to do in a space that is no longer the community's.
const CANCEL_OF_LINK: &str = "UPDATE directives SET state = 'cancelled', due_at = NULL, lease_id = NULL, settled_at = ?5 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND platform = ?3 AND space = ?4 AND due_at IS NOT NULL";
const CANCEL_OF_COMMUNITY: &str = "UPDATE directives SET state = 'cancelled', due_at = NULL, lease_id = NULL, settled_at = ?3 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND due_at IS NOT NULL";
const FORGET_OF_USER: &str = "DELETE FROM directives WHERE tenant_id = ?1 AND user_id = ?2";

pub(super) const STATEMENTS: &[&str] = &[
    TARGETS,
    SUPERSEDE,
    ISSUE,
    IS_DUE,
    LEASE,
    NEXT,
    IN_HAND,
    DIRECTIVE,
    NEWEST,
    LIST,
    KEEP,
    CANCEL_OF_LINK,
    CANCEL_OF_COMMUNITY,
    FORGET_OF_USER,
];

#[async_trait]
impl Directives for Sqlite {
    async fn lease_directives(
        &self,
        tenant: TenantId,
        served: &Served,
        taking: &Taking,
    ) -> Result<Vec<Directive>, StoreError> {
        let now = micros(self.now());
        let communities = ids(served.communities.as_deref())?;
        // Whoever looks in vain, which is what relays mostly do, keeps nobody from writing.
        let due: i64 = sqlx::query_scalar(IS_DUE)
            .bind(tenant.0)
            .bind(served.platform.as_str())
            .bind(now)
            .bind(communities.as_deref())
            .fetch_one(self.pool.reader())
            .await
            .map_err(failed)?;
        if due == 0 {
            return Ok(Vec::new());
        }
        let lease = i64::try_from(taking.lease.as_micros()).unwrap_or(i64::MAX);
        let mut transaction = self.pool.begin().await?;
        let taken = sqlx::query(LEASE)
            .bind(tenant.0)
            .bind(served.platform.as_str())
            .bind(now)
            .bind(communities.as_deref())
            .bind(taking.limit)
            .bind(now.saturating_add(lease))
            .bind(taking.id.0)
            .fetch_all(transaction.connection()?)
            .await;
        let mut taken = all(taken, |row| {
            let turn: i64 = Row::of(row, "directives", KEY).get("turn")?;
            Ok((turn, directive_of(row)?))
        })?;
        transaction.commit().await?;
        // The statement returns its rows in no order.
        taken.sort_by_key(|(turn, _)| *turn);
        Ok(taken.into_iter().map(|(_, directive)| directive).collect())
    }

    async fn directives_in_hand(
        &self,
        tenant: TenantId,
        ids: &[DirectiveId],
    ) -> Result<Vec<(DirectiveId, LeaseId)>, StoreError> {
        let ids: Vec<Id> = ids.iter().map(|id| Id(id.0)).collect();
        let query = sqlx::query(IN_HAND).bind(tenant.0).bind(json(&ids)?);
        all(query.fetch_all(self.pool.reader()).await, in_hand_of)
    }

    async fn next_directive(
        &self,
        tenant: TenantId,
        served: &Served,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = sqlx::query(NEXT)
            .bind(tenant.0)
            .bind(served.platform.as_str())
            .bind(ids(served.communities.as_deref())?);
        let row = query.fetch_one(self.pool.reader()).await.map_err(failed)?;
        Row::of(&row, "directives", &[]).time_opt("due_at")
    }

    async fn directive(&self, tenant: TenantId, id: DirectiveId) -> Result<Directive, StoreError> {
        let query = sqlx::query(DIRECTIVE).bind(tenant.0).bind(id.0);
        let found = query.fetch_optional(self.pool.reader()).await;
        one(found, directive_of)?.ok_or(StoreError::NotFound("directive"))
    }

    async fn directives(
        &self,
        tenant: TenantId,
        filter: &DirectiveFilter,
        page: After<DirectiveId>,
    ) -> Result<Vec<Directive>, StoreError> {
        let query = sqlx::query(LIST)
            .bind(tenant.0)
            .bind(page.after.map(|id| id.0))
            .bind(ids(filter.communities.as_deref())?)
            .bind(filter.user.map(|user| user.0))
            .bind(filter.platform.as_ref().map(Platform::as_str))
            .bind(filter.state.map(State::name))
            .bind(page.limit);
        all(query.fetch_all(self.pool.reader()).await, directive_of)
    }
}

/// Issues what the writes wish for, each in every space where the member has a name, and appends what the log says of it. People of the batch
/// have to be written by now.
pub(super) async fn issue(
    transaction: &mut Transaction,
    writes: &mut Writes,
    announce: &dyn Announce,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if writes.wishes.is_empty() {
        return Ok(());
    }
    let wishes = std::mem::take(&mut writes.wishes);
    let issued = wishes.directives(targets(transaction, wishes.members()).await?, now);
    writes.queue(&issued, announce, now);
    if issued.is_empty() {
        return Ok(());
    }
    put(transaction, writes, &issued, announce, now).await
}

/// Issues directives in the place of those that are not settled, and appends what the log says of it. What is so already is only not looked
/// at again.
pub(super) async fn put(
    transaction: &mut Transaction,
    writes: &mut Writes,
    issued: &[(Home, Directive)],
    announce: &dyn Announce,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // What was carried out is only not looked at again.
    let followed = supersede(transaction, issued, now).await?.into_iter();
    for (home, old) in followed.filter(|(_, old)| old.state == State::Superseded) {
        writes.append(home.0, vec![announce.announce(&old, now)]);
    }
    let open: Vec<_> = issued.iter().filter(|(_, d)| d.state == State::Open).collect();
    insert(transaction, &open).await?;
    for (home, directive) in open {
        writes.append(home.0, vec![announce.announce(directive, now)]);
    }
    Ok(())
}

/// The names of members in the spaces that their communities are linked to, each with the place of the member.
pub(super) async fn targets(
    transaction: &mut Transaction,
    members: Vec<(usize, MemberKey)>,
) -> Result<Vec<Target>, StoreError> {
    let rows: Vec<_> = members
        .iter()
        .map(|(place, member)| {
            let (tenant, community) = (Id(member.tenant.0), Id(member.community.0));
            (*place, tenant, community, Id(member.user.0))
        })
        .collect();
    let query = sqlx::query(TARGETS).bind(json(&rows)?);
    all(query.fetch_all(transaction.connection()?).await, |row| {
        let row = Row::of(row, "links", &["tenant_id", "platform", "space"]);
        let place: i64 = row.get("place")?;
        Ok(Target {
            place: usize::try_from(place).unwrap_or(usize::MAX),
            platform: row.place().platform("platform", row.get("platform")?)?,
            space: row.place().native("space", row.get("space")?)?,
            native: row.place().native("native_id", row.get("native_id")?)?,
        })
    })
}

async fn supersede(
    transaction: &mut Transaction,
    issued: &[(Home, Directive)],
    now: DateTime<Utc>,
) -> Result<Vec<(Home, Directive)>, StoreError> {
    let lasting = issued.iter().filter(|(_, d)| d.wish.effect.lasts());
    let rows: Vec<_> = lasting
        .map(|((tenant, community), d)| {
            let target = (d.platform.as_str(), d.space.as_str(), d.member.as_str());
            (
                Id(tenant.0),
                Id(community.0),
                target.0,
                target.1,
                target.2,
                d.wish.effect.name(),
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(SUPERSEDE).bind(json(&rows)?).bind(micros(now));
    let mut gone = all(query.fetch_all(transaction.connection()?).await, |row| {
        let tenant = Row::of(row, "directives", KEY).tenant()?;
        let directive = directive_of(row)?;
        Ok(((tenant, directive.community), directive))
    })?;
    // The statement returns its rows in no order.
    gone.sort_by_key(|(_, directive)| directive.id);
    Ok(gone)
}

async fn insert(transaction: &mut Transaction, issued: &[&(Home, Directive)]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(issued.len());
    for ((tenant, community), d) in issued {
        let ids = (Id(tenant.0), Id(community.0), Id(d.id.0), Id(d.user.0));
        rows.push(serde_json::json!([
            ids.0,
            ids.1,
            ids.2,
            d.platform.as_str(),
            d.space.as_str(),
            d.member.as_str(),
            ids.3,
            d.wish.effect.name(),
            wanted(&d.wish.wanted)?,
            d.wish.case,
            d.attempts,
            micros(d.created_at),
            d.due_at.map(micros),
            d.lease.map(|lease| Id(lease.0)),
            d.follows.map(|first| Id(first.0)),
            told(d).map(|told| Id(told.notice.0)),
        ]));
    }
    let query = sqlx::query(ISSUE).bind(json(&rows)?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// A directive, locked as everything is.
pub(super) async fn lock(
    transaction: &mut Transaction,
    tenant: TenantId,
    id: DirectiveId,
) -> Result<Directive, StoreError> {
    let query = sqlx::query(DIRECTIVE).bind(tenant.0).bind(id.0);
    let found = query.fetch_optional(transaction.connection()?).await;
    one(found, directive_of)?.ok_or(StoreError::NotFound("directive"))
}

/// The latest directive about the same effect on the same member in the same space, locked, if there is one.
pub(super) async fn latest(
    transaction: &mut Transaction,
    tenant: TenantId,
    of: &Directive,
) -> Result<Option<Directive>, StoreError> {
    let query = sqlx::query(NEWEST)
        .bind(tenant.0)
        .bind(of.community.0)
        .bind(of.platform.as_str())
        .bind(of.space.as_str())
        .bind(of.member.as_str())
        .bind(of.wish.effect.name());
    let found = query.fetch_optional(transaction.connection()?).await;
    one(found, directive_of)
}

/// The same of a directive that is there.
pub(super) async fn newest(
    transaction: &mut Transaction,
    tenant: TenantId,
    of: &Directive,
) -> Result<Directive, StoreError> {
    let found = latest(transaction, tenant, of).await?;
    found.ok_or(StoreError::NotFound("directive"))
}

/// Writes down how a directive stands.
pub(super) async fn keep(
    transaction: &mut Transaction,
    tenant: TenantId,
    directive: &Directive,
) -> Result<(), StoreError> {
    let query = sqlx::query(KEEP)
        .bind(tenant.0)
        .bind(directive.id.0)
        .bind(directive.state.name())
        .bind(directive.attempts)
        .bind(directive.failures)
        .bind(directive.due_at.map(micros))
        .bind(directive.lease.map(|lease| lease.0))
        .bind(directive.settled_at.map(micros))
        .bind(json_opt(directive.receipt.as_ref())?);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Takes back what is left to do in a space.
pub(super) async fn cancel_of_link(
    transaction: &mut Transaction,
    (tenant, community): Home,
    link: &Link,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(CANCEL_OF_LINK)
        .bind(tenant.0)
        .bind(community.0)
        .bind(link.platform.as_str())
        .bind(link.space.as_str())
        .bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Takes back all that is left to do in a community.
pub(super) async fn cancel_of_community(
    transaction: &mut Transaction,
    (tenant, community): Home,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(CANCEL_OF_COMMUNITY)
        .bind(tenant.0)
        .bind(community.0)
        .bind(micros(now));
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

/// Forgets what platforms were to do about somebody.
pub(super) async fn forget_of_user(
    transaction: &mut Transaction,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    query.execute(transaction.connection()?).await.map_err(failed)?;
    Ok(())
}

fn ids(communities: Option<&[CommunityId]>) -> Result<Option<String>, StoreError> {
    let hex = |all: &[CommunityId]| json(&all.iter().map(|community| Id(community.0)).collect::<Vec<_>>());
    communities.map(hex).transpose()
}

const KEY: &[&str] = &["tenant_id", "directive_id"];

pub(super) fn directive_of(row: &SqliteRow) -> Result<Directive, StoreError> {
    let row = Row::of(row, "directives", KEY);
    let place = row.place();
    let effect = row.text("effect")?;
    Ok(Directive {
        id: DirectiveId(row.get("directive_id")?),
        community: row.community()?,
        platform: place.platform("platform", row.get("platform")?)?,
        space: place.native("space", row.get("space")?)?,
        member: place.native("native_id", row.get("native_id")?)?,
        user: row.user()?,
        wish: Wish {
            effect: Effect::named(&effect)
                .ok_or_else(|| place.corrupt("effect", "there is no such effect"))?,
            wanted: row.json("wanted")?,
            case: row.get("case_number")?,
        },
        reason: row.get("reason")?,
        state: place.directive_state("state", row.get("state")?)?,
        attempts: row.get("attempts")?,
        failures: row.get("failures")?,
        created_at: row.time("created_at")?,
        due_at: row.time_opt("due_at")?,
        lease: row.get::<Option<uuid::Uuid>>("lease_id")?.map(LeaseId),
        follows: row.get::<Option<uuid::Uuid>>("follows")?.map(DirectiveId),
        settled_at: row.time_opt("settled_at")?,
        receipt: row.json_opt("receipt")?,
    })
}

fn in_hand_of(row: &SqliteRow) -> Result<(DirectiveId, LeaseId), StoreError> {
    let row = Row::of(row, "directives", &["directive_id"]);
    Ok((
        row.get("directive_id").map(DirectiveId)?,
        row.get("lease_id").map(LeaseId)?,
    ))
}
