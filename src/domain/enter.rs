//! What an entry does to a member, the same when an act is decided and when history is replayed without a voided case.

use super::case::RungMark;
use super::kind::Kind;
use super::ladder::{self, Contest, Reached, Strength};
use super::member::Member;
use super::past::{Offence, Past};
use super::points::Points;
use super::policy::Policy;
use super::sanction::Sanction;
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};

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
    /// The sanction that it starts. Where points hold it, its end is found here.
    pub started: Option<Sanction>,
}

/// What an entry enters under.
#[derive(Clone, Copy, Debug)]
pub struct Under<'p, 'a> {
    /// The version that judges it.
    pub version: &'p PolicyVersion,
    /// All versions.
    pub timeline: &'a Timeline,
    /// What went before.
    pub past: &'a Past,
    /// Whether nobody may escalate upon the member.
    pub immune: bool,
}

/// What an entry comes to, besides the member's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered<'p> {
    /// The sanction that it started.
    pub started: Option<Sanction>,
    /// The rung that fires, if one does.
    pub fired: Option<Reached<'p>>,
    /// A mark for each rung that was reached.
    pub marks: Vec<RungMark>,
}

impl Incoming {
    /// The offence that it is, if it is one: a direct act from warn up, or of a custom kind so marked.
    #[must_use]
    pub fn offence(&self, policy: &Policy) -> Option<Offence> {
        let (at, kind) = (self.at, self.kind);
        (self.depth == 0 && policy.is_offence(kind)).then_some(Offence { at, kind })
    }
}

/// Lets an entry into the ledger of a member who is settled up to its instant: points, grace, its sanction, and a latch for
/// every rung that it reaches.
pub fn enter<'p>(member: &mut Member, under: Under<'p, '_>, incoming: Incoming) -> Entered<'p> {
    let Under {
        version,
        timeline,
        past,
        immune,
    } = under;
    let policy: &Policy = &version.policy;
    let (at, offence) = (incoming.at, incoming.offence(policy));
    let earlier = timeline.version(member.ledger.tally.version).map(|v| &*v.policy);
    member.ledger.tally.complete(version, earlier, past, at);
    let before = member.ledger.balance;
    member.add(policy, incoming.points, offence.is_some(), at);
    let repeats = offence.is_some() && incoming.points > Points::ZERO;
    let mut reached = ladder::reached(policy, &member.ledger, before, member.ledger.balance, repeats);
    if let Some(offence) = offence {
        reached.extend(ladder::counted(policy, &mut member.ledger, offence));
    }
    let mut started = incoming.started;
    if let Some(sanction) = &mut started
        && let Some(level) = sanction.while_above
        && !sanction.over
    {
        sanction.end = member.drops_below(policy, past, level);
    }
    member.sanctions.extend(started.clone());
    member.hold(policy, past);
    member
        .ledger
        .latched
        .extend(reached.iter().map(|rung| rung.id.to_owned()));
    let end = started.as_ref().and_then(|s| s.end);
    let contest = Contest {
        at,
        act: Strength::of(policy.severity(incoming.kind), incoming.kind, at, end),
        depth: incoming.depth,
        immune,
        member,
        policy,
        past,
    };
    let (fired, marks) = ladder::contend(&reached, &contest);
    Entered {
        started,
        fired,
        marks,
    }
}
