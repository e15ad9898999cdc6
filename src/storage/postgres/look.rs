//! A member's state, read without a lock: each read is one statement, and policies come from memory where they are known.

use super::erased::recognise;
use super::errors::failed;
use super::load::timeline;
use super::record::{case_columns, case_of, lowered};
use super::row::{Row, all, one};
use super::seams::seam_before;
use super::{Postgres, people};
use crate::domain::actor::{Acting, Target};
use crate::domain::case::Case;
use crate::domain::id::UserId;
use crate::domain::member::Member;
use crate::domain::points::Points;
use crate::domain::time::Instant;
use crate::ports::error::StoreError;
use crate::ports::ledger::{ActorRef, PersonRef, Seen};
use crate::storage::batch::{Home, MemberKey, MemberRow, acting, acting_person};
use crate::storage::lowerings::lower;
use crate::storage::seams::later;
use sqlx::{PgConnection, PgExecutor};

macro_rules! look {
    ($user:literal) => {
        concat!(
            "SELECT c.tenant_id, c.community_id, c.policy_version, c.scheduled_version, c.scheduled_at, n.case_seq, clock_timestamp() AS now, u.user_id, \
             m.rank, m.level, m.protected, m.bot, m.state, m.recent FROM communities c \
             JOIN community_counters n ON n.tenant_id = c.tenant_id AND n.community_id = c.community_id \
             LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.user_id = ",
            $user,
            " LEFT JOIN LATERAL (SELECT * FROM members m WHERE m.tenant_id = c.tenant_id \
             AND m.community_id = c.community_id AND m.user_id = u.user_id OFFSET 0) m ON true WHERE c.tenant_id = $1 AND c.community_id = $2"
        )
    };
}

/// Whoever was merged into another user is that one.
const LOOK: &str =
    look!("(SELECT coalesce(merged_into, user_id) FROM users WHERE tenant_id = $1 AND user_id = $3)");
const LOOK_BY_IDENTITY: &str =
    look!("(SELECT user_id FROM identities WHERE tenant_id = $1 AND platform = $3 AND native_id = $4)");
/// The state after the last entry before a place in the order of (at, number).
const STATE_BEFORE: &str = concat!(
    "SELECT tenant_id, community_id, number, at, state, ",
    lowered!("cases"),
    " FROM cases WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 AND (at, number) < ($4, $5) \
     AND state IS NOT NULL ORDER BY at DESC, number DESC LIMIT 1"
);
const TERMS: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 AND (at, number) < ($4, $5) \
     AND points > 0 AND voided IS NULL ORDER BY at DESC, number DESC LIMIT $6"
);

pub(super) const STATEMENTS: &[&str] = &[LOOK, LOOK_BY_IDENTITY, STATE_BEFORE, TERMS];

pub(super) async fn look(store: &Postgres, home: Home, person: &PersonRef) -> Result<Seen, StoreError> {
    let query = match person {
        PersonRef::User(id) => sqlx::query(LOOK).bind(home.0.0).bind(home.1.0).bind(id.0),
        PersonRef::Identity(identity) => sqlx::query(LOOK_BY_IDENTITY)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(identity.platform.as_str())
            .bind(identity.id.as_str()),
    };
    let mut connection = store.pool.reader().acquire().await.map_err(failed)?;
    let row = query.fetch_optional(&mut *connection).await.map_err(failed)?;
    let row = row.ok_or(StoreError::NotFound("community"))?;
    let row = Row::of(&row, "members", &["tenant_id", "community_id", "user_id"]);
    let user = row.get::<Option<uuid::Uuid>>("user_id")?.map(UserId);
    if user.is_none() && matches!(person, PersonRef::User(_)) {
        return Err(StoreError::NotFound("user"));
    }
    if user.is_none()
        && let Some(user) = recognise(&mut connection, home.0, person).await?
    {
        drop(connection);
        return Box::pin(look(store, home, &PersonRef::User(user))).await;
    }
    let joined = row.get::<Option<&str>>("rank")?.is_some();
    let member = if joined {
        row.member()?
    } else {
        MemberRow::default()
    };
    let held = row.held()?;
    Ok(Seen {
        now: match store.pool.set_clock() {
            Some(now) => now,
            None => row.time("now")?,
        },
        timeline: timeline(&mut connection, &store.timelines, home, held).await?,
        target: user.map(|user| Target {
            user,
            authority: member.authority,
            protected: member.protected,
            bot: member.bot,
        }),
        member: member.state,
        recent: member.recent,
        next_case: row.get::<i64>("case_seq")? + 1,
    })
}

pub(super) async fn who_acts(
    store: &Postgres,
    (tenant, community): Home,
    actor: &ActorRef,
) -> Result<Acting, StoreError> {
    let Some(person) = acting_person(actor) else {
        return Ok(acting(actor, None, None));
    };
    let mut connection = store.pool.reader().acquire().await.map_err(failed)?;
    let mut known = people::who(&mut connection, &[(tenant, community, person)]).await?;
    if known.first().is_some_and(|known| known.user.is_none())
        && let Some(user) = recognise(&mut connection, tenant, person).await?
    {
        known = people::who(&mut connection, &[(tenant, community, &PersonRef::User(user))]).await?;
    }
    let known = known.first();
    let user = known.and_then(|known| known.user);
    if user.is_none() && matches!(person, PersonRef::User(_)) {
        return Err(StoreError::NotFound("user"));
    }
    Ok(acting(actor, user, known.and_then(|known| known.stored)))
}

/// The state after the last entry before (at, number), or after the last merge if that was later; empty when there is none.
pub(super) async fn state_before(
    connection: &mut PgConnection,
    member: MemberKey,
    at: Instant,
    number: i64,
) -> Result<Member, StoreError> {
    let query = sqlx::query(STATE_BEFORE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(at.seconds())
        .bind(number);
    let entry = one(query.fetch_optional(&mut *connection).await, |row| {
        let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
        let mut state = row.json("state")?;
        lower(&mut state, Points::from_units(row.get("lowered")?));
        Ok(((row.instant("at")?, row.get("number")?), state))
    })?;
    let seam = seam_before(connection, member, (at, number)).await?;
    Ok(later(entry, seam))
}

pub(super) async fn terms(
    on: impl PgExecutor<'_>,
    member: MemberKey,
    at: Instant,
    before: Option<(Instant, i64)>,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    // Everything up to the end of that second, or what stands before the place given, whichever is earlier.
    let end = (at, i64::MAX);
    let (at, number) = before.map_or(end, |before| before.min(end));
    let query = sqlx::query(TERMS)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(at.seconds())
        .bind(number)
        .bind(i64::from(limit));
    all(query.fetch_all(on).await, case_of)
}
