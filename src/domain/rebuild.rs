//! A member's ledger once more, from the beginning, with the acts that an import has put between the others. Pure.
//!
//! Every entry stands: nothing fires and nothing falls. Points, latches and the decay clock become what they would be had the
//! imported acts been there at their time; what the record says of other acts stays as it is, escalations among them.
//!
//! An imported sanction ends at the first imported lift of its restriction, or at its own end, or at once where the source says
//! that it is over and nothing says since when: what is not known must not count against the member. That is worked out afresh
//! whenever something is imported, so that it does not matter in which order or in how many files history comes. Where somebody
//! has ended, shortened or voided it here, that stands.

use super::act::Entry;
use super::actor::Actor;
use super::case::{Case, Ended, RungMark, RungOutcome};
use super::enter::{Entered, Incoming, Under, enter};
use super::id::SanctionId;
use super::kind::{Kind, Restriction};
use super::member::{MAX_SANCTIONS, Member};
use super::name::Name;
use super::past::{Offence, Past};
use super::points::Points;
use super::sanction::{Ending, Sanction};
use super::time::Instant;
use super::timeline::Timeline;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How an imported sanction ended: how, when, and the case that ended it, if one did.
pub type End = (Ending, Instant, Option<i64>);

/// What becomes of an imported sanction, in the order of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// As its case has it now.
    pub sanction: Sanction,
    /// How it ended, if it has.
    pub ended: Option<End>,
}

/// Works out how the imported sanctions of a member end, and which lift ended which. `entries` are the member's whole history in
/// the order of (at, number). Gives the fate of every imported sanction that nobody has touched here, the last one first.
pub fn arrange(entries: &mut [Entry], now: Instant) -> Vec<Fate> {
    let settled = settled_here(entries);
    let (mut fates, mut lifts) = (Vec::new(), Lifts::default());
    // From the end, so that each sanction finds its first lift at once.
    for place in (0..entries.len()).rev() {
        let (before, after) = entries.split_at_mut(place + 1);
        let Some(case) = before.last_mut().map(|entry| &mut entry.case) else {
            continue;
        };
        if !is_import(case) {
            continue;
        }
        if let Some(restriction) = case.kind.lifts() {
            case.ended.clear();
            lifts.note(restriction, &case.capabilities, place);
        }
        let Some(sanction) = case.started.clone().filter(|s| !settled.contains(&s.id)) else {
            continue;
        };
        let own = case.duration.map(|span| sanction.start.after(span));
        let first = lifts.first(&sanction);
        let first = first.and_then(|lift| after.get_mut(lift - place - 1));
        let first = first.map(|entry| &mut entry.case);
        let ended = match (first.filter(|lift| own.is_none_or(|end| lift.at < end)), own) {
            (Some(lift), _) => {
                let (id, how, at) = (sanction.id, Ending::Lifted, lift.at);
                lift.ended.insert(0, Ended { id, how, at });
                Some((how, at, Some(lift.number)))
            }
            (None, Some(end)) if end <= now => Some((Ending::Expired, end, None)),
            (None, _) if case.origin.as_ref().is_some_and(|origin| origin.over) => {
                Some((Ending::Lifted, sanction.start, None))
            }
            (None, _) => None,
        };
        let sanction = fated(&sanction, own, ended);
        case.started = Some(sanction.clone());
        fates.push(Fate { sanction, ended });
    }
    fates
}

/// The places of the lifts that come next, by what they lift.
#[derive(Default)]
struct Lifts(BTreeMap<(Restriction, BTreeSet<Name>), usize>);

impl Lifts {
    fn note(&mut self, restriction: Restriction, capabilities: &BTreeSet<Name>, place: usize) {
        self.0.insert((restriction, capabilities.clone()), place);
    }

    /// The first one that lifts a sanction.
    fn first(&self, sanction: &Sanction) -> Option<usize> {
        let lifts = self.0.iter().filter(|((restriction, within), _)| {
            *restriction == sanction.restriction
                && (within.is_empty() || sanction.capabilities.is_subset(within))
        });
        lifts.map(|(_, place)| *place).min()
    }
}

/// A sanction with the end that it comes to; another version where that is another one.
fn fated(sanction: &Sanction, own: Option<Instant>, ended: Option<End>) -> Sanction {
    let mut fated = Sanction {
        end: ended.map_or(own, |(_, at, _)| Some(at)),
        over: ended.is_some(),
        ..sanction.clone()
    };
    if fated != *sanction {
        fated.version += 1;
    }
    fated
}

/// The sanctions whose end was recorded or moved here, by somebody or by time.
fn settled_here(entries: &[Entry]) -> BTreeSet<SanctionId> {
    let cases = || entries.iter().map(|entry| &entry.case);
    let ended = cases()
        .filter(|case| !is_import(case))
        .flat_map(|case| case.ended.iter().map(|ended| ended.id));
    let touched = cases()
        .filter(|case| case.voided.is_some() || case.reduced.as_ref().is_some_and(|r| r.end.is_some()))
        .filter_map(|case| case.started.as_ref().map(|s| s.id));
    ended.chain(touched).collect()
}

fn is_import(case: &Case) -> bool {
    case.origin.is_some()
}

/// An imported case after which more sanctions would hold at once than a member may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Its number.
    pub number: i64,
}

/// A ledger in the making.
pub struct Rebuild {
    timeline: Arc<Timeline>,
    past: Past,
    state: Member,
    /// The entries of the last second, each with the rung that would have fired. An escalation directly follows its trigger, and
    /// what took its place comes later in the same second.
    triggers: Vec<(i64, Option<String>)>,
}

/// A ledger rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The member now.
    pub member: Member,
    /// Sanctions of before whose end has moved with the points.
    pub moved: Vec<Sanction>,
}

impl Rebuild {
    /// Begins with nothing.
    #[must_use]
    pub fn new(timeline: Arc<Timeline>) -> Self {
        Self {
            timeline,
            past: Past::whole(Vec::new(), Vec::new()),
            state: Member::default(),
            triggers: Vec::new(),
        }
    }

    /// Takes the next entries in the order of (at, number), arranged. Gives each its state, imported ones the marks of the rungs
    /// that they reach, and returns the numbers of those whose record is another one now.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn feed(&mut self, entries: &mut [Entry]) -> Result<Vec<i64>, TooMany> {
        let mut changed = Vec::new();
        for entry in entries {
            if entry.after.is_none() && is_remark(&entry.case) {
                continue;
            }
            let (rungs, upheld) = (entry.case.rungs.clone(), entry.case.upheld);
            self.enter(&mut entry.case);
            if is_import(&entry.case) && self.state.sanctions.len() > MAX_SANCTIONS {
                let number = entry.case.number;
                return Err(TooMany { number });
            }
            let same = entry.after.as_ref().is_some_and(|was| self.state.is_like(was));
            if !same || rungs != entry.case.rungs || upheld != entry.case.upheld {
                changed.push(entry.case.number);
            }
            entry.after = Some(self.state.clone());
        }
        Ok(changed)
    }

    /// Ends when history is over. `current` is the member as recorded so far.
    #[must_use]
    pub fn finish(mut self, current: &Member, now: Instant) -> Rebuilt {
        if let Some(as_of) = current
            .ledger
            .as_of
            .filter(|_| current.ledger.as_of > self.state.ledger.as_of)
        {
            self.state.settle(&self.timeline, &self.past, as_of);
        }
        let mut moved = Vec::new();
        for sanction in &mut self.state.sanctions {
            let Some(held) = current.sanctions.iter().find(|s| s.id == sanction.id) else {
                continue;
            };
            if sanction.while_above.is_none() {
                sanction.version = sanction.version.max(held.version);
                continue;
            }
            // What is over stays so, and nothing ends in the past that holds now.
            sanction.end = if held.holds(now) {
                sanction.end.map(|end| end.max(now))
            } else {
                held.end
            };
            sanction.version = held.version;
            if sanction.end != held.end {
                sanction.version += 1;
                moved.push(sanction.clone());
            }
        }
        Rebuilt {
            member: self.state,
            moved,
        }
    }

    /// Carries the running state over one entry.
    fn enter(&mut self, case: &mut Case) {
        let timeline = Arc::clone(&self.timeline);
        let version = timeline.judged(case.policy_version, case.at);
        if self.state.ledger.as_of.is_some_and(|last| last < case.at) {
            self.triggers.clear();
        }
        self.state
            .settle_for(&version.policy, &timeline, &self.past, case.at);
        let ids: Vec<_> = case.ended.iter().map(|ended| ended.id).collect();
        self.state.remove(&ids);
        if case.voided.is_none() && case.kind.lifts().is_none() {
            case.upheld = is_upheld(case, &self.triggers);
            let started = case.started.clone();
            let incoming = Incoming {
                kind: started.as_ref().map_or(case.kind, |s| s.kind),
                points: case.points,
                depth: case.depth(),
                at: case.at,
                started,
            };
            let offence = (incoming.depth == 0).then_some(Offence {
                at: incoming.at,
                kind: incoming.kind,
            });
            let under = Under {
                version,
                timeline: &timeline,
                past: &self.past,
                immune: false,
            };
            let Entered { fired, marks, .. } = enter(&mut self.state, under, incoming);
            let fired = fired.filter(|_| case.replaces.is_none());
            self.triggers
                .push((case.number, fired.map(|rung| rung.id.to_owned())));
            if is_import(case) {
                case.rungs = marks.into_iter().map(imported).collect();
            }
            let mark = self.state.ledger.mark().filter(|_| case.points > Points::ZERO);
            self.past.add(mark, offence);
        }
        self.state.hold(&version.policy, &self.past);
    }
}

/// What is imported reaches rungs, and fires none.
fn imported(mark: RungMark) -> RungMark {
    RungMark {
        outcome: RungOutcome::Imported,
        ..mark
    }
}

/// A remark without points is none of the ledger's business.
fn is_remark(case: &Case) -> bool {
    matches!(case.kind, Kind::Note | Kind::DeleteMessages) && case.points == Points::ZERO
}

/// Whether an escalation stands although its trigger would not have it made as things look now.
fn is_upheld(case: &Case, triggers: &[(i64, Option<String>)]) -> bool {
    let Actor::Escalation { rung } = &case.actor else {
        return false;
    };
    let trigger = triggers
        .iter()
        .find(|(number, _)| case.causes.last() == Some(number));
    trigger.is_some_and(|(_, fired)| fired.as_ref() != Some(rung))
}

#[cfg(test)]
mod tests;
