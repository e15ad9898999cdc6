//! A check: one cost under several limits, all or nothing.

use super::adaptive::{Adaptive, Tightness};
use super::rate::Rate;
use super::state::{State, Verdict};

/// One limit of a check, with what was spent under its key so far.
#[derive(Debug)]
pub struct Demand<'s> {
    /// How much within how long.
    pub rate: Rate,
    /// What the check costs here.
    pub cost: u32,
    /// What was spent.
    pub state: &'s mut State,
    /// How the limit adapts and how tight it is, if it adapts.
    pub adaptive: Option<(Adaptive, &'s mut Tightness)>,
}

impl Demand<'_> {
    /// The rate as tight as it is now. What costs more than is permitted at once while it is tight waits for an unused key, not for ever.
    fn effective(&self) -> Rate {
        let tight = match &self.adaptive {
            Some((_, tightness)) => self.rate.with_capacity(tightness.capacity),
            None => self.rate,
        };
        tight.at_least(self.cost)
    }

    /// After how many milliseconds the state can be forgotten: also if the limit becomes as tight as it can meanwhile, and what was
    /// spent comes back as slowly as that.
    #[must_use]
    pub fn idle_after(&self, now: u64) -> u64 {
        let rate = match &self.adaptive {
            Some((adaptive, _)) => self.rate.with_capacity(adaptive.floor),
            None => self.rate,
        };
        self.state.reset_after(rate, now)
    }

    fn settle(&mut self, now: u64) {
        if let Some((adaptive, tightness)) = &mut self.adaptive {
            tightness.settle(adaptive, now);
        }
        let rate = self.effective();
        self.state.settle(rate, now);
    }

    fn look(&self, now: u64) -> Verdict {
        let verdict = self.state.look(self.effective(), now, self.cost);
        let held = self
            .adaptive
            .as_ref()
            .map_or(0, |(_, tightness)| tightness.held_for(now));
        if held == 0 {
            return verdict;
        }
        Verdict {
            allowed: false,
            retry_after: Some(verdict.retry_after.map_or(held, |wait| wait.max(held))),
            ..verdict
        }
    }

    fn spend(&mut self, now: u64) {
        let rate = self.effective();
        self.state.spend(rate, now, self.cost);
    }

    /// Lets the limit know how its part went. A denial may tighten it, and then it takes longer.
    fn note(&mut self, now: u64, verdict: Verdict) -> Verdict {
        let Some((adaptive, tightness)) = &mut self.adaptive else {
            return verdict;
        };
        if !tightness.note(adaptive, now, verdict.allowed) {
            return verdict;
        }
        self.settle(now);
        let tighter = self.look(now);
        Verdict {
            allowed: false,
            retry_after: Some(tighter.retry_after.unwrap_or(1)),
            ..tighter
        }
    }
}

/// Decides a check and spends, unless it is only a look: under every limit if all allow it, else under none. One verdict for each, in
/// order; the check passes if all of them allow it.
pub fn decide(demands: &mut [Demand<'_>], now: u64, peek: bool) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = demands
        .iter_mut()
        .map(|demand| {
            demand.settle(now);
            demand.look(now)
        })
        .collect();
    if peek {
        return verdicts;
    }
    let passes = verdicts.iter().all(|verdict| verdict.allowed);
    for (demand, verdict) in demands.iter_mut().zip(&mut verdicts) {
        if passes {
            demand.spend(now);
            let left = demand.look(now);
            (verdict.remaining, verdict.reset_after) = (left.remaining, left.reset_after);
        }
        *verdict = demand.note(now, *verdict);
    }
    verdicts
}
