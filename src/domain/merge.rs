//! Two users who turn out to be one person: what they have in a community becomes one ledger. Pure.
//!
//! Both balances are settled at that moment and carried over as one opening entry, as at a change of the decay model: under linear
//! decay it falls on from there, under expiry it lapses whole, and the entries of before are history. Offences keep their instants:
//! rungs that count them count both users' from then on. Sanctions and latches of both hold. Nothing fires, because nothing is
//! entered: a rung that the sum has passed is not crossed any more.
//!
//! - The decay clock stands still as long as it would have for either: until the later end of grace, and while a freezing sanction
//!   of either holds.
//! - A sanction that holds while points are high follows the sum.
//! - Whoever had nothing in the community changes nothing there.

use super::act::Recent;
use super::duplicate::REMEMBERED;
use super::id::{MergeId, UserId};
use super::ledger::Tally;
use super::member::Member;
use super::past::Past;
use super::rank::Authority;
use super::sanction::Sanction;
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};
use serde::{Deserialize, Serialize};

/// How many users may be one person.
pub const MAX_MERGED: usize = 20;

/// What one of the two has.
#[derive(Clone, Copy, Debug)]
pub struct Half<'a> {
    /// The state after their last entry.
    pub member: &'a Member,
    /// What went before it.
    pub past: &'a Past,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who remains.
    Into,
    /// The one who is now the other.
    From,
}

/// The place where two histories became one, as a replay of one of them comes to it.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// The merge.
    pub merge: MergeId,
    /// When.
    pub at: Instant,
    /// The version of the policy in force then.
    pub policy_version: i32,
    /// Whose history is replayed.
    pub side: Side,
    /// The other one's state.
    pub other: Member,
    /// What that looks back to.
    pub other_past: Past,
    /// The state of the one member, as recorded.
    pub recorded: Member,
}

/// Where two histories became one, and nothing of what they came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Junction {
    /// The merge.
    pub merge: MergeId,
    /// Who remains.
    pub into: UserId,
    /// Who is now the other.
    pub from: UserId,
    /// When.
    pub at: Instant,
    /// The community's last case of before.
    pub after: i64,
    /// Which of several at the same place.
    pub turn: i32,
    /// The version of the policy in force then.
    pub policy_version: i32,
}

impl Junction {
    /// Its place in history: after the cases of before, whose places end in 0.
    #[must_use]
    pub const fn spot(&self) -> (Instant, i64, i32) {
        (self.at, self.after, self.turn)
    }
}

/// What became of it in the replay.
#[derive(Clone, Debug)]
pub struct Crossed {
    /// The state of the replayed side just before.
    pub side: Member,
    /// The one member's state just after.
    pub member: Member,
    /// Nothing later can come out differently.
    pub settled: bool,
}

/// What a community says of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Their standing.
    pub authority: Authority,
    /// Nobody acts on them without breaking the glass.
    pub protected: bool,
    /// A bot.
    pub bot: bool,
}

impl Role {
    /// Of one person: the higher rank, and the protection of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            authority: self.authority.max(other.authority),
            protected: self.protected || other.protected,
            bot: self.bot || other.bot,
        }
    }

    /// What it is when the two are two again: as it was `before` they were one, but for what was set since they were `joined`.
    #[must_use]
    pub fn parted(self, before: Self, joined: Self) -> Self {
        let authority = self.authority == joined.authority;
        let (protected, bot) = (self.protected == joined.protected, self.bot == joined.bot);
        Self {
            authority: if authority {
                before.authority
            } else {
                self.authority
            },
            protected: if protected {
                before.protected
            } else {
                self.protected
            },
            bot: if bot { before.bot } else { self.bot },
        }
    }
}

/// The one ledger of two, at a moment that lies before neither's last entry.
#[must_use]
pub fn join(
    merge: MergeId,
    version: &PolicyVersion,
    timeline: &Timeline,
    (into, from): (Half<'_>, Half<'_>),
    at: Instant,
) -> Member {
    if is_blank(from.member) {
        return into.member.clone();
    }
    let settled = |half: Half<'_>| {
        let mut member = half.member.clone();
        member.settle_for(&version.policy, timeline, half.past, at);
        member
    };
    let (mut member, other) = (settled(into), settled(from));
    let ledger = &mut member.ledger;
    ledger.era = ledger.era.max(other.ledger.era);
    ledger.grace_until = ledger.grace_until.max(other.ledger.grace_until);
    ledger.latched.extend(other.ledger.latched);
    // The next offence asks for those of both.
    ledger.tally = Tally::default();
    ledger.open(ledger.balance.plus(other.ledger.balance), at);
    if let Some(opening) = &mut ledger.opening {
        opening.merge = Some(merge);
    }
    member.sanctions.extend(other.sanctions);
    member.sanctions.sort_by_key(|sanction| sanction.case);
    // Everything is carried over, so nothing is looked back to.
    member.hold(&version.policy, &Past::whole(Vec::new(), Vec::new()));
    for sanction in &mut member.sanctions {
        let mut earlier = into.member.sanctions.iter().chain(&from.member.sanctions);
        if let Some(before) = earlier.find(|before| before.id == sanction.id) {
            sanction.version = before.version + i32::from(sanction.end != before.end);
        }
    }
    member
}

/// The sanctions of either whose end is another one now that the points are one sum.
#[must_use]
pub fn moved(into: &Member, from: &Member, joined: &Member) -> Vec<Sanction> {
    let before = || into.sanctions.iter().chain(&from.sanctions);
    let has_moved = |s: &&Sanction| before().any(|before| before.id == s.id && before.end != s.end);
    joined.sanctions.iter().filter(has_moved).cloned().collect()
}

/// Whether the ledger has never heard of them.
fn is_blank(member: &Member) -> bool {
    member.ledger.as_of.is_none() && member.sanctions.is_empty()
}

/// The last acts upon both.
#[must_use]
pub fn recent(into: &[Recent], from: &[Recent]) -> Vec<Recent> {
    let mut both: Vec<Recent> = into.iter().chain(from).cloned().collect();
    both.sort_by_key(|act| (act.at, act.case));
    let surplus = both.len().saturating_sub(REMEMBERED);
    both.split_off(surplus)
}

/// The moment of a merge: now, unless one of the two has an entry that lies ahead of the clock.
#[must_use]
pub fn moment(now: Instant, into: &Member, from: &Member) -> Instant {
    [into, from]
        .into_iter()
        .filter_map(|member| member.ledger.as_of)
        .fold(now, Instant::max)
}

#[cfg(test)]
mod tests;
