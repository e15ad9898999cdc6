//! What holds for every history of checks: the same as a plain model that keeps every check and adds up by fractions.

use super::adaptive::{Adaptive, Signal, Tightness};
use super::check::{Demand, decide};
use super::rate::{Algorithm, Rate};
use super::state::{State, Verdict};
use proptest::prelude::*;

/// A history under one key: how long after the last one each check comes, what it costs, and whether it only looks.
#[derive(Clone, Debug)]
struct Step {
    after: u64,
    cost: u32,
    peek: bool,
}

/// Keeps what was spent and when, and works everything out anew from the beginning.
struct Model {
    rate: Rate,
    spent: Vec<(u64, u64)>,
}

impl Model {
    /// What is taken at a moment, in units: a token is as many of them as its period has milliseconds.
    fn taken(&self, now: u64) -> u128 {
        let (period, capacity) = (u128::from(self.rate.period()), u128::from(self.rate.capacity()));
        match self.rate.algorithm() {
            // A leak of the capacity in each period, and never less than nothing.
            Algorithm::TokenBucket | Algorithm::Gcra => {
                let mut level = 0_u128;
                let mut last = 0;
                for (at, cost) in self.spent.iter().copied().chain([(now, 0)]) {
                    level = level.saturating_sub(u128::from(at - last) * capacity);
                    level += u128::from(cost) * period;
                    last = at;
                }
                level
            }
            Algorithm::SlidingWindowLog => {
                let within = self.spent.iter().filter(|(at, _)| at + self.rate.period() > now);
                within.map(|(_, cost)| u128::from(*cost)).sum::<u128>() * period
            }
            Algorithm::SlidingWindow => {
                let index = |at: u64| at / self.rate.period();
                let of = |wanted: u64| -> u128 {
                    let these = self.spent.iter().filter(|(at, _)| index(*at) == wanted);
                    these.map(|(_, cost)| u128::from(*cost)).sum()
                };
                let left = period - u128::from(now % self.rate.period());
                let before = index(now).checked_sub(1).map_or(0, of);
                before * left + of(index(now)) * period
            }
        }
    }

    fn fits(&self, now: u64, cost: u32) -> bool {
        let period = u128::from(self.rate.period());
        self.taken(now) + u128::from(cost) * period <= u128::from(self.rate.size()) * period
    }

    fn remaining(&self, now: u64) -> u128 {
        let period = u128::from(self.rate.period());
        (u128::from(self.rate.size()) * period).saturating_sub(self.taken(now)) / period
    }

    /// That a verdict is what the model says, including that both of its times are the earliest ones.
    fn judge(&mut self, now: u64, step: &Step, verdict: Verdict) {
        let fits = self.fits(now, step.cost);
        assert_eq!(verdict.allowed, fits, "at {now}: {step:?}");
        if fits && !step.peek {
            self.spent.push((now, u64::from(step.cost)));
        }
        assert_eq!(verdict.limit, self.rate.size());
        assert_eq!(u128::from(verdict.remaining), self.remaining(now));
        match verdict.retry_after {
            None => assert!(fits),
            Some(wait) => {
                assert!(self.fits(now + wait, step.cost), "not yet at {now} + {wait}");
                assert!(!self.fits(now + wait - 1, step.cost), "before {now} + {wait}");
            }
        }
        let reset = verdict.reset_after;
        assert_eq!(self.taken(now + reset), 0);
        assert!(reset == 0 || self.taken(now + reset - 1) > 0);
    }
}

fn rates() -> impl Strategy<Value = Rate> {
    let sizes = (
        prop_oneof![1_i64..20, 1_i64..=10_000],
        prop_oneof![1_000_i64..5_000, Just(86_400_000), Just(2_678_400_000)],
    );
    (0_usize..4, sizes, proptest::option::of(1_i64..40)).prop_map(|(algorithm, (capacity, period), burst)| {
        let algorithm = Algorithm::ALL[algorithm];
        let burst = burst.filter(|_| algorithm.has_burst());
        Rate::new(algorithm, capacity, period, burst).unwrap()
    })
}

fn histories() -> impl Strategy<Value = (Rate, Vec<Step>)> {
    rates().prop_flat_map(|rate| {
        let period = rate.period();
        let step = period / u64::from(rate.capacity()) + 1;
        let after = prop_oneof![Just(0), 0..3 * step, 0..period * 2 + 2];
        let cost = prop_oneof![Just(1), 1..=rate.size()];
        let steps = (after, cost, proptest::bool::weighted(0.2));
        let steps = steps.prop_map(|(after, cost, peek)| Step { after, cost, peek });
        (Just(rate), proptest::collection::vec(steps, 1..60))
    })
}

fn one(rate: Rate, state: &mut State, now: u64, step: &Step) -> Verdict {
    let mut demand = [Demand {
        rate,
        cost: step.cost,
        state,
        adaptive: None,
    }];
    decide(&mut demand, now, step.peek)[0]
}

fn adapting(
    rate: Rate,
    cost: u32,
    (state, tightness): (&mut State, &mut Tightness),
    adaptive: Adaptive,
    now: u64,
) -> Verdict {
    let adaptive = Some((adaptive, tightness));
    decide(
        &mut [Demand {
            rate,
            cost,
            state,
            adaptive,
        }],
        now,
        false,
    )[0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Every answer is the model's, to the unit and to the millisecond.
    #[test]
    fn every_answer_is_the_models((rate, steps) in histories(), begin in 0_u64..4_000_000_000_000) {
        let mut state = State::new(rate.algorithm());
        let mut model = Model { rate, spent: Vec::new() };
        let mut now = begin;
        for step in &steps {
            now += step.after;
            let verdict = one(rate, &mut state, now, step);
            model.judge(now, step, verdict);
        }
    }

    /// A clock that is set back mints nothing: while it only ever goes back, no more passes than at once.
    #[test]
    fn a_clock_set_back_mints_nothing((rate, steps) in histories(), backs in proptest::collection::vec(0_u64..100_000, 60)) {
        let (mut now, mut passed) = (10_000_000_000, 0);
        let mut state = State::new(rate.algorithm());
        for (step, back) in steps.iter().zip(&backs) {
            now -= back;
            let verdict = one(rate, &mut state, now, step);
            if verdict.allowed && !step.peek {
                passed += u64::from(step.cost);
            }
            prop_assert!(passed <= u64::from(rate.size()), "{passed} passed");
        }
        // And it takes no longer than it says until all has come back.
        let verdict = state.look(rate, now, 1);
        state.settle(rate, now + verdict.reset_after);
        prop_assert_eq!(state.look(rate, now + verdict.reset_after, 1).remaining, rate.size());
    }

    /// Who comes back when a limit that adapts says so passes, whatever tightened it before.
    #[test]
    fn a_denial_of_a_limit_that_adapts_says_when((rate, steps) in histories(), floor in 1_u32..20, share in 1_u32..=1_000, waits in proptest::collection::vec(proptest::option::weighted(0.1, 0_u64..5_000), 60)) {
        let rate = rate.as_bucket();
        let adaptive = Adaptive {
            floor: floor.min(rate.capacity()),
            ceiling: rate.capacity(),
            tighten: 300,
            recover: rate.capacity().div_ceil(7),
            every: 1_700,
            denials: Some(share),
            min_checks: 3,
        };
        let mut now = 1_000_000;
        let (mut state, mut tightness) = (State::new(rate.algorithm()), Tightness::new(&adaptive, now));
        for (step, wait) in steps.iter().zip(&waits) {
            now += step.after;
            if let Some(wait) = wait {
                tightness.settle(&adaptive, now);
                tightness.signal(&adaptive, now, Signal::Throttled(*wait));
            }
            let verdict = adapting(rate, step.cost, (&mut state, &mut tightness), adaptive, now);
            prop_assert_eq!(verdict.allowed, verdict.retry_after.is_none());
            prop_assert!((adaptive.floor..=adaptive.ceiling).contains(&tightness.capacity));
            if let Some(wait) = verdict.retry_after {
                let (mut state, mut tightness) = (state.clone(), tightness);
                let later = adapting(rate, step.cost, (&mut state, &mut tightness), adaptive, now + wait);
                prop_assert!(later.allowed, "not after {wait}");
            }
        }
    }

    /// Under several limits a check spends all or nothing.
    #[test]
    fn several_limits_spend_all_or_nothing((one_rate, steps) in histories(), other_rate in rates()) {
        let rates = [one_rate, other_rate];
        let mut states = rates.map(|rate| State::new(rate.algorithm()));
        let mut now = 1_000_000;
        for step in &steps {
            now += step.after;
            let cost = step.cost.min(other_rate.size());
            let before = states.clone();
            let [first, second] = &mut states;
            let mut demands = [(one_rate, first), (other_rate, second)].map(|(rate, state)| Demand { rate, cost, state, adaptive: None });
            let verdicts = decide(&mut demands, now, step.peek);
            let passes = verdicts.iter().all(|verdict| verdict.allowed);
            for ((rate, state), mut before) in rates.iter().zip(&states).zip(before) {
                before.settle(*rate, now);
                if passes && !step.peek {
                    before.spend(*rate, now, cost);
                }
                prop_assert_eq!(state, &before);
            }
        }
    }
}
