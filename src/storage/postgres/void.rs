//! Voiding a case: history from there on is read in pages and replayed, in one transaction that holds the member alone.

use super::bench::bench;
use super::claims::kept_under;
use super::errors::{failed, failure, overtaken};
use super::load::{self, MEMBER};
use super::recall::past_before;
use super::record::{case, case_columns, lowered, sanction, stored_of};
use super::row::{Row, all, one};
use super::write::write;
use super::{Postgres, amend, appeals, directives, look, lowerings, notices, people, seams};
use crate::domain::act::Entry;
use crate::domain::actor::{Acting, Target};
use crate::domain::appeal::{Appeal, Bench};
use crate::domain::case::Case;
use crate::domain::id::UserId;
use crate::domain::past::Past;
use crate::domain::sanction::Sanction;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::appeals::TellAppeal;
use crate::ports::directives::Announce;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Closing, Course, Opening, Page, Place, Reply, Revision, VoidOrder};
use crate::storage::batch::{Home, MemberKey, MemberRow, Writes};
use crate::storage::halving::{Failure, MOST_RETRIES};
use crate::storage::lowerings::Stretch;
use crate::storage::seams::{Seam, Seams, member, onward, spot};
use crate::storage::timelines::Timelines;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::sync::Arc;

/// How many entries are read at a time: few at first, because most replays end soon, and then more and more.
const FIRST_PAGE: u16 = 32;
const PAGE: u16 = 500;

const LOCK: &str =
    "SELECT * FROM members WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 FOR UPDATE";
const IN_FORCE: &str = "SELECT tenant_id, community_id, policy_version, scheduled_version, scheduled_at FROM communities \
    WHERE tenant_id = $1 AND community_id = $2 FOR SHARE";
/// A stretch of a user's own history.
macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT ",
            case_columns!(),
            ", state, ",
            lowered!("cases"),
            " FROM cases WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 AND (at, number) >= ($4, $5) \
             AND (at, number) <= ($6, $7)",
            $which,
            " ORDER BY at, number LIMIT $8"
        )
    };
}

/// Those that the ledger has a state after.
const ENTRIES: &str = entries!(" AND state IS NOT NULL");
const ALL_ENTRIES: &str = entries!("");

/// The lock keeps the number for this transaction; counters are locked after members by everybody.
const LAST_NUMBER: &str = "SELECT tenant_id, community_id, case_seq FROM community_counters WHERE tenant_id = $1 AND community_id = $2 FOR UPDATE";

pub(super) const STATEMENTS: &[&str] = &[LOCK, IN_FORCE, LAST_NUMBER, ENTRIES, ALL_ENTRIES];

/// Makes a new revision for each try.
type Start<'a> = &'a (dyn Fn() -> Box<dyn Revision> + Send + Sync);

/// Voids a case; again, when it lost against another transaction.
pub(super) async fn void(store: &Postgres, order: &VoidOrder, start: Start<'_>) -> Result<Reply, StoreError> {
    for _ in 0..=MOST_RETRIES {
        match once(store, order, start).await.map_err(failure) {
            Err(Failure::Lost(_)) => {}
            other => return other.map_err(Failure::into_error),
        }
    }
    Err(StoreError::Busy)
}

async fn once(store: &Postgres, order: &VoidOrder, start: Start<'_>) -> Result<Reply, StoreError> {
    let mut transaction = store.pool.begin().await?;
    let reply = within(store, &mut transaction, order, start).await?;
    if matches!(reply, Reply::Done(_)) && !order.dry_run {
        transaction.commit().await.map_err(failed)?;
    }
    // One that is refused, or only tried out, or was done before, writes nothing.
    Ok(reply)
}

async fn within(
    store: &Postgres,
    connection: &mut PgConnection,
    order: &VoidOrder,
    start: Start<'_>,
) -> Result<Reply, StoreError> {
    let home = (order.tenant, order.community);
    if let Some(refusal) = super::archived::closed(&mut *connection, order.tenant, order.community).await? {
        return Ok(Reply::Refused(refusal));
    }
    let user = case(&mut *connection, home, order.number).await?.user;
    let present = seams::present(&mut *connection, home.0, user)
        .await?
        .unwrap_or(user);
    let now = store.pool.now(connection).await?;
    // Whoever acts is found or made before the member is locked; the case is read again once they are.
    let acting = people::acting(connection, order.tenant, Some(order.community), &order.actor, now).await?;
    let row = lock(connection, member(home, present)).await?;
    if let Some(claim) = &order.claim
        && let Some(kept) = kept_under(&mut *connection, order.tenant, claim).await?
    {
        return Ok(kept.reply(&claim.fingerprint));
    }
    let case = case(&mut *connection, home, order.number).await?;
    let river = river(connection, home, &case).await?;
    if river.member.user != present {
        return Err(overtaken());
    }
    let place = (case.at, case.number);
    let opening = opening(
        store,
        connection,
        &river,
        (case, row.unwrap_or_default(), acting),
        order,
    )
    .await?;
    let timeline = opening.timeline.clone();
    let before = opening.current.sanctions.clone();
    let mut revision = start();
    if let Err(refusal) = revision.open(opening) {
        return Ok(Reply::Refused(refusal));
    }
    replay(connection, &river, &timeline, place, revision.as_mut()).await?;
    let mut closing = revision.close();
    if let Some(Entry { case, .. }) = &mut closing.added {
        case.user = river.seams.owner(case.user, (case.at, case.number));
    }
    let answer = closing.answer.clone();
    if order.dry_run {
        return Ok(Reply::Done(answer));
    }
    close(
        connection,
        order,
        &river,
        (closing, &before),
        (&*revision.announcer(), revision.tell_appeal(), now),
    )
    .await?;
    Ok(Reply::Done(answer))
}

/// Locks a member; `None` when the community has no row for them.
pub(super) async fn lock(
    connection: &mut PgConnection,
    member: MemberKey,
) -> Result<Option<MemberRow>, StoreError> {
    let query = sqlx::query(LOCK)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0);
    one(query.fetch_optional(connection).await, |row| {
        Row::of(row, "members", MEMBER).member()
    })
}

/// Which way history runs from a case on.
pub(super) struct River {
    pub(super) home: Home,
    /// Whose history the case begins in: the user under whom it was recorded.
    pub(super) source: UserId,
    /// The member as they are now.
    pub(super) member: MemberKey,
    pub(super) seams: Seams,
}

async fn river(connection: &mut PgConnection, home: Home, case: &Case) -> Result<River, StoreError> {
    let group = seams::everybody(&mut *connection, home.0, case.user).await?;
    let present = group.first().copied().unwrap_or(case.user);
    Ok(River {
        home,
        source: case.user,
        member: member(home, present),
        seams: seams::seams(&mut *connection, home, &group).await?,
    })
}

async fn opening(
    store: &Postgres,
    connection: &mut PgConnection,
    river: &River,
    (case, row, acting): (Case, MemberRow, Acting),
    order: &VoidOrder,
) -> Result<Opening, StoreError> {
    let timeline = timeline_of(&mut *connection, river.home, &store.timelines).await?;
    let appeal = to_decide(&mut *connection, river.home, order, (&timeline, &acting)).await?;
    let audience = if appeal.is_some() || order.replaces {
        Some(notices::audience(&mut *connection, river.member).await?)
    } else {
        None
    };
    let source = member(river.home, river.source);
    let vacancy = if order.replaces {
        Some(vacancy(&mut *connection, river.home, &case).await?)
    } else {
        None
    };
    let place = (case.at, case.number);
    let before = look::state_before(&mut *connection, source, place.0, place.1).await?;
    let behind = river.seams.behind(river.source, spot(place));
    Ok(Opening {
        past: past_before(&mut *connection, (source, &behind), &timeline, &before, place).await?,
        now: store.pool.now(connection).await?,
        timeline,
        target: Target {
            user: river.member.user,
            authority: row.authority,
            protected: row.protected,
            bot: row.bot,
        },
        case,
        acting,
        before,
        current: row.state,
        recent: row.recent,
        place: vacancy,
        joined_later: river.seams.next(river.source, spot(place)).is_some(),
        appeal,
        audience,
    })
}

/// The appeal that an order decides, locked, and who could review it.
async fn to_decide(
    connection: &mut PgConnection,
    home: Home,
    order: &VoidOrder,
    (timeline, acting): (&Timeline, &Acting),
) -> Result<Option<(Appeal, Bench)>, StoreError> {
    let Some(id) = order.appeal else {
        return Ok(None);
    };
    let appeal = appeals::lock(&mut *connection, home, id).await?;
    if appeal.case != order.number {
        return Err(StoreError::NotFound("appeal"));
    }
    let (_, bench) = bench(&mut *connection, home, (&appeal, timeline), acting).await?;
    Ok(Some((appeal, bench)))
}

/// Writes that an appeal was decided, and that those of cases that were voided are moot.
async fn close_appeals(
    connection: &mut PgConnection,
    home: Home,
    closing: &mut Closing,
    (tell, now): (TellAppeal, DateTime<Utc>),
) -> Result<(), StoreError> {
    if let Some(appeal) = &closing.appeal {
        appeals::save(&mut *connection, home.0, appeal).await?;
    }
    let voided: Vec<i64> = closing.voided.iter().map(|(number, _)| *number).collect();
    if voided.is_empty() {
        return Ok(());
    }
    for mut appeal in appeals::open_of(&mut *connection, home, &voided).await? {
        if appeal.become_moot(now) {
            appeals::save(&mut *connection, home.0, &appeal).await?;
            closing.events.push(tell(&appeal, now));
        }
    }
    Ok(())
}

/// The place of a case for another one.
async fn vacancy(connection: &mut PgConnection, home: Home, case: &Case) -> Result<Place, StoreError> {
    let row = sqlx::query(LAST_NUMBER).bind(home.0.0).bind(home.1.0);
    let row = row.fetch_one(&mut *connection).await.map_err(failed)?;
    let last: i64 = Row::of(&row, "community_counters", &["tenant_id", "community_id"]).get("case_seq")?;
    let ended = match &case.started {
        Some(started) => sanction(&mut *connection, home, started.id).await?.ended,
        None => None,
    };
    Ok(Place {
        next_case: last + 1,
        ended: ended.map(|(_, at, _)| at),
    })
}

/// The policies of a community, which stay until the transaction ends.
pub(super) async fn timeline_of(
    connection: &mut PgConnection,
    home: Home,
    timelines: &Timelines,
) -> Result<Arc<Timeline>, StoreError> {
    let held = sqlx::query(IN_FORCE)
        .bind(home.0.0)
        .bind(home.1.0)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let held = Row::of(&held, "communities", &["tenant_id", "community_id"]).held()?;
    load::timeline(connection, timelines, home, held).await
}

/// The next entries of a user's own history, up to a seam.
async fn entries(
    connection: &mut PgConnection,
    statement: &'static str,
    member: MemberKey,
    from: (Instant, i64),
    (until, size): (Option<&Seam>, u16),
) -> Result<Stretch, StoreError> {
    let (at, number) = until.map_or((i64::MAX, i64::MAX), |seam| (seam.at.seconds(), seam.after));
    let query = sqlx::query(statement)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(from.0.seconds())
        .bind(from.1)
        .bind(at)
        .bind(number)
        .bind(i64::from(size));
    let read = all(query.fetch_all(connection).await, stored_of)?;
    Ok(Stretch::of(read))
}

/// The same, with cases that the ledger has nothing of.
pub(super) async fn all_entries(
    connection: &mut PgConnection,
    member: MemberKey,
    from: (Instant, i64),
    until: Option<&Seam>,
) -> Result<Vec<Entry>, StoreError> {
    let stretch = entries(connection, ALL_ENTRIES, member, from, (until, PAGE)).await?;
    Ok(stretch.entries)
}

/// Gives a replay the entries from a case on, over every place at which two histories became one, and writes the
/// states that it changes.
pub(super) async fn replay(
    connection: &mut PgConnection,
    river: &River,
    timeline: &Timeline,
    first: (Instant, i64),
    course: &mut dyn Course,
) -> Result<(), StoreError> {
    let (mut user, mut from) = (river.source, spot(first));
    let mut size = FIRST_PAGE;
    loop {
        let seam = river.seams.next(user, from);
        let here = member(river.home, user);
        let mut next = onward(from);
        loop {
            let page = entries(&mut *connection, ENTRIES, here, next, (seam, size)).await?;
            let Some(last) = page.entries.last() else { break };
            next = (last.case.at, last.case.number + 1);
            let Page { rewritten, settled } = course.page(&page.entries);
            amend::rewrite(&mut *connection, river.home, &page.rewritten(&rewritten)).await?;
            if settled {
                return Ok(());
            }
            if page.entries.len() < usize::from(size) {
                break;
            }
            size = (size * 4).min(PAGE);
        }
        let Some(seam) = seam else { return Ok(()) };
        let settled = over(&mut *connection, river, timeline, (seam, user), course).await?;
        if settled {
            return Ok(());
        }
        user = seam.into;
        from = (seam.at, seam.after, seam.turn + 1);
    }
}

/// Takes a replay over a place at which two histories became one. Whether nothing can come out differently any more.
async fn over(
    connection: &mut PgConnection,
    river: &River,
    timeline: &Timeline,
    (seam, user): (&Seam, UserId),
    course: &mut dyn Course,
) -> Result<bool, StoreError> {
    let past = other_past(&mut *connection, river.home, &river.seams, timeline, (seam, user)).await?;
    let crossed = course.cross(seam.crossing(seam.side(user), past));
    seams::rewrite(&mut *connection, river.home, &seam.crossed(user, &crossed)).await?;
    Ok(crossed.settled)
}

/// What the other side of a seam looks back to.
pub(super) async fn other_past(
    connection: &mut PgConnection,
    home: Home,
    seams: &Seams,
    timeline: &Timeline,
    (seam, user): (&Seam, UserId),
) -> Result<Past, StoreError> {
    let (other, state) = seam.other(seam.side(user));
    let behind = seams.behind(other, seam.spot());
    let other = (member(home, other), &behind);
    past_before(connection, other, timeline, state, seam.onward()).await
}

async fn close(
    connection: &mut PgConnection,
    order: &VoidOrder,
    river: &River,
    (mut closing, before): (Closing, &[Sanction]),
    (announce, tell, now): (&dyn Announce, TellAppeal, DateTime<Utc>),
) -> Result<(), StoreError> {
    let home = river.home;
    let started = closing.started.iter().chain(&closing.shortened);
    amend::remake(connection, home, &closing.voided, started, &closing.reduced).await?;
    if let Some((number, reduced)) = &closing.reduction {
        amend::note_reduction(connection, home, *number, reduced).await?;
    }
    if let Some(lowering) = &closing.lowering {
        // Before the case that takes the place gets its number: that is not lowered.
        lowerings::note(&mut *connection, member(home, river.source), lowering).await?;
    }

    // Once the cases are written: whoever files an appeal meanwhile waits for them, or was waited for.
    close_appeals(&mut *connection, home, &mut closing, (tell, now)).await?;
    let answer = closing.answer.clone();
    let owner = |sanction: &Sanction| river.seams.owner(river.source, (sanction.start, sanction.case));
    let mut writes = Writes::remedy(river.member, before, closing, owner);
    if let Some(claim) = &order.claim {
        writes.keep(order.tenant, claim, &answer, now);
    }
    directives::issue(&mut *connection, &mut writes, announce, now).await?;
    write(connection, &writes).await
}
