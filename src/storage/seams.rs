//! The places where the histories of two users became one, apart from any SQL: who stands behind whom, and which way a replay takes.
//!
//! A merged user's cases keep the user under whom they were recorded; those that come later are recorded under the one who remains.
//! So the history of one person is a river: each user's own cases run down to the place where they join, and on under the other's
//! name. Whatever reads a stretch of it reads the cases of one user in the order of an index.

use super::batch::{Home, MemberKey};
use crate::domain::act::{Entry, Recent};
use crate::domain::id::{MergeId, UserId};
use crate::domain::member::Member;
use crate::domain::merge::{Crossed, Crossing, Role, Side};
use crate::domain::past::{Mark, Past};
use crate::domain::replay::{Fed, Replay};
use crate::domain::time::Instant;
use crate::ports::ledger::{Course, Page};
use crate::ports::merges::Merge;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A place in a history: the second, the case that was recorded last, and which of several seams after it; 0 for the case itself.
pub(crate) type Spot = (Instant, i64, i32);

/// Where a case stands.
pub(crate) const fn spot((at, number): (Instant, i64)) -> Spot {
    (at, number, 0)
}

/// Where history goes on from a place.
pub(crate) const fn onward((at, number, turn): Spot) -> (Instant, i64) {
    (at, if turn > 0 { number + 1 } else { number })
}

/// A case whose state comes out differently, with what is stored of that, and where it stands for decay by expiry.
pub(crate) type Rewritten<'a> = (i64, Cow<'a, Member>, Option<Mark>);

/// Where two histories became one.
#[derive(Clone, Debug)]
pub(crate) struct Seam {
    pub(crate) merge: MergeId,
    pub(crate) into: UserId,
    pub(crate) from: UserId,
    pub(crate) at: Instant,
    /// The last case of before.
    pub(crate) after: i64,
    pub(crate) turn: i32,
    pub(crate) policy_version: i32,
    /// The states just before, not settled.
    pub(crate) into_state: Member,
    pub(crate) from_state: Member,
    /// The state just after.
    pub(crate) state: Member,
    pub(crate) detail: SeamDetail,
}

/// What else has to be known to undo a merge.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SeamDetail {
    pub(crate) into_recent: Vec<Recent>,
    pub(crate) from_recent: Vec<Recent>,
    pub(crate) into_role: Role,
    /// What the one person was made of both.
    pub(crate) role: Role,
}

impl Seam {
    pub(crate) const fn spot(&self) -> Spot {
        (self.at, self.after, self.turn)
    }

    /// The place before which every entry is history to the merge.
    pub(crate) const fn onward(&self) -> (Instant, i64) {
        onward(self.spot())
    }

    /// The seam as the replay of one side comes to it.
    pub(crate) fn crossing(&self, side: Side, other_past: Past) -> Crossing {
        Crossing {
            merge: self.merge,
            at: self.at,
            policy_version: self.policy_version,
            side,
            other: self.other(side).1.clone(),
            other_past,
            recorded: self.state.clone(),
        }
    }

    /// With the states that a replay of a user's side came to.
    pub(crate) fn crossed(&self, user: UserId, crossed: &Crossed) -> Self {
        let mut seam = self.clone();
        match self.side(user) {
            Side::Into => seam.into_state = crossed.side.clone(),
            Side::From => seam.from_state = crossed.side.clone(),
        }
        seam.state = crossed.member.clone();
        seam
    }

    /// On which side a user is.
    pub(crate) fn side(&self, user: UserId) -> Side {
        if user == self.into { Side::Into } else { Side::From }
    }

    /// Who is on the other side, with their state.
    pub(crate) const fn other(&self, side: Side) -> (UserId, &Member) {
        match side {
            Side::Into => (self.from, &self.from_state),
            Side::From => (self.into, &self.into_state),
        }
    }
}

/// All seams of one person in a community, in the order of history.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seams(Vec<Seam>);

impl Seams {
    pub(crate) fn new(mut seams: Vec<Seam>) -> Self {
        seams.sort_by_key(Seam::spot);
        Self(seams)
    }

    /// The next seam of a user's history from a place on.
    pub(crate) fn next(&self, user: UserId, from: Spot) -> Option<&Seam> {
        let is_next = |seam: &&Seam| (seam.into == user || seam.from == user) && seam.spot() >= from;
        self.0.iter().find(is_next)
    }

    /// Under whom a case stands that takes a place in a user's history.
    pub(crate) fn owner(&self, user: UserId, place: (Instant, i64)) -> UserId {
        let (mut owner, mut from) = (user, (Instant::default(), 0, 0));
        while let Some(seam) = self.next(owner, from).filter(|seam| seam.spot() < spot(place)) {
            owner = seam.into;
            from = (seam.at, seam.after, seam.turn + 1);
        }
        owner
    }

    /// The seam of a merge where neither of the two was a member: everything came since. `merges` are those that stand, each with
    /// into whom and who.
    pub(crate) fn of_newcomers(&self, merge: &Merge, merges: &[(UserId, UserId)]) -> Seam {
        Seam {
            merge: merge.id,
            into: self.heir(merge.into, merges),
            from: merge.from,
            at: Instant::default(),
            after: 0,
            turn: 0,
            policy_version: 0,
            into_state: Member::default(),
            from_state: Member::default(),
            state: Member::default(),
            detail: SeamDetail::default(),
        }
    }

    /// Under whom a user's cases came who had none when others were merged into them: whoever they had become by then.
    fn heir(&self, user: UserId, merges: &[(UserId, UserId)]) -> UserId {
        let is_sewn = self.0.iter().any(|seam| seam.from == user);
        match merges.iter().find(|(_, from)| *from == user && !is_sewn) {
            Some((into, _)) => self.heir(*into, merges),
            None => user,
        }
    }

    /// The seam of a merge.
    pub(crate) fn of(&self, merge: MergeId) -> Option<&Seam> {
        self.0.iter().find(|seam| seam.merge == merge)
    }

    /// Without that of a merge.
    pub(crate) fn without(&self, merge: MergeId) -> Self {
        Self(
            self.0
                .iter()
                .filter(|seam| seam.merge != merge)
                .cloned()
                .collect(),
        )
    }

    /// Each without the identities by which cases named the person.
    pub(crate) fn without_names(mut self) -> Vec<Seam> {
        for seam in &mut self.0 {
            for state in [&mut seam.into_state, &mut seam.from_state, &mut seam.state] {
                state
                    .sanctions
                    .iter_mut()
                    .for_each(|sanction| sanction.named = None);
            }
        }
        self.0
    }

    /// Of several merges at one place this one comes last.
    pub(crate) fn next_turn(&self) -> i32 {
        self.0.iter().map(|seam| seam.turn).max().unwrap_or(0) + 1
    }

    /// Whose cases count as a user's history before a place.
    pub(crate) fn behind(&self, user: UserId, before: Spot) -> BTreeSet<UserId> {
        let mut behind = BTreeSet::from([user]);
        for seam in self
            .0
            .iter()
            .filter(|seam| seam.into == user && seam.spot() < before)
        {
            behind.extend(self.behind(seam.from, seam.spot()));
        }
        behind
    }
}

impl Course for Replay {
    fn page(&mut self, entries: &[Entry]) -> Page {
        let Fed { rewritten, settled } = self.feed(entries);
        Page { rewritten, settled }
    }

    fn cross(&mut self, crossing: Crossing) -> Crossed {
        Self::cross(self, crossing)
    }
}

/// Several users' rows, each list in descending order of a key, as one list in that order.
pub(crate) fn merged<T, K: Ord>(lists: Vec<Vec<T>>, limit: u32, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut all: Vec<T> = lists.into_iter().flatten().collect();
    all.sort_by_key(|row| std::cmp::Reverse(key(row)));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    all
}

/// A member of a community.
pub(crate) const fn member((tenant, community): Home, user: UserId) -> MemberKey {
    MemberKey {
        tenant,
        community,
        user,
    }
}

/// The later one of a state after an entry and one after a seam; of both at one place the seam, which comes after the entry.
pub(crate) fn later(
    entry: Option<((Instant, i64), Member)>,
    seam: Option<((Instant, i64), Member)>,
) -> Member {
    let last = match (entry, seam) {
        (Some(entry), Some(seam)) if entry.0 > seam.0 => Some(entry),
        (entry, seam) => seam.or(entry),
    };
    last.map(|(_, state)| state).unwrap_or_default()
}
