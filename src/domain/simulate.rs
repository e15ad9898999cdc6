//! What the ladder would have done under another policy: a community's history replayed, one member after the other. Pure.
//!
//! Two runs go over the cases of a member side by side. One follows the record; the other enters the same acts of people under
//! the other policy, as if it had been in force from the beginning, and lets its ladder act. Where their escalations part, the
//! member would have been treated differently. What people did is the same in both runs:
//!
//! - A voided act is left out. A reduced one counts no more points than it was reduced to, and its sanction ends as it does now.
//! - What took the place of an act counts no more points than it does in the record, and fires nothing.
//! - An escalation that people voided, reduced or replaced would have been so too, had it come as it did.
//! - A lift ends the sanctions that it ended. One that left nothing of its kind in force leaves nothing of it in force under the
//!   other policy either.
//! - Acts of kinds that the other policy does not register are left out, and counted.
//!
//! Users who were merged are one person from then on in both runs, and two before.
//!
//! Nobody would have acted otherwise: acts that were refused, ranks and duplicates are no part of it. Whether a member was
//! protected is known only where that kept a rung from acting, or the act broke the glass.

mod people; // users who became one person
mod run; // one member, along the record and under the other policy

use self::people::{People, put};
use self::run::{Run, Turn};
use super::brief::Window;
use super::case::Case;
use super::id::UserId;
use super::kind::Kind;
use super::merge::Junction;
use super::name::Name;
use super::points::Points;
use super::policy::Policy;
use super::sanction::Restricted;
use super::standing::standing;
use super::time::Instant;
use super::timeline::{PolicyVersion, Timeline};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many escalations of a member are told on each side; of more, the number.
pub const MOST_TOLD: usize = 50;

/// An escalation, as the record has it or as it would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The rung that acted.
    pub rung: String,
    /// The direct act that set it off.
    pub case: i64,
    /// When.
    pub at: Instant,
    /// What it did.
    pub measure: Measure,
    /// The points that were shown then.
    pub points: Points,
}

/// What an escalation does to a member. Two that do the same treat them alike, whatever their rungs are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The kind of act.
    pub action: Kind,
    /// For how many seconds; `None` for an open end, and for what has none.
    pub duration: Option<i64>,
    /// What a restriction takes away.
    pub capabilities: BTreeSet<Name>,
    /// It holds as long as the points are not below this.
    pub while_above: Option<Points>,
}

/// Something under the record and under the other policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    /// As it is.
    pub was: T,
    /// As it would be.
    pub would: T,
}

/// A member who would have been treated differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Who.
    pub user: UserId,
    /// Escalations that would not have been, and such as would have been besides; oldest first.
    pub escalations: Both<Vec<Escalation>>,
    /// How many more there are of each.
    pub left_out: Both<u64>,
    /// The points shown at the end.
    pub points: Both<Points>,
    /// The restrictions in force at the end.
    pub restrictions: Both<Vec<Restricted>>,
}

/// The sums over all members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cases that were read.
    pub cases: u64,
    /// Members who were looked at.
    pub members: u64,
    /// Of them, those who would have been treated differently.
    pub differently: u64,
    /// Escalations within the window.
    pub escalations: Both<u64>,
    /// The same, by rung.
    pub rungs: BTreeMap<String, Both<u64>>,
    /// Acts of kinds that the other policy does not register.
    pub unregistered: BTreeMap<Kind, u64>,
}

/// A simulation under way: fed the cases of one member after the other, those of each in the order of (at, number). Cases of merged
/// users are passed over then, and fed once more at the end, user by user (see [`Simulation::merged`]).
#[derive(Debug)]
pub struct Simulation {
    recorded: Arc<Timeline>,
    other: Timeline,
    window: Window,
    now: Instant,
    track: Option<Track>,
    people: People,
    totals: Totals,
}

/// One member.
#[derive(Debug)]
struct Track {
    user: UserId,
    /// They have cases, and count as a member.
    counts: bool,
    was: Run,
    would: Run,
    /// The last act, whose escalations may still come.
    open: Option<Turn>,
    escalations: Both<Vec<Escalation>>,
    left_out: Both<u64>,
}

impl Simulation {
    /// Under a policy in place of all recorded versions. Escalations within the window are compared; what lies behind its end is
    /// not replayed. `now` is the moment that the ends of the runs are compared at, unless the window ends before.
    #[must_use]
    pub fn new(recorded: Arc<Timeline>, policy: Policy, window: Window, now: Instant) -> Self {
        let (version, activated_at) = (1, Instant::FIRST);
        let active = PolicyVersion {
            version,
            activated_at,
            policy: Arc::new(policy),
        };
        Self {
            recorded,
            other: Timeline::of(active),
            window,
            now: window.until.map_or(now, |until| until.min(now)),
            track: None,
            people: People::default(),
            totals: Totals::default(),
        }
    }

    /// Where users were merged: all places where histories of the community became one.
    #[must_use]
    pub fn with_merges(self, junctions: Vec<Junction>) -> Self {
        let people = People::new(junctions, self.window.until);
        Self { people, ..self }
    }

    /// Takes the next case. Gives the member before, if the case is another one's and they would have been treated differently.
    pub fn feed(&mut self, case: Case) -> Option<Difference> {
        let is_next = self.track.as_ref().is_none_or(|track| track.user != case.user);
        let difference = if is_next { self.close() } else { None };
        if is_next && self.people.has(case.user) {
            return difference;
        }
        self.totals.cases += 1;
        if self.window.until.is_some_and(|until| case.at >= until) {
            return difference;
        }
        let mut track = match self.track.take() {
            Some(track) => track,
            None => self.begin(case.user),
        };
        self.count(&mut track);
        self.cross(&mut track, Some((case.at, case.number)));
        match &mut track.open {
            // What took the place of an escalation may come after other acts of its second, so it is a turn of its own.
            Some(turn) if case.replaces.is_none() && case.causes.first() == Some(&turn.act.number) => {
                turn.escalations.push(case);
            }
            open => {
                let act = Turn {
                    act: case,
                    escalations: Vec::new(),
                };
                if let Some(turn) = open.replace(act) {
                    self.take(&mut track, &turn);
                }
            }
        }
        self.track = Some(track);
        difference
    }

    /// The merged users, in the order in which their cases are to be fed, each after [`Simulation::turn_to`].
    #[must_use]
    pub fn merged(&self) -> Vec<UserId> {
        self.people.order().to_vec()
    }

    /// Begins with a merged user, whose cases are fed next. Gives the member before, as [`Simulation::feed`] does.
    pub fn turn_to(&mut self, user: UserId) -> Option<Difference> {
        let difference = self.close();
        self.track = Some(self.begin(user));
        difference
    }

    /// Closes the last member, when there are no more cases.
    pub fn close(&mut self) -> Option<Difference> {
        let mut track = self.track.take()?;
        self.cross(&mut track, None);
        if let Some(turn) = track.open.take() {
            self.take(&mut track, &turn);
        }
        let track = self.people.wait(track)?;
        if track.escalations.was.is_empty() && track.escalations.would.is_empty() {
            return None;
        }
        self.totals.differently += 1;
        let end = |run: &Run, timeline: &Timeline| {
            let last = run
                .member
                .ledger
                .as_of
                .map_or(self.now, |last| last.max(self.now));
            standing(timeline, &run.member, &run.past, last)
        };
        let was = end(&track.was, &self.recorded);
        let would = end(&track.would, &self.other);
        Some(Difference {
            user: track.user,
            escalations: track.escalations,
            left_out: track.left_out,
            points: Both {
                was: was.points,
                would: would.points,
            },
            restrictions: Both {
                was: was.restrictions,
                would: would.restrictions,
            },
        })
    }

    /// The sums so far.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The moment that the ends of the runs are compared at.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    fn begin(&self, user: UserId) -> Track {
        Track {
            user,
            counts: false,
            was: Run::new(&self.recorded),
            would: Run::new(&self.other),
            open: None,
            escalations: Both::default(),
            left_out: Both::default(),
        }
    }

    /// Counts a member once.
    fn count(&mut self, track: &mut Track) {
        self.totals.members += u64::from(!track.counts);
        track.counts = true;
    }

    /// Takes in everybody who joins a user before a case, or at all.
    fn cross(&mut self, track: &mut Track, case: Option<(Instant, i64)>) {
        while let Some(junction) = self.people.next_before(track.user, case) {
            let Some(other) = self.people.take(junction.from) else {
                continue;
            };
            if let Some(turn) = track.open.take() {
                self.take(track, &turn);
            }
            self.totals.members -= u64::from(track.counts && other.counts);
            track.counts |= other.counts;
            track.was.join(other.was, &junction, &self.recorded);
            track.would.join(other.would, &junction, &self.other);
            let (told, left_out) = (&mut track.escalations, &mut track.left_out);
            let (more, more_left_out) = (other.escalations, other.left_out);
            put(&mut told.was, &mut left_out.was, more.was, more_left_out.was);
            put(
                &mut told.would,
                &mut left_out.would,
                more.would,
                more_left_out.would,
            );
        }
    }

    /// Carries both runs over an act and its escalations, and compares what came of it.
    fn take(&mut self, track: &mut Track, turn: &Turn) {
        let was = track.was.follow(&self.recorded, turn);
        let policy = &self.other.newest().policy;
        if !policy.knows(turn.act.kind) && turn.act.voided.is_none() {
            *self.totals.unregistered.entry(turn.act.kind).or_default() += 1;
        }
        let would = track.would.enter_again(&self.other, turn, &track.was.member);
        if !self.window.has(turn.act.at) || (was.is_empty() && would.is_empty()) {
            return;
        }
        let has =
            |list: &[Escalation], one: &Escalation| list.iter().any(|other| other.measure == one.measure);
        for one in &was {
            count(&mut self.totals.rungs, &one.rung).was += 1;
            self.totals.escalations.was += 1;
        }
        for one in &would {
            count(&mut self.totals.rungs, &one.rung).would += 1;
            self.totals.escalations.would += 1;
        }
        for one in was.iter().filter(|one| !has(&would, one)) {
            tell(&mut track.escalations.was, &mut track.left_out.was, one);
        }
        for one in would.iter().filter(|one| !has(&was, one)) {
            tell(&mut track.escalations.would, &mut track.left_out.would, one);
        }
    }
}

fn count<'t>(rungs: &'t mut BTreeMap<String, Both<u64>>, rung: &str) -> &'t mut Both<u64> {
    rungs.entry(rung.to_owned()).or_default()
}

fn tell(told: &mut Vec<Escalation>, left_out: &mut u64, one: &Escalation) {
    if told.len() < MOST_TOLD {
        told.push(one.clone());
    } else {
        *left_out += 1;
    }
}

#[cfg(test)]
mod tests;
