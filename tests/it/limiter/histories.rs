//! Random histories: memory and Redis answer as a plain table of the domain's states does, to the unit and the millisecond. That the domain
//! is right is held by its own properties, which compare it with a model that adds up every check.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tribune::domain::limit::adaptive::{Adaptive, Signal, Tightness};
use tribune::domain::limit::check;
use tribune::domain::limit::{Algorithm, Rate, State, Verdict};
use tribune::ports::limiter::{Check, Demand};

use super::{demand, memory, shared};
use crate::support::clock::TestClock;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Time passes; backwards too.
    Wait(i64),
    /// Checks in one request, each of some of the limits.
    Checks(Vec<(Vec<usize>, u32, bool)>),
    /// A signal to the limits that adapt.
    Signal(Signal),
    /// A key is forgotten.
    Reset(usize),
}

/// The limits of a history: the second half adapts.
fn limits() -> impl Strategy<Value = Vec<Demand>> {
    let one = (
        0_usize..4,
        prop_oneof![1_i64..6, 1_i64..200],
        prop_oneof![Just(1_000_i64), 1_000_i64..90_000],
        proptest::option::of(1_i64..12),
    );
    proptest::collection::vec(one, 6).prop_map(|all| {
        let limits = all
            .into_iter()
            .enumerate()
            .map(|(index, (algorithm, capacity, period, burst))| {
                let adapts = index >= 3;
                let algorithm = match Algorithm::ALL[algorithm] {
                    Algorithm::Gcra if adapts => Algorithm::TokenBucket,
                    other => other,
                };
                let burst = burst.filter(|_| algorithm.has_burst());
                let rate = Rate::new(algorithm, capacity, period, burst).unwrap();
                let mut limit = demand(&format!("key{index}"), rate, 1);
                limit.adaptive = adapts.then(|| (adaptive(rate), format!("{{t}}tight{index}")));
                limit
            });
        limits.collect()
    })
}

fn adaptive(rate: Rate) -> Adaptive {
    Adaptive {
        floor: rate.capacity().div_ceil(4),
        ceiling: rate.capacity(),
        tighten: 400,
        recover: rate.capacity().div_ceil(5),
        every: 1_300,
        denials: rate.capacity().is_multiple_of(2).then_some(400),
        min_checks: 3,
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let check = (
        proptest::sample::subsequence((0..6).collect::<Vec<usize>>(), 1..4),
        prop_oneof![Just(1_u32), 1_u32..12],
        proptest::bool::weighted(0.2),
    );
    let signal = prop_oneof![
        (0_u64..5_000).prop_map(Signal::Raid),
        (0_u64..5_000).prop_map(Signal::Throttled),
        Just(Signal::Calm)
    ];
    let step = prop_oneof![
        4 => prop_oneof![0_i64..50, 0_i64..2_000, 0_i64..100_000].prop_map(Step::Wait),
        1 => (1_i64..3_000).prop_map(|back| Step::Wait(-back)),
        8 => proptest::collection::vec(check, 1..8).prop_map(Step::Checks),
        1 => signal.prop_map(Step::Signal),
        1 => (0_usize..6).prop_map(Step::Reset),
    ];
    proptest::collection::vec(step, 1..60)
}

/// States and tightness by key; nothing is ever forgotten by itself.
#[derive(Default)]
struct Plain {
    states: HashMap<String, State>,
    tight: HashMap<String, Tightness>,
}

impl Plain {
    fn check(&mut self, check: &Check, now: u64) -> Vec<Verdict> {
        let mut kept: Vec<(State, Option<Tightness>)> = check
            .demands
            .iter()
            .map(|demand| {
                let state = self.states.get(&demand.key).cloned();
                let tight = demand
                    .adaptive
                    .as_ref()
                    .map(|(rules, key)| self.tight.get(key).copied().unwrap_or(Tightness::new(rules, now)));
                (state.unwrap_or(State::new(demand.rate.algorithm())), tight)
            })
            .collect();
        let mut demands: Vec<check::Demand<'_>> = check
            .demands
            .iter()
            .zip(&mut kept)
            .map(|(demand, (state, tight))| check::Demand {
                rate: demand.rate,
                cost: demand.cost,
                state,
                adaptive: demand
                    .adaptive
                    .as_ref()
                    .map(|(rules, _)| *rules)
                    .zip(tight.as_mut()),
            })
            .collect();
        let verdicts = check::decide(&mut demands, now, check.peek);
        if !check.peek {
            for (demand, (state, tight)) in check.demands.iter().zip(kept) {
                self.states.insert(demand.key.clone(), state);
                if let (Some((_, key)), Some(tight)) = (&demand.adaptive, tight) {
                    self.tight.insert(key.clone(), tight);
                }
            }
        }
        verdicts
    }

    fn signal(&mut self, key: &str, adaptive: &Adaptive, signal: Signal, now: u64) -> Tightness {
        let tight = self
            .tight
            .entry(key.to_owned())
            .or_insert(Tightness::new(adaptive, now));
        tight.settle(adaptive, now);
        tight.signal(adaptive, now, signal);
        *tight
    }
}

/// Plays a history to all three. Time that this process counts never goes back, so from there on only Redis is compared.
async fn play(limits: &[Demand], steps: &[Step]) {
    let clock = TestClock::new();
    let (memory, redis, mut plain) = (memory(&clock), shared(&clock), Plain::default());
    let (mut now, mut forward) = (TestClock::START * 1_000, true);
    for (place, step) in steps.iter().enumerate() {
        let at = u64::try_from(now).unwrap();
        match step {
            Step::Wait(milliseconds) => {
                forward &= *milliseconds >= 0;
                now += milliseconds;
                clock.set_micros(now * 1_000);
            }
            Step::Checks(checks) => {
                let checks: Vec<Check> = checks.iter().map(|drawn| drawn_check(limits, drawn)).collect();
                let (one, other) = (
                    memory.check(checks.clone()).await,
                    redis.check(checks.clone()).await,
                );
                for ((check, one), other) in checks.iter().zip(&one).zip(&other) {
                    let right = plain.check(check, at);
                    assert_eq!(right, other.verdicts, "Redis, step {place}: {step:?}");
                    if forward {
                        assert_eq!(right, one.verdicts, "memory, step {place}: {step:?}");
                    }
                }
            }
            Step::Signal(signal) => {
                for (adaptive, key) in limits.iter().filter_map(|limit| limit.adaptive.as_ref()) {
                    let right = plain.signal(key, adaptive, *signal, at);
                    let one = memory.signal(key, adaptive, Some(*signal)).await.unwrap();
                    let other = redis.signal(key, adaptive, Some(*signal)).await.unwrap();
                    assert_eq!(right, other.tightness, "Redis, step {place}: {step:?}");
                    if forward {
                        assert_eq!(right, one.tightness, "memory, step {place}: {step:?}");
                    }
                }
            }
            Step::Reset(which) => {
                let keys = [limits[*which].key.clone()];
                plain.states.remove(&keys[0]);
                memory.reset(&keys).await.unwrap();
                redis.reset(&keys).await.unwrap();
            }
        }
    }
}

fn drawn_check(limits: &[Demand], (which, cost, peek): &(Vec<usize>, u32, bool)) -> Check {
    let demands = which.iter().map(|index| {
        let limit = limits[*index].clone();
        let cost = (*cost).min(limit.rate.size());
        Demand { cost, ..limit }
    });
    Check {
        demands: demands.collect(),
        peek: *peek,
    }
}

#[test]
fn memory_and_redis_answer_alike() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .unwrap();
    let config = Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&(limits(), steps()), |(limits, steps)| {
            runtime.block_on(play(&limits, &steps));
            Ok(())
        })
        .unwrap();
}
