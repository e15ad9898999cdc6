//! The rules of points once more, slow and written differently: from the cases alone, with every pause as an interval and
//! nothing carried from one entry to the next but what the rules name.

use super::super::act::Entry;
use super::super::case::Case;
use super::super::id::SanctionId;
use super::super::kind::Kind;
use super::super::policy::{Decay, Freeze, Model, Policy, Refire};
use super::super::sanction::Sanction;
use super::super::time::Instant;
use super::super::timeline::Timeline;
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
    /// What is left of each entry, oldest first, with the clock at which it was made.
    lots: Vec<(i64, i64)>,
    model: Model,
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
            cases
                .iter()
                .flat_map(|c| &c.ended)
                .find(|ended| ended.id == id)
                .map(|ended| ended.at.seconds())
        };
        let graces = live()
            .filter(|c| c.is_offence(&timeline.version(c.policy_version).unwrap().policy))
            .map(|c| {
                let grace = timeline.version(c.policy_version).unwrap().policy.decay.grace();
                (c.at.seconds(), c.at.seconds() + grace)
            })
            .collect();
        let held = live()
            .filter_map(|c| c.started.as_ref())
            .filter(|s| s.while_above.is_none())
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

    /// Whether all points ever fell in a straight line, so that there is a closed form.
    pub(super) fn is_linear(&self) -> bool {
        self.timeline
            .versions()
            .all(|v| v.policy.decay.model() == Model::Linear)
    }

    /// The stretches of some time in which nothing changes, each with its policy and the seconds of decay in it.
    fn pieces(&self, from: i64, to: i64) -> Vec<(&Policy, i64)> {
        let mut cuts = BTreeSet::from([from, to]);
        cuts.extend(self.graces.iter().flat_map(|(a, b)| [*a, *b]));
        cuts.extend(self.held.iter().flat_map(|(a, b, _)| [*a, *b]));
        cuts.extend(self.timeline.versions().map(|v| v.activated_at.seconds()));
        let cuts: Vec<i64> = cuts.into_iter().filter(|t| from <= *t && *t <= to).collect();
        let piece = |piece: &[i64]| {
            let policy = self.in_force(piece[0]);
            let runs = !self.stands_still(policy, piece[0]);
            (policy, if runs { piece[1] - piece[0] } else { 0 })
        };
        cuts.windows(2).map(piece).collect()
    }

    /// Seconds of decay, and units that would have decayed in a straight line, in a stretch of time.
    pub(super) fn decay(&self, from: i64, to: i64) -> (i64, i64) {
        let pieces = self.pieces(from, to).into_iter();
        pieces.fold((0, 0), |(seconds, units), (policy, ran)| {
            let rate = match policy.decay {
                Decay::Linear { rate, .. } => rate,
                Decay::Expiry { .. } | Decay::None {} => 0,
            };
            (seconds + ran, units + ran * rate)
        })
    }

    /// Lets time pass, and comes under the version in force then.
    pub(super) fn pass(&self, state: &mut State, to: i64) {
        self.run(state, to);
        // A version that comes into force at that very second judges it.
        let policy = self.in_force(state.at);
        state.adopt(policy.decay.model());
        state.lapse(policy);
    }

    /// Lets time pass, entry by entry: the oldest drains first, or lapses, or nothing falls.
    fn run(&self, state: &mut State, to: i64) {
        for (policy, ran) in self.pieces(state.at, to) {
            state.adopt(policy.decay.model());
            state.lapse(policy);
            state.clock += ran;
            match policy.decay {
                Decay::Linear { rate, .. } => {
                    let mut fell = ran * rate;
                    for (_, left) in &mut state.lots {
                        let taken = fell.min(*left);
                        (*left, fell) = (*left - taken, fell - taken);
                    }
                }
                Decay::Expiry { .. } | Decay::None {} => state.lapse(policy),
            }
        }
        state.lots.retain(|(_, left)| *left > 0);
        state.balance = state.lots.iter().map(|(_, left)| left).sum();
        state.at = to.max(state.at);
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
        self.states_since(None, 0)
    }

    /// The state after every entry behind a case, from a state on.
    pub(super) fn states_since(&self, mut last: Option<State>, number: i64) -> Vec<State> {
        let cases = self.cases.iter().filter(|case| case.number > number);
        let states = cases.map(|case| {
            let state = self.after(last.take(), case);
            last = Some(state.clone());
            state
        });
        states.collect()
    }

    fn after(&self, last: Option<State>, case: &Case) -> State {
        let policy = &self.timeline.version(case.policy_version).unwrap().policy;
        let mut state = last.unwrap_or_else(|| State::fresh(case.at.seconds(), policy));
        self.run(&mut state, case.at.seconds());
        state.adopt(policy.decay.model());
        state.lapse(policy);
        (state.case, state.climbed) = (case.number, None);
        state
            .sanctions
            .retain(|s| case.ended.iter().all(|e| e.id != s.id));
        state.sanctions.retain(|s| !s.over || s.end > Some(case.at));
        if case.voided.is_none() {
            state.sanctions.extend(case.started.clone());
            if case.kind.lifts().is_none() {
                self.climb(&mut state, case, policy);
            }
        }
        state
    }

    fn climb(&self, state: &mut State, case: &Case, policy: &Policy) {
        let step = policy.granularity.units();
        let up = |units: i64| (units + step - 1) / step * step;
        let before = up(state.balance);
        state.lots.push((state.clock, case.points.units()));
        state.balance += case.points.units();
        let after = up(state.balance);
        let offence = case.is_offence(policy);
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
        for rung in &policy.offence_rungs {
            let counted = self.acts_before(case, &rung.count.kinds, rung.count.within);
            let full = counted >= rung.count.least;
            let fills = counted + 1 == rung.count.least && rung.count.kinds.contains(&case.kind);
            let stays = held.contains(&rung.id) && (full || !offence);
            if stays || (offence && fills) {
                state.latched.insert(rung.id.clone());
            }
        }
        state.climbed = Some((before, after));
    }

    /// How many direct acts of some kinds count before a case.
    fn acts_before(&self, case: &Case, kinds: &BTreeSet<Kind>, within: i64) -> usize {
        let from = case.at.seconds() - within;
        let before = self.cases.iter().take_while(|c| c.number != case.number);
        before
            .filter(|c| c.voided.is_none() && c.causes.is_empty())
            .filter(|c| c.at.seconds() > from && kinds.contains(&c.kind))
            .count()
    }
}

impl State {
    /// Of somebody who has nothing yet.
    pub(super) fn fresh(at: i64, policy: &Policy) -> Self {
        Self {
            case: 0,
            at,
            clock: 0,
            balance: 0,
            latched: BTreeSet::new(),
            sanctions: Vec::new(),
            lots: Vec::new(),
            model: policy.decay.model(),
            climbed: None,
        }
    }

    /// Becomes one with another one's state of the same moment: what both have left counts as one entry of that moment.
    pub(super) fn take_in(&mut self, other: Self) {
        self.balance += other.balance;
        self.lots = vec![(self.clock, self.balance)];
        self.latched.extend(other.latched);
        self.sanctions.extend(other.sanctions);
        self.sanctions.sort_by_key(|sanction| sanction.case);
    }

    /// Under decay by expiry, what is old enough is gone.
    pub(super) fn lapse(&mut self, policy: &Policy) {
        if let Decay::Expiry { after } = policy.decay {
            let clock = self.clock;
            self.lots.retain(|(made, _)| *made > clock - after);
            self.balance = self.lots.iter().map(|(_, left)| left).sum();
        }
    }

    /// Another model carries over what is left as one entry.
    fn adopt(&mut self, model: Model) {
        if self.model != model {
            let left: i64 = self.lots.iter().map(|(_, left)| left).sum();
            self.lots = vec![(self.clock, left)];
            self.model = model;
        }
    }
}
