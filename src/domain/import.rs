//! A line of another bot's records becomes a case: judged by the version of the policy that was in force then.

use super::act::Detail;
use super::actor::Actor;
use super::case::{Case, Origin, Particulars};
use super::id::{SanctionId, UserId};
use super::kind::Kind;
use super::sanction::Sanction;
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An act as a line tells it, its parts checked one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The kind.
    pub kind: Kind,
    /// What some kinds take besides. It supersedes nothing.
    pub detail: Detail,
    /// When it happened, as exactly as the source says it.
    pub occurred_at: DateTime<Utc>,
    /// The same on the points clock.
    pub at: Instant,
    /// What people wrote.
    pub particulars: Particulars,
    /// From where it comes.
    pub origin: Origin,
}

/// Why a community cannot take a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It lies ahead.
    #[error("it lies in the future")]
    Future,
    /// No version of the policy registers the kind.
    #[error("no version of the community's policy registers the kind {kind}", kind = .0.name())]
    UnknownKind(Kind),
}

/// Who did what to whom, as far as the database has to say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// Upon whom.
    pub member: UserId,
    /// By whom.
    pub actor: Actor,
}

/// The version that judges a line: the one in force then. Where that does not know the kind, the first one after it that does,
/// because a community registers its kinds before it imports acts of them, and that was later than those acts.
///
/// # Errors
/// [`LineError::UnknownKind`] when there is none.
pub fn judging(timeline: &Timeline, kind: Kind, at: Instant) -> Result<&PolicyVersion, LineError> {
    let then = timeline.in_force(at);
    if then.policy.knows(kind) {
        return Ok(then);
    }
    let mut later = timeline.versions().filter(|v| v.version > then.version);
    later
        .find(|v| v.policy.knows(kind))
        .ok_or(LineError::UnknownKind(kind))
}

/// Whether a community can take a line.
///
/// # Errors
/// [`LineError`].
pub fn check(timeline: &Timeline, line: &Line, now: DateTime<Utc>) -> Result<(), LineError> {
    if line.occurred_at > now {
        return Err(LineError::Future);
    }
    judging(timeline, line.kind, line.at).map(|_| ())
}

/// The case of a line. What its sanction comes to, and what it lifts, is found when the member's ledger is rebuilt.
///
/// # Errors
/// [`LineError::UnknownKind`].
pub fn case(
    line: Line,
    people: People,
    number: i64,
    timeline: &Timeline,
    now: DateTime<Utc>,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Case, LineError> {
    let version = judging(timeline, line.kind, line.at)?;
    let Line {
        kind,
        detail,
        at,
        particulars,
        origin,
        ..
    } = line;
    let starts = kind.restricts();
    let started = starts.map(|restriction| Sanction {
        id: SanctionId(fresh()),
        kind,
        restriction,
        start: at,
        end: detail.duration.map(|span| at.after(span)),
        version: 1,
        case: number,
        named: particulars.named.clone(),
        capabilities: detail.capabilities.clone(),
        while_above: None,
        over: false,
    });
    Ok(Case {
        number,
        user: people.member,
        kind,
        actor: people.actor,
        at,
        recorded_at: now,
        points: version.policy.weight(kind),
        policy_version: version.version,
        causes: Vec::new(),
        duration: detail.duration,
        capabilities: detail.capabilities,
        started,
        ended: Vec::new(),
        rungs: Vec::new(),
        particulars,
        revision: 0,
        voided: None,
        reduced: None,
        released: None,
        origin: Some(origin),
        upheld: false,
        replaces: None,
    })
}
