//! Merged users in a simulation: each user's cases are read by themselves, and where two histories became one, so do the runs.
//!
//! Histories are read user after user, in the order of an index. Those of merged users are read last, and each before the one that it
//! runs into; until then the two runs of a user wait, however many cases they came of.

use super::{Escalation, MOST_TOLD, Track};
use crate::domain::id::UserId;
use crate::domain::merge::Junction;
use crate::domain::time::Instant;
use std::collections::{HashMap, HashSet, VecDeque};

/// The merged users of a community, and those whose runs wait for the one that they join.
#[derive(Debug, Default)]
pub(super) struct People {
    order: Vec<UserId>,
    /// Who joins whom, in the order of history.
    joining: HashMap<UserId, VecDeque<Junction>>,
    running_on: HashSet<UserId>,
    waiting: HashMap<UserId, Track>,
}

impl People {
    /// Of the merges before a moment. What became one later was two until then.
    pub(super) fn new(mut junctions: Vec<Junction>, until: Option<Instant>) -> Self {
        junctions.retain(|junction| until.is_none_or(|until| junction.at < until));
        junctions.sort_by_key(Junction::spot);
        let mut people = Self::default();
        // Nobody joins somebody who has joined another one, so whoever joins first is whole first.
        people
            .order
            .extend(junctions.iter().map(|junction| junction.from));
        people.running_on.extend(&people.order);
        for junction in junctions {
            let into = junction.into;
            let those = people.joining.entry(into).or_default();
            if those.is_empty() && !people.running_on.contains(&into) {
                people.order.push(into);
            }
            those.push_back(junction);
        }
        people
    }

    /// All of them, each before the one whom they were merged into.
    pub(super) fn order(&self) -> &[UserId] {
        &self.order
    }

    /// Whether somebody was merged, or another one into them.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.running_on.contains(&user) || self.joining.contains_key(&user)
    }

    /// The next place where another one joins a user, if it lies before a case.
    pub(super) fn next_before(&mut self, user: UserId, case: Option<(Instant, i64)>) -> Option<Junction> {
        let those = self.joining.get_mut(&user)?;
        let next = those.front()?;
        let is_before = case.is_none_or(|(at, number)| next.spot() < (at, number, 0));
        if is_before { those.pop_front() } else { None }
    }

    /// Keeps the runs of a user who joins another one, until they do; gives back those of anybody else.
    pub(super) fn wait(&mut self, track: Track) -> Option<Track> {
        if self.running_on.contains(&track.user) {
            self.waiting.insert(track.user, track);
            return None;
        }
        Some(track)
    }

    /// The runs of a user who joins another one now; `None` when they have no cases here.
    pub(super) fn take(&mut self, user: UserId) -> Option<Track> {
        self.waiting.remove(&user)
    }
}

/// Puts what was found of another one to what was found of a user, in the order of history.
pub(super) fn put(told: &mut Vec<Escalation>, left_out: &mut u64, more: Vec<Escalation>, more_left_out: u64) {
    told.extend(more);
    told.sort_by_key(|one| (one.at, one.case));
    let surplus = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    *left_out += more_left_out + u64::try_from(surplus).unwrap_or(u64::MAX);
}
