//! The rules of points once more, slow and written differently: from the cases alone, with every pause as an interval and
//! nothing carried from one entry to the next but what the rules name.

use super::super::act::Entry;
use super::super::case::Case;
use super::super::id::SanctionId;
use super::super::kind::Kind;
use super::super::policy::{Freeze, Policy, Refire, Timeline};
use super::super::sanction::Sanction;
use super::super::time::Instant;
use std::collections::BTreeSet;

/// A history read for its points.
pub(super) struct Naive<'a> {
    timeline: &'a Timeline,
    cases: Vec<&'a Case>,
    /// `[from, to)` after each offence.
    graces: Vec<(i64, i64)>,
    /// `[from, to)` of each sanction that counts, up to its lift.
    held: Vec<(i64, i64, Kind)>,
}

/// The state after an entry, and what the ladder saw of it.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) case: i64,
    pub(super) at: i64,
    pub(super) clock: i64,
    pub(super) balance: i64,
    pub(super) latched: BTreeSet<String>,
    pub(super) sanctions: Vec<Sanction>,
    /// The shown points just before and after, in units, if the entry went up the ladder.
    pub(super) climbed: Option<(i64, i64)>,
}

impl<'a> Naive<'a> {
    pub(super) fn of(timeline: &'a Timeline, history: &'a [Entry]) -> Self {
        let cases: Vec<&Case> = history
            .iter()
            .filter(|e| e.after.is_some())
            .map(|e| &e.case)
            .collect();
        let live = || cases.iter().copied().filter(|c| c.voided.is_none());
        let lift_of = |id: SanctionId| {
            live()
                .flat_map(|c| &c.ended)
                .find(|ended| ended.id == id)
                .map(|ended| ended.at.seconds())
        };
        let graces = live()
            .filter(|c| c.causes.is_empty() && c.kind.severity() > 0)
            .map(|c| {
                let grace = timeline.version(c.policy_version).unwrap().policy.decay.grace;
                (c.at.seconds(), c.at.seconds() + grace)
            })
            .collect();
        let held = live()
            .filter_map(|c| c.started.as_ref())
            .map(|s| {
                let end = s.end.map_or(i64::MAX, Instant::seconds);
                (
                    s.start.seconds(),
                    end.min(lift_of(s.id).unwrap_or(i64::MAX)),
                    s.kind,
                )
            })
            .collect();
        Self {
            timeline,
            cases: cases.clone(),
            graces,
            held,
        }
    }

    /// Seconds of decay, and units that would have decayed, in a stretch of time.
    pub(super) fn decay(&self, from: i64, to: i64) -> (i64, i64) {
        let mut cuts = BTreeSet::from([from, to]);
        cuts.extend(self.graces.iter().flat_map(|(a, b)| [*a, *b]));
        cuts.extend(self.held.iter().flat_map(|(a, b, _)| [*a, *b]));
        cuts.extend(self.timeline.versions().map(|v| v.activated_at.seconds()));
        let cuts: Vec<i64> = cuts.into_iter().filter(|t| from <= *t && *t <= to).collect();
        let (mut seconds, mut units) = (0, 0);
        for piece in cuts.windows(2) {
            let policy = self.in_force(piece[0]);
            if !self.stands_still(policy, piece[0]) {
                seconds += piece[1] - piece[0];
                units += (piece[1] - piece[0]) * policy.decay.rate;
            }
        }
        (seconds, units)
    }

    fn in_force(&self, at: i64) -> &Policy {
        let begun = self
            .timeline
            .versions()
            .filter(|v| v.activated_at.seconds() <= at);
        &begun.max_by_key(|v| v.version).unwrap().policy
    }

    fn stands_still(&self, policy: &Policy, at: i64) -> bool {
        let freezing: &[Kind] = match policy.freeze_while {
            Freeze::None => &[],
            Freeze::Ban => &[Kind::Ban, Kind::Tempban],
            Freeze::Mute => &[Kind::Ban, Kind::Tempban, Kind::Mute],
        };
        self.graces.iter().any(|(from, to)| *from <= at && at < *to)
            || self
                .held
                .iter()
                .any(|(from, to, kind)| *from <= at && at < *to && freezing.contains(kind))
    }

    /// The exact balance at a moment after the last entry, in closed form: the largest, over all entries that count, of the
    /// points from there on less the decay since.
    pub(super) fn closed_form(&self, at: i64) -> i64 {
        let live: Vec<&Case> = self
            .cases
            .iter()
            .copied()
            .filter(|c| c.voided.is_none())
            .collect();
        (0..live.len())
            .map(|i| {
                let granted: i64 = live[i..].iter().map(|c| c.points.units()).sum();
                granted - self.decay(live[i].at.seconds(), at).1
            })
            .fold(0, i64::max)
    }

    /// The state after every entry, from scratch.
    pub(super) fn states(&self) -> Vec<State> {
        let mut states: Vec<State> = Vec::new();
        for case in &self.cases {
            let mut state = states.last().cloned().unwrap_or(State {
                case: case.number,
                at: case.at.seconds(),
                clock: 0,
                balance: 0,
                latched: BTreeSet::new(),
                sanctions: Vec::new(),
                climbed: None,
            });
            let (seconds, units) = self.decay(state.at, case.at.seconds());
            state.clock += seconds;
            state.balance = (state.balance - units).max(0);
            (state.case, state.at, state.climbed) = (case.number, case.at.seconds(), None);
            if case.voided.is_none() {
                state
                    .sanctions
                    .retain(|s| case.ended.iter().all(|e| e.id != s.id));
                state.sanctions.extend(case.started.clone());
                if !matches!(case.kind, Kind::Unmute | Kind::Unban) {
                    self.climb(&mut state, case);
                }
            }
            states.push(state);
        }
        states
    }

    fn climb(&self, state: &mut State, case: &Case) {
        let policy = &self.timeline.version(case.policy_version).unwrap().policy;
        let step = policy.granularity.units();
        let up = |units: i64| (units + step - 1) / step * step;
        let before = up(state.balance);
        state.balance += case.points.units();
        let after = up(state.balance);
        let offence = case.causes.is_empty() && case.kind != Kind::Note;
        let held = std::mem::take(&mut state.latched);
        for rung in &policy.ladder {
            let at = rung.at.units();
            let crossed = before < at && at <= after;
            let repeated =
                rung.refire == Refire::EveryOffence && offence && case.points.units() > 0 && at <= after;
            if crossed || repeated || (held.contains(&rung.id) && before >= rung.reset_below.units()) {
                state.latched.insert(rung.id.clone());
            }
        }
        state.climbed = Some((before, after));
    }
}
