//! Replays over the places where two users became one, and of what each has when they are two again.

use super::super::case::Case;
use super::super::id::SanctionId;
use super::super::member::Member;
use super::super::merge::{Crossed, Crossing, Half, Side, join};
use super::super::past::Past;
use super::super::sanction::{Sanction, later_end};
use super::super::time::Instant;
use super::super::timeline::Timeline;
use super::Replay;
use std::cmp::min_by;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// What a replay of one of two users begins with who were one for a while.
#[derive(Clone, Debug)]
pub struct Apart {
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The store's clock.
    pub now: Instant,
    /// The user's own state, just before the two became one.
    pub before: Member,
    /// What that looks back to.
    pub past: Past,
    /// The one member, as they stand.
    pub current: Member,
}

/// What a replay begins with of which the record stands: a sanction has another end by now, and the states that have it do not know.
#[derive(Clone, Debug)]
pub struct Again {
    /// The community's policies.
    pub timeline: Arc<Timeline>,
    /// The store's clock.
    pub now: Instant,
    /// The case that started the sanction.
    pub number: i64,
    /// The state just before it.
    pub before: Member,
    /// What that looks back to.
    pub past: Past,
    /// The member as they stand.
    pub current: Member,
}

impl Replay {
    /// Begins at a case, to work out the states from there on once more. Nothing falls, and nothing takes its place.
    #[must_use]
    pub fn again(start: Again, fresh: Box<dyn FnMut() -> Uuid + Send>) -> Self {
        let Again {
            timeline,
            now,
            number,
            before,
            past,
            current,
        } = start;
        let apart = Apart {
            timeline,
            now,
            before,
            past,
            current,
        };
        Self {
            number: Some(number),
            stands: true,
            ..Self::apart(apart, fresh)
        }
    }

    /// Begins where two became one, to go on with the entries of one of them alone. It never settles: every state was another one
    /// while they were one.
    #[must_use]
    pub fn apart(start: Apart, fresh: Box<dyn FnMut() -> Uuid + Send>) -> Self {
        Self {
            timeline: start.timeline,
            now: start.current.ledger.as_of.map_or(start.now, |t| t.max(start.now)),
            number: None,
            gone: false,
            stands: false,
            past: start.past,
            state: start.before,
            triggers: Vec::new(),
            pending: None,
            added: None,
            awaited: BTreeSet::new(),
            joined_later: true,
            settled: false,
            lowering: None,
            voided: Vec::new(),
            ended: Vec::new(),
            started: Vec::new(),
            shortened: None,
            reduced: Vec::new(),
            current: start.current,
            recent: Vec::new(),
            ended_at: None,
            fresh,
        }
    }

    /// The history becomes one with another user's, whose state comes with it. What is carried over is worked out again.
    pub fn cross(&mut self, crossing: Crossing) -> Crossed {
        self.add_before(crossing.at);
        let timeline = Arc::clone(&self.timeline);
        let version = timeline.version(crossing.policy_version);
        let version = version.unwrap_or_else(|| timeline.in_force(crossing.at));
        let side = self.state.clone();
        let own = Half {
            member: &side,
            past: &self.past,
        };
        let other = Half {
            member: &crossing.other,
            past: &crossing.other_past,
        };
        let (into, from) = match crossing.side {
            Side::Into => (own, other),
            Side::From => (other, own),
        };
        let member = join(crossing.merge, version, &timeline, (into, from), crossing.at);
        self.past.take_in(&crossing.other_past);
        self.state = member.clone();
        self.triggers.clear();
        // Under some version what comes of equal states may look back to what the two brought along.
        self.settled = self.number.is_some()
            && self.pending.is_none()
            && member.is_like(&crossing.recorded)
            && !timeline.looks_back();
        Crossed {
            side,
            member,
            settled: self.settled,
        }
    }

    /// A case of the other user's history ended sanctions of this one: they hold no longer. Gives them with the end that they came
    /// to, which is on record with them from now on, because no case of this history tells.
    pub fn ends(&mut self, case: &Case) -> Vec<Sanction> {
        let ids: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
        if !self.has_any(&ids) {
            return Vec::new();
        }
        let timeline = Arc::clone(&self.timeline);
        let version = timeline.judged(case.policy_version, case.at);
        self.state
            .settle_for(&version.policy, &timeline, &self.past, case.at);
        let mut gone = self.state.remove(&ids);
        for sanction in &mut gone {
            let ended = case.ended.iter().find(|ended| ended.id == sanction.id);
            let at = ended.map(|ended| ended.at);
            sanction.end = min_by(sanction.end, at, |a, b| later_end(*a, *b));
            sanction.over = true;
            sanction.version += 1;
        }
        self.state.hold(&version.policy, &self.past);
        gone
    }

    /// Whether all these sanctions are those of the history so far.
    #[must_use]
    pub fn has_all(&self, ids: &[SanctionId]) -> bool {
        ids.iter().all(|id| self.has_any(&[*id]))
    }

    fn has_any(&self, ids: &[SanctionId]) -> bool {
        self.state.sanctions.iter().any(|s| ids.contains(&s.id))
    }
}
