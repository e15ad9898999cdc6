//! A member's state, read without a lock: each read is one statement, and policies come from memory where they are known.

use super::directory::{all, one};
use super::erased::recognise;
use super::errors::failed;
use super::load::{member_of, timeline};
use super::record::{case_columns, case_of, lowered};
use super::row::Row;
use super::seams::seam_before;
use super::{Sqlite, directory};
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
use sqlx::{SqliteConnection, SqliteExecutor};

macro_rules! look {
    ($user:literal) => {
        concat!(
            "SELECT c.tenant_id, c.community_id, c.policy_version, c.scheduled_version, c.scheduled_at, n.case_seq, u.user_id, \
             coalesce(m.rank, 'member') AS rank, coalesce(m.level, 0) AS level, \
             coalesce(m.protected, 0) AS protected, coalesce(m.bot, 0) AS bot, m.state, \
             coalesce(m.recent, '[]') AS recent FROM communities c \
             JOIN community_counters n ON n.tenant_id = c.tenant_id AND n.community_id = c.community_id \
             LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.user_id = ",
            $user,
            " LEFT JOIN members m ON m.tenant_id = c.tenant_id AND m.community_id = c.community_id \
               AND m.user_id = u.user_id WHERE c.tenant_id = ?1 AND c.community_id = ?2"
        )
    };
}

/// Whoever was merged into another user is that one.
const LOOK: &str =
    look!("(SELECT coalesce(merged_into, user_id) FROM users WHERE tenant_id = ?1 AND user_id = ?3)");
const LOOK_BY_IDENTITY: &str =
    look!("(SELECT user_id FROM identities WHERE tenant_id = ?1 AND platform = ?3 AND native_id = ?4)");
/// The state after the last entry before a place in the order of (at, number).
const STATE_BEFORE: &str = concat!(
    "SELECT tenant_id, community_id, number, at, state, ",
    lowered!("cases"),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND (at, number) < (?4, ?5) \
     AND state IS NOT NULL ORDER BY at DESC, number DESC LIMIT 1"
);
const TERMS: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND (at, number) < (?4, ?5) \
     AND points > 0 AND voided IS NULL ORDER BY at DESC, number DESC LIMIT ?6"
);

pub(super) const STATEMENTS: &[&str] = &[LOOK, LOOK_BY_IDENTITY, STATE_BEFORE, TERMS];

pub(super) async fn look(store: &Sqlite, home: Home, person: &PersonRef) -> Result<Seen, StoreError> {
    let now = store.now();
    let query = match person {
        PersonRef::User(id) => sqlx::query(LOOK).bind(home.0.0).bind(home.1.0).bind(id.0),
        PersonRef::Identity(identity) => sqlx::query(LOOK_BY_IDENTITY)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(identity.platform.as_str())
            .bind(identity.id.as_str()),
    };
    let row = query.fetch_optional(store.pool.reader()).await.map_err(failed)?;
    let row = row.ok_or(StoreError::NotFound("community"))?;
    let read = Row::of(&row, "members", &["tenant_id", "community_id", "user_id"]);
    let user = read.get::<Option<uuid::Uuid>>("user_id")?.map(UserId);
    if user.is_none() && matches!(person, PersonRef::User(_)) {
        return Err(StoreError::NotFound("user"));
    }
    if user.is_none() {
        let mut connection = store.pool.reader().acquire().await.map_err(failed)?;
        if let Some(user) = recognise(&mut connection, home.0, person).await? {
            drop(connection);
            return Box::pin(look(store, home, &PersonRef::User(user))).await;
        }
    }
    let known = read.get::<Option<&str>>("state")?.is_some();
    let member = if known {
        member_of(&row)?
    } else {
        MemberRow::default()
    };
    let held = read.held()?;
    let next_case = read.get::<i64>("case_seq")? + 1;
    let timeline = timeline(store.pool.reader(), home, held, &store.timelines).await?;
    Ok(Seen {
        now,
        timeline,
        target: user.map(|user| Target {
            user,
            authority: member.authority,
            protected: member.protected,
            bot: member.bot,
        }),
        member: member.state,
        recent: member.recent,
        next_case,
    })
}

pub(super) async fn who_acts(
    on: &mut SqliteConnection,
    (tenant, community): Home,
    actor: &ActorRef,
) -> Result<Acting, StoreError> {
    let Some(person) = acting_person(actor) else {
        return Ok(acting(actor, None, None));
    };
    let mut profile = directory::profile(&mut *on, tenant, community, person).await?;
    if profile.is_none()
        && let Some(user) = recognise(&mut *on, tenant, person).await?
    {
        profile = directory::profile(on, tenant, community, &PersonRef::User(user)).await?;
    }
    match (profile, person) {
        (Some(profile), _) => Ok(acting(actor, Some(profile.user.id), Some(profile.authority))),
        (None, PersonRef::Identity(_)) => Ok(acting(actor, None, None)),
        (None, PersonRef::User(_)) => Err(StoreError::NotFound("user")),
    }
}

/// The state after the last entry before (at, number), or after the last merge if that was later; empty when there is none.
pub(super) async fn state_before(
    connection: &mut SqliteConnection,
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
    on: impl SqliteExecutor<'_>,
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
        .bind(limit);
    all(query.fetch_all(on).await, case_of)
}
