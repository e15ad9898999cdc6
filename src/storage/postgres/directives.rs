//! Directives: issued where something is decided, handed out under leases, and what relays report.

use super::Postgres;
use super::errors::failed;
use super::row::{Row, all, one};
use crate::domain::directive::{Directive, Effect, State, Wish};
use crate::domain::id::{CommunityId, DirectiveId, LeaseId, TenantId, UserId};
use crate::domain::identity::Platform;
use crate::domain::notice::told;
use crate::ports::directives::{Announce, DirectiveFilter, Directives, Served, Taking};
use crate::ports::directory::{After, Link};
use crate::ports::error::StoreError;
use crate::storage::batch::issue::{Target, wanted};
use crate::storage::batch::{Home, MemberKey, Writes};
use crate::storage::codec::json_opt;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// A directive, with the reason of its case as it is now.
macro_rules! directives {
    ($from:literal) => {
        concat!(
            "SELECT d.*, (SELECT c.reason FROM cases c WHERE c.tenant_id = d.tenant_id AND c.community_id = d.community_id \
             AND c.number = d.case_number) AS reason FROM ",
            $from
        )
    };
}

/// The names of members in the spaces that their communities are linked to.
const TARGETS: &str = "SELECT w.place, l.tenant_id, l.platform, l.space, i.native_id \
    FROM UNNEST($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[]) AS w (place, tenant_id, community_id, user_id) \
    JOIN links l ON l.tenant_id = w.tenant_id AND l.community_id = w.community_id \
    JOIN identities i ON i.tenant_id = w.tenant_id AND i.user_id = w.user_id AND i.platform = l.platform \
    ORDER BY w.place, l.platform, l.space, i.native_id";
/// What lasts and is not settled gives way to what is wanted now; what the platform would have let go of by itself needs no second look.
const SUPERSEDE: &str = "UPDATE directives d SET state = CASE WHEN d.state = 'open' THEN 'superseded' ELSE d.state END, due_at = NULL, lease_id = NULL, settled_at = coalesce(d.settled_at, $7) \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) \
    AS w (tenant_id, community_id, platform, space, native_id, effect) WHERE d.tenant_id = w.tenant_id \
    AND d.community_id = w.community_id AND d.platform = w.platform AND d.space = w.space AND d.native_id = w.native_id \
    AND d.effect = w.effect AND d.due_at IS NOT NULL RETURNING d.*, NULL::text AS reason";
const ISSUE: &str = "INSERT INTO directives (tenant_id, community_id, directive_id, platform, space, native_id, user_id, effect, \
    wanted, case_number, state, attempts, created_at, due_at, lease_id, follows, notice_id) \
    SELECT n.tenant_id, n.community_id, n.directive_id, n.platform, n.space, n.native_id, n.user_id, n.effect, n.wanted::json, \
    n.case_number, 'open', n.attempts, n.created_at, n.due_at, n.lease_id, n.follows, n.notice_id \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], \
    $10::bigint[], $11::integer[], $12::timestamptz[], $13::timestamptz[], $14::uuid[], $15::uuid[], $16::uuid[]) WITH ORDINALITY AS n (tenant_id, community_id, \
    directive_id, platform, space, native_id, user_id, effect, wanted, case_number, attempts, created_at, due_at, lease_id, follows, notice_id, place) \
    ORDER BY n.place";
const LEASE: &str = concat!(
    "WITH due AS (SELECT tenant_id, directive_id FROM directives WHERE tenant_id = $1 AND platform = $2 AND due_at <= $3 \
     AND ($4::uuid[] IS NULL OR community_id = ANY ($4)) ORDER BY due_at, directive_id LIMIT $5 FOR UPDATE SKIP LOCKED), \
     d AS (UPDATE directives t SET due_at = $6, lease_id = $7, state = 'open', settled_at = NULL, \
     attempts = CASE WHEN t.state = 'open' THEN t.attempts + 1 ELSE 1 END FROM due \
     WHERE t.tenant_id = due.tenant_id AND t.directive_id = due.directive_id RETURNING t.*) ",
    directives!("d ORDER BY d.turn")
);
const NEXT: &str = "SELECT min(due_at) AS due_at FROM directives WHERE tenant_id = $1 AND platform = $2 AND due_at IS NOT NULL \
    AND ($3::uuid[] IS NULL OR community_id = ANY ($3))";
const IN_HAND: &str = "SELECT directive_id, lease_id FROM directives WHERE tenant_id = $1 AND directive_id = ANY ($2) \
    AND lease_id IS NOT NULL AND due_at IS NOT NULL";
const DIRECTIVE: &str = directives!("directives d WHERE d.tenant_id = $1 AND d.directive_id = $2");
const LOCK: &str = directives!("directives d WHERE d.tenant_id = $1 AND d.directive_id = $2 FOR UPDATE OF d");
const NEWEST: &str = directives!(
    "directives d WHERE d.tenant_id = $1 AND d.community_id = $2 AND d.platform = $3 AND d.space = $4 AND d.native_id = $5 \
     AND d.effect = $6 ORDER BY d.turn DESC LIMIT 1 FOR UPDATE OF d"
);
const LIST: &str = directives!(
    "directives d WHERE d.tenant_id = $1 AND d.directive_id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) \
     AND ($3::uuid[] IS NULL OR d.community_id = ANY ($3)) AND ($4::uuid IS NULL OR d.user_id = $4) \
     AND ($5::text IS NULL OR d.platform = $5) AND ($6::text IS NULL OR d.state = $6) ORDER BY d.directive_id DESC LIMIT $7"
);
const KEEP: &str = "UPDATE directives SET state = $3, attempts = $4, failures = $5, due_at = $6, lease_id = $7, settled_at = $8, \
    receipt = $9::json WHERE tenant_id = $1 AND directive_id = $2";
/// What is left to do in a space that is no longer the community's.
const CANCEL_OF_LINK: &str = "UPDATE directives SET state = 'cancelled', due_at = NULL, lease_id = NULL, settled_at = $5 \
    WHERE tenant_id = $1 AND community_id = $2 AND platform = $3 AND space = $4 AND due_at IS NOT NULL";
const CANCEL_OF_COMMUNITY: &str = "UPDATE directives SET state = 'cancelled', due_at = NULL, lease_id = NULL, settled_at = $3 \
    WHERE tenant_id = $1 AND community_id = $2 AND due_at IS NOT NULL";
const FORGET_OF_USER: &str = "DELETE FROM directives WHERE tenant_id = $1 AND user_id = $2";

pub(super) const STATEMENTS: &[&str] = &[
    TARGETS,
    SUPERSEDE,
    ISSUE,
    LEASE,
    NEXT,
    IN_HAND,
    DIRECTIVE,
    LOCK,
    NEWEST,
    LIST,
    KEEP,
    CANCEL_OF_LINK,
    CANCEL_OF_COMMUNITY,
    FORGET_OF_USER,
];

#[async_trait]
impl Directives for Postgres {
    async fn lease_directives(
        &self,
        tenant: TenantId,
        served: &Served,
        taking: &Taking,
    ) -> Result<Vec<Directive>, StoreError> {
        let mut connection = self.pool.writer().acquire().await.map_err(failed)?;
        let now = self.pool.now(&mut connection).await?;
        let lease = TimeDelta::from_std(taking.lease).unwrap_or(TimeDelta::MAX);
        let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let query = sqlx::query(LEASE)
            .bind(tenant.0)
            .bind(served.platform.as_str())
            .bind(now)
            .bind(uuids(served.communities.as_deref()))
            .bind(i64::from(taking.limit))
            .bind(until)
            .bind(taking.id.0);
        all(query.fetch_all(&mut *connection).await, directive_of)
    }

    async fn directives_in_hand(
        &self,
        tenant: TenantId,
        ids: &[DirectiveId],
    ) -> Result<Vec<(DirectiveId, LeaseId)>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let query = sqlx::query(IN_HAND).bind(tenant.0).bind(ids);
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
            .bind(uuids(served.communities.as_deref()));
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
            .bind(uuids(filter.communities.as_deref()))
            .bind(filter.user.map(|user| user.0))
            .bind(filter.platform.as_ref().map(Platform::as_str))
            .bind(filter.state.map(State::name))
            .bind(i64::from(page.limit));
        all(query.fetch_all(self.pool.reader()).await, directive_of)
    }
}

/// Issues what the writes wish for, each in every space where the member has a name, and appends what the log says of it.
pub(super) async fn issue(
    connection: &mut PgConnection,
    writes: &mut Writes,
    announce: &dyn Announce,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if writes.wishes.is_empty() {
        return Ok(());
    }
    let wishes = std::mem::take(&mut writes.wishes);
    let issued = wishes.directives(targets(&mut *connection, wishes.members()).await?, now);
    writes.queue(&issued, announce, now);
    if issued.is_empty() {
        return Ok(());
    }
    put(&mut *connection, writes, &issued, announce, now).await
}

/// Issues directives in the place of those that are not settled, and appends what the log says of it. What is so already is only not looked
/// at again.
pub(super) async fn put(
    connection: &mut PgConnection,
    writes: &mut Writes,
    issued: &[(Home, Directive)],
    announce: &dyn Announce,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // What was carried out is only not looked at again.
    let followed = supersede(&mut *connection, issued, now).await?.into_iter();
    for (home, old) in followed.filter(|(_, old)| old.state == State::Superseded) {
        writes.append(home.0, vec![announce.announce(&old, now)]);
    }
    let open: Vec<_> = issued.iter().filter(|(_, d)| d.state == State::Open).collect();
    insert(connection, &open).await?;
    for (home, directive) in open {
        writes.append(home.0, vec![announce.announce(directive, now)]);
    }
    Ok(())
}

/// The names of members in the spaces that their communities are linked to, each with the place of the member.
pub(super) async fn targets(
    connection: &mut PgConnection,
    members: Vec<(usize, MemberKey)>,
) -> Result<Vec<Target>, StoreError> {
    let places: Vec<i64> = members
        .iter()
        .map(|(place, _)| i64::try_from(*place).unwrap_or(i64::MAX))
        .collect();
    let column =
        |of: fn(&MemberKey) -> Uuid| -> Vec<Uuid> { members.iter().map(|(_, member)| of(member)).collect() };
    let query = sqlx::query(TARGETS)
        .bind(places)
        .bind(column(|member| member.tenant.0))
        .bind(column(|member| member.community.0))
        .bind(column(|member| member.user.0));
    all(query.fetch_all(connection).await, |row| {
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
    connection: &mut PgConnection,
    issued: &[(Home, Directive)],
    now: DateTime<Utc>,
) -> Result<Vec<(Home, Directive)>, StoreError> {
    let lasting: Vec<_> = issued.iter().filter(|(_, d)| d.wish.effect.lasts()).collect();
    if lasting.is_empty() {
        return Ok(Vec::new());
    }
    let texts = |of: fn(&Directive) -> &str| -> Vec<&str> { lasting.iter().map(|(_, d)| of(d)).collect() };
    let query = sqlx::query(SUPERSEDE)
        .bind(lasting.iter().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(lasting.iter().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(texts(|d| d.platform.as_str()))
        .bind(texts(|d| d.space.as_str()))
        .bind(texts(|d| d.member.as_str()))
        .bind(texts(|d| d.wish.effect.name()))
        .bind(now);
    let mut gone = all(query.fetch_all(connection).await, |row| {
        let tenant = Row::of(row, "directives", KEY).tenant()?;
        let directive = directive_of(row)?;
        Ok(((tenant, directive.community), directive))
    })?;
    // The statement returns its rows in no order.
    gone.sort_by_key(|(_, directive)| directive.id);
    Ok(gone)
}

async fn insert(connection: &mut PgConnection, issued: &[&(Home, Directive)]) -> Result<(), StoreError> {
    let texts = |of: fn(&Directive) -> &str| -> Vec<&str> { issued.iter().map(|(_, d)| of(d)).collect() };
    let each = || issued.iter().map(|(_, directive)| directive);
    let wants: Vec<String> = each().map(|d| wanted(&d.wish.wanted)).collect::<Result<_, _>>()?;
    let query = sqlx::query(ISSUE)
        .bind(issued.iter().map(|(home, _)| home.0.0).collect::<Vec<_>>())
        .bind(issued.iter().map(|(home, _)| home.1.0).collect::<Vec<_>>())
        .bind(each().map(|d| d.id.0).collect::<Vec<_>>())
        .bind(texts(|d| d.platform.as_str()))
        .bind(texts(|d| d.space.as_str()))
        .bind(texts(|d| d.member.as_str()))
        .bind(each().map(|d| d.user.0).collect::<Vec<_>>())
        .bind(texts(|d| d.wish.effect.name()))
        .bind(wants)
        .bind(each().map(|d| d.wish.case).collect::<Vec<_>>())
        .bind(each().map(|d| d.attempts).collect::<Vec<_>>())
        .bind(each().map(|d| d.created_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.due_at).collect::<Vec<_>>())
        .bind(each().map(|d| d.lease.map(|lease| lease.0)).collect::<Vec<_>>())
        .bind(each().map(|d| d.follows.map(|first| first.0)).collect::<Vec<_>>())
        .bind(
            each()
                .map(|d| told(d).map(|told| told.notice.0))
                .collect::<Vec<_>>(),
        );
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// A directive, locked.
pub(super) async fn lock(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: DirectiveId,
) -> Result<Directive, StoreError> {
    let query = sqlx::query(LOCK).bind(tenant.0).bind(id.0);
    let found = query.fetch_optional(connection).await;
    one(found, directive_of)?.ok_or(StoreError::NotFound("directive"))
}

/// The latest directive about the same effect on the same member in the same space, locked, if there is one.
pub(super) async fn latest(
    connection: &mut PgConnection,
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
    let found = query.fetch_optional(connection).await;
    one(found, directive_of)
}

/// The same of a directive that is there.
pub(super) async fn newest(
    connection: &mut PgConnection,
    tenant: TenantId,
    of: &Directive,
) -> Result<Directive, StoreError> {
    let found = latest(connection, tenant, of).await?;
    found.ok_or(StoreError::NotFound("directive"))
}

/// Writes down how a directive stands.
pub(super) async fn keep(
    connection: &mut PgConnection,
    tenant: TenantId,
    directive: &Directive,
) -> Result<(), StoreError> {
    let query = sqlx::query(KEEP)
        .bind(tenant.0)
        .bind(directive.id.0)
        .bind(directive.state.name())
        .bind(directive.attempts)
        .bind(directive.failures)
        .bind(directive.due_at)
        .bind(directive.lease.map(|lease| lease.0))
        .bind(directive.settled_at)
        .bind(json_opt(directive.receipt.as_ref())?);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Takes back what is left to do in a space.
pub(super) async fn cancel_of_link(
    connection: &mut PgConnection,
    (tenant, community): Home,
    link: &Link,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(CANCEL_OF_LINK)
        .bind(tenant.0)
        .bind(community.0)
        .bind(link.platform.as_str())
        .bind(link.space.as_str())
        .bind(now);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Takes back all that is left to do in a community.
pub(super) async fn cancel_of_community(
    connection: &mut PgConnection,
    (tenant, community): Home,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::query(CANCEL_OF_COMMUNITY)
        .bind(tenant.0)
        .bind(community.0)
        .bind(now);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Forgets what platforms were to do about somebody.
pub(super) async fn forget_of_user(
    connection: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<(), StoreError> {
    let query = sqlx::query(FORGET_OF_USER).bind(tenant.0).bind(user.0);
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

fn uuids(communities: Option<&[CommunityId]>) -> Option<Vec<Uuid>> {
    communities.map(|all| all.iter().map(|community| community.0).collect())
}

const KEY: &[&str] = &["tenant_id", "directive_id"];

pub(super) fn directive_of(row: &PgRow) -> Result<Directive, StoreError> {
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
        lease: row.get::<Option<Uuid>>("lease_id")?.map(LeaseId),
        follows: row.get::<Option<Uuid>>("follows")?.map(DirectiveId),
        settled_at: row.time_opt("settled_at")?,
        receipt: row.json_opt("receipt")?,
    })
}

fn in_hand_of(row: &PgRow) -> Result<(DirectiveId, LeaseId), StoreError> {
    let row = Row::of(row, "directives", &["directive_id"]);
    Ok((
        row.get("directive_id").map(DirectiveId)?,
        row.get("lease_id").map(LeaseId)?,
    ))
}
