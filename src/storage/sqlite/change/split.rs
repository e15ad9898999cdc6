//! A merge is undone: the two are two again.

use super::{Context, Stop};
use crate::domain::actor::Actor;
use crate::domain::id::{MergeId, SanctionId, UserId};
use crate::domain::identity::Identity;
use crate::domain::merge::Role;
use crate::domain::replay::Replay;
use crate::domain::replay::seams::Again;
use crate::domain::sanction::Sanction;
use crate::domain::timeline::Timeline;
use crate::ports::directory::{Change, Changed, Conflict, User};
use crate::ports::error::StoreError;
use crate::ports::merges::{Merge, Parted, PartedMember, Undone};
use crate::storage::batch::{Home, MemberRow};
use crate::storage::codec::{instant, json};
use crate::storage::merging::{Divided, Parting, PartingStart, fresh, subtree};
use crate::storage::seams::{Seam, Seams, member, onward, spot};
use crate::storage::sqlite::directory::all;
use crate::storage::sqlite::look::state_before;
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::recall::past_before;
use crate::storage::sqlite::record::case;
use crate::storage::sqlite::row::Row;
use crate::storage::sqlite::rows::{Id, ids};
use crate::storage::sqlite::void::River;
use crate::storage::sqlite::write::{Made, rows, write};
use crate::storage::sqlite::{amend, holds, lowerings, people, restatements, seams, void};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The merges that stand of which somebody is the later one.
const STANDING: &str = "SELECT tenant_id, merge_id, into_id, from_id FROM merges WHERE tenant_id = ?1 AND into_id = ?2 \
    AND undone IS NULL ORDER BY merge_id";
const BROUGHT: &str = "SELECT tenant_id, platform, native_id, brought_by FROM identities WHERE tenant_id = ?1 \
    AND user_id = ?2 AND brought_by IS NOT NULL ORDER BY platform, native_id";
const GIVE_BACK: &str = "UPDATE identities SET user_id = ?3, brought_by = nullif(brought_by, ?3) \
    WHERE tenant_id = ?1 AND user_id = ?2 AND brought_by = ?4";
const FREE: &str = "UPDATE users SET merged_into = nullif(?3, user_id) WHERE tenant_id = ?1 AND user_id = ?2";
const UNSEW: &str = "DELETE FROM seams WHERE tenant_id = ?1 AND community_id = ?2 AND merge_id = ?3";
const UNDO: &str = "UPDATE merges SET undone = ?3 WHERE tenant_id = ?1 AND merge_id = ?2";
/// Whoever named the person before they were split, and waits for their row, looks once more who that is.
const MARK: &str =
    "UPDATE members SET regrouped = 1 WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
const ROLE: &str = "UPDATE members SET rank = ?4, level = ?5, protected = ?6, bot = ?7 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
/// Cases that go to another user, with the state after each.
const MOVE: &str = "UPDATE cases SET user_id = unhex(j.value->>3), doc = json_set(doc, '$.user', j.value->>4), \
    state = j.value->>5, era = j.value->>6, clock = j.value->>7, sum = j.value->>8 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
const MOVE_SANCTIONS: &str = "UPDATE sanctions SET user_id = unhex(j.value->>3) FROM json_each(?1) j \
    WHERE sanctions.tenant_id = unhex(j.value->>0) AND sanctions.community_id = unhex(j.value->>1) \
    AND sanctions.sanction_id = unhex(j.value->>2)";
const MOVE_TIMERS: &str = "UPDATE timers SET user_id = unhex(j.value->>3) FROM json_each(?1) j \
    WHERE timers.tenant_id = unhex(j.value->>0) AND timers.community_id = unhex(j.value->>1) \
    AND timers.sanction_id = unhex(j.value->>2)";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[
    STANDING,
    BROUGHT,
    GIVE_BACK,
    FREE,
    UNSEW,
    UNDO,
    MARK,
    ROLE,
    MOVE,
    MOVE_SANCTIONS,
    MOVE_TIMERS,
];

/// A split under way.
struct Splitting {
    merge: Merge,
    /// Who the one person is.
    into: UserId,
    /// Everybody who is that person.
    group: Vec<UserId>,
    /// The merges that stand among them: into whom, and who.
    standing: Vec<(UserId, UserId)>,
    /// Those who are the other one again, and what each of them had brought along.
    leaving: BTreeSet<UserId>,
    going: BTreeSet<Identity>,
    by: Actor,
}

impl Context<'_> {
    pub(super) async fn split_users(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        let Change::SplitUsers {
            user,
            merge,
            reason,
            dry_run,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a split".into()).into());
        };
        let into = self.present(transaction, *user).await?;
        self.not_erased(transaction, into).await?;
        let splitting = self.splitting(transaction, into, *merge).await?;
        let mut communities = Vec::new();
        let either = [into, splitting.merge.into];
        for home in self.homes(transaction, either).await? {
            communities.extend(self.split_in(transaction, &splitting, home).await?);
        }
        let merge = Merge {
            undone: Some(Undone {
                at: self.now,
                by: splitting.by.clone(),
                reason: reason.clone(),
            }),
            ..splitting.merge.clone()
        };
        self.free(transaction, &splitting, &merge).await?;
        let into = self.read(transaction, into).await?;
        let from = self.read(transaction, merge.from).await?;
        Ok(Changed::Parted(Box::new(Parted {
            merge,
            into,
            from,
            communities,
            dry_run: *dry_run,
        })))
    }

    async fn read(&self, transaction: &mut Transaction, user: UserId) -> Result<User, Stop> {
        match self.user(transaction, user).await? {
            Changed::User(user) => Ok(user),
            _ => Err(StoreError::NotFound("user").into()),
        }
    }

    /// Who goes, if the merge is one of the person's and stands.
    async fn splitting(
        &self,
        transaction: &mut Transaction,
        into: UserId,
        merge: MergeId,
    ) -> Result<Splitting, Stop> {
        let tenant = self.order.tenant;
        let connection = transaction.connection()?;
        let found = seams::merge(&mut *connection, tenant, merge).await?;
        let merge = found.ok_or(StoreError::NotFound("merge"))?;
        if merge.undone.is_some() {
            let here = merge.into == into || merge.from == into;
            let known = here || seams::present(&mut *connection, tenant, merge.into).await? == Some(into);
            return Err(if known {
                Conflict::MergeUndone(merge.id).into()
            } else {
                StoreError::NotFound("merge").into()
            });
        }
        let group = seams::group(&mut *connection, tenant, into).await?;
        if !group.contains(&merge.from) {
            return Err(StoreError::NotFound("merge").into());
        }
        let mut standing = Vec::new();
        for user in &group {
            let query = sqlx::query(STANDING).bind(tenant.0).bind(user.0);
            standing.extend(all(query.fetch_all(&mut *connection).await, |row| {
                let row = Row::of(row, "merges", &["tenant_id", "merge_id"]);
                Ok((UserId(row.get("into_id")?), UserId(row.get("from_id")?)))
            })?);
        }
        let leaving = subtree(merge.from, &standing);
        let query = sqlx::query(BROUGHT).bind(tenant.0).bind(into.0);
        let brought = all(query.fetch_all(&mut *connection).await, |row| {
            let row = Row::of(row, "identities", &["tenant_id"]);
            let name = format!("{}:{}", row.text("platform")?, row.text("native_id")?);
            let identity = row.place().identity("native_id", Some(&name))?;
            Ok((identity, UserId(row.get("brought_by")?)))
        })?;
        let going = brought.into_iter().filter(|(_, by)| leaving.contains(by));
        let going = going.filter_map(|(identity, _)| identity).collect();
        let by = people::acting(transaction, tenant, None, &self.order.by, self.now).await?;
        Ok(Splitting {
            merge,
            into,
            group,
            standing,
            leaving,
            going,
            by: by.actor,
        })
    }

    /// What the one person has in a community is divided.
    async fn split_in(
        &self,
        transaction: &mut Transaction,
        splitting: &Splitting,
        home: Home,
    ) -> Result<Option<PartedMember>, Stop> {
        let connection = transaction.connection()?;
        // States that are there are written anew, and some go to another user.
        lowerings::settle(connection, home, &splitting.group).await?;
        let seams = seams::seams(connection, home, &splitting.group).await?;
        let sewn = seams.of(splitting.merge.id).cloned();
        let is_sewn = sewn.is_some();
        // Neither was a member there when they were merged.
        let seam = sewn.unwrap_or_else(|| seams.of_newcomers(&splitting.merge, &splitting.standing));
        let timeline = void::timeline_of(connection, home, self.timelines).await?;
        let mut sides = Vec::new();
        for (user, state) in [(seam.into, &seam.into_state), (seam.from, &seam.from_state)] {
            let behind = seams.behind(user, seam.spot());
            let who = (member(home, user), &behind);
            sides.push(past_before(connection, who, &timeline, state, seam.onward()).await?);
        }
        let (Some(from_past), Some(into_past)) = (sides.pop(), sides.pop()) else {
            return Err(StoreError::Failed("two sides have two pasts".into()).into());
        };
        let key = member(home, splitting.into);
        sqlx::query(MARK)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(splitting.into.0)
            .execute(&mut *connection)
            .await?;
        let row = void::member_row(connection, key).await?.unwrap_or_default();
        let now = instant(self.now)?;
        let end = (now.shifted(i64::MAX), i64::MAX);
        let behind = seams.behind(splitting.into, spot(end));
        let past = past_before(connection, (key, &behind), &timeline, &row.state, end).await?;
        let start = PartingStart {
            home,
            timeline: &timeline,
            now,
            seam: &seam,
            into: splitting.into,
            from: splitting.merge.from,
            joined: MemberRow { past, ..row },
            going: &splitting.going,
            into_past,
            from_past,
        };
        let mut parting = Parting::new(start, || fresh(self.now));
        let rest = seams.without(seam.merge);
        self.divide(transaction, (home, &timeline), (&rest, &seam), &mut parting)
            .await?;
        if !is_sewn && parting.is_idle() {
            return Ok(None);
        }
        let (told, cut) = self.part(transaction, home, (splitting, &seam), parting).await?;
        for of in cut {
            self.again(transaction, (home, &timeline), &splitting.group, &of)
                .await?;
        }
        Ok(Some(told))
    }

    /// Goes through the history since the merge.
    async fn divide(
        &self,
        transaction: &mut Transaction,
        (home, timeline): (Home, &Timeline),
        (seams, undone): (&Seams, &Seam),
        parting: &mut Parting,
    ) -> Result<(), Stop> {
        let (mut user, mut from) = (undone.into, undone.spot());
        loop {
            let seam = seams.next(user, from);
            let mut next = onward(from);
            loop {
                let here = member(home, user);
                let page = void::all_entries(transaction.connection()?, here, next, seam).await?;
                let Some(last) = page.last() else { break };
                next = (last.case.at, last.case.number + 1);
                let divided = parting.page(page);
                hand_over(transaction, home, &divided).await?;
            }
            let Some(seam) = seam else { return Ok(()) };
            let connection = transaction.connection()?;
            let past = void::other_past(connection, home, seams, timeline, (seam, user)).await?;
            let crossed = parting.cross(seam.crossing(seam.side(user), past));
            seams::rewrite(connection, home, &seam.crossed(user, &crossed)).await?;
            user = seam.into;
            from = (seam.at, seam.after, seam.turn + 1);
        }
    }

    /// Writes what each of the two is in a community from now on.
    async fn part(
        &self,
        transaction: &mut Transaction,
        home: Home,
        (splitting, seam): (&Splitting, &Seam),
        parting: Parting,
    ) -> Result<(PartedMember, Vec<(UserId, Sanction)>), Stop> {
        let parted = parting.finish(&splitting.by, self.now);
        amend::remake(
            transaction,
            home,
            &parted.voided,
            parted.restarted.iter(),
            &parted.reduced,
        )
        .await?;
        write(transaction, &parted.writes, &Made::nobody(self.now)).await?;
        move_sanctions(
            transaction,
            home,
            splitting.merge.from,
            (&parted.sanctions, &parted.timers),
        )
        .await?;
        set_role(transaction, home, splitting.into, parted.role).await?;
        sqlx::query(UNSEW)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(seam.merge.0)
            .execute(transaction.connection()?)
            .await?;
        Ok((parted.told, parted.cut))
    }

    /// Works out once more what came after a case since whose sanction was ended in the other one's name: it is over at its end now.
    async fn again(
        &self,
        transaction: &mut Transaction,
        (home, timeline): (Home, &Arc<Timeline>),
        group: &[UserId],
        (user, sanction): &(UserId, Sanction),
    ) -> Result<(), Stop> {
        let (user, number) = (*user, sanction.case);
        let connection = transaction.connection()?;
        let seams = seams::seams(&mut *connection, home, group).await?;
        let case = case(&mut *connection, home, number).await?;
        let (at, source) = (case.at, member(home, case.user));
        let before = state_before(connection, source, at, number).await?;
        let behind = seams.behind(case.user, spot((at, number)));
        let past = past_before(connection, (source, &behind), timeline, &before, (at, number)).await?;
        let row = void::member_row(connection, member(home, user)).await?;
        let start = Again {
            timeline: Arc::clone(timeline),
            now: instant(self.now)?,
            number,
            before,
            past,
            current: row.unwrap_or_default().state,
        };
        let river = River {
            home,
            source: case.user,
            member: member(home, user),
            seams,
        };
        let mut replay = Replay::again(start, fresh(self.now));
        void::replay(transaction, &river, timeline, (at, number), &mut replay).await?;
        Ok(())
    }

    /// The other one is themself again, with those who were merged into them before and all that they had brought along.
    async fn free(
        &self,
        transaction: &mut Transaction,
        splitting: &Splitting,
        merge: &Merge,
    ) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        let names = (&splitting.going, merge.from);
        holds::hand_over(transaction, tenant, &splitting.group, names).await?;
        for user in &splitting.leaving {
            sqlx::query(GIVE_BACK)
                .bind(tenant.0)
                .bind(splitting.into.0)
                .bind(merge.from.0)
                .bind(user.0)
                .execute(transaction.connection()?)
                .await?;
            sqlx::query(FREE)
                .bind(tenant.0)
                .bind(user.0)
                .bind(merge.from.0)
                .execute(transaction.connection()?)
                .await?;
        }
        sqlx::query(UNDO)
            .bind(tenant.0)
            .bind(merge.id.0)
            .bind(json(&merge.undone)?)
            .execute(transaction.connection()?)
            .await?;
        for user in [splitting.into, merge.from] {
            restatements::note_user(transaction, tenant, user, self.now).await?;
        }
        Ok(())
    }
}

/// Writes the states of the cases that stay, and hands over those that go.
async fn hand_over(transaction: &mut Transaction, home: Home, divided: &Divided) -> Result<(), StoreError> {
    amend::rewrite(transaction, home, &divided.rewritten()).await?;
    let (tenant, community) = ids(home);
    let mut gone = Vec::with_capacity(divided.go.len());
    for entry in &divided.go {
        let mark = crate::storage::batch::mark(&entry.case, entry.after.as_ref());
        gone.push((
            tenant,
            community,
            entry.case.number,
            Id(entry.case.user.0),
            entry.case.user,
            entry.after.as_ref().map(json).transpose()?,
            mark.map(|mark| mark.era),
            mark.map(|mark| mark.clock),
            mark.map(|mark| mark.sum.units()),
        ));
    }
    rows(transaction, MOVE, &gone).await
}

async fn move_sanctions(
    transaction: &mut Transaction,
    home: Home,
    to: UserId,
    (sanctions, timers): (&[SanctionId], &[SanctionId]),
) -> Result<(), StoreError> {
    let (tenant, community) = ids(home);
    let moved = |id: &SanctionId| (tenant, community, Id(id.0), Id(to.0));
    let sanctions: Vec<_> = sanctions.iter().map(moved).collect();
    rows(transaction, MOVE_SANCTIONS, &sanctions).await?;
    let timers: Vec<_> = timers.iter().map(moved).collect();
    rows(transaction, MOVE_TIMERS, &timers).await
}

async fn set_role(transaction: &mut Transaction, home: Home, user: UserId, role: Role) -> Result<(), Stop> {
    sqlx::query(ROLE)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(user.0)
        .bind(role.authority.rank.name())
        .bind(i64::from(role.authority.level))
        .bind(role.protected)
        .bind(role.bot)
        .execute(transaction.connection()?)
        .await?;
    Ok(())
}
