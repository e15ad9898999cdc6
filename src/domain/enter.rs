//! What an entry does to a member, the same when an act is decided and when history is replayed without a voided case.

use super::case::RungMark;
use super::kind::Kind;
use super::ladder::{self, Contest, Strength};
use super::member::Member;
use super::points::Points;
use super::policy::{Policy, Rung};
use super::sanction::Sanction;
use super::time::Instant;

/// What comes into the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The kind of act.
    pub kind: Kind,
    /// The points that it adds.
    pub points: Points,
    /// How many causes it has: 0 for a direct act.
    pub depth: usize,
    /// When.
    pub at: Instant,
    /// The sanction that it starts.
    pub started: Option<Sanction>,
}

impl Incoming {
    /// Whether it counts for grace and for the top rung.
    #[must_use]
    pub const fn is_offence(&self) -> bool {
        self.depth == 0 && self.kind.is_offence()
    }
}

/// Lets an entry into the ledger of a member who is settled up to its instant: points, grace, its sanction, and a latch for
/// every rung that it reaches. Gives the rung that fires, if one does, and a mark for each that was reached.
pub fn enter<'p>(
    member: &mut Member,
    policy: &'p Policy,
    incoming: Incoming,
    immune: bool,
) -> (Option<&'p Rung>, Vec<RungMark>) {
    let (at, offence) = (incoming.at, incoming.is_offence());
    let act = Strength::of(incoming.kind, at, incoming.started.as_ref().and_then(|s| s.end));
    let before = member.ledger.balance;
    member.add(policy, incoming.points, offence, at);
    member.sanctions.extend(incoming.started);
    let repeats = offence && incoming.points > Points::ZERO;
    let reached = ladder::reached(policy, &member.ledger, before, member.ledger.balance, repeats);
    member
        .ledger
        .latched
        .extend(reached.iter().map(|rung| rung.id.clone()));
    let contest = Contest {
        at,
        act,
        depth: incoming.depth,
        immune,
        sanctions: &member.sanctions,
    };
    ladder::contend(&reached, &contest)
}
