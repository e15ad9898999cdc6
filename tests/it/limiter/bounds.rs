//! What only counters in this process have to bear: idle keys go, and there are never too many.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tribune::domain::limit::{Algorithm, Rate};
use tribune::limiter::memory::Memory;
use tribune::ports::clock::Ticks;

use super::{check, demand, rate};
use crate::support::clock::TestClock;

#[test]
fn idle_keys_go_by_themselves() {
    let clock = TestClock::new();
    let memory = Memory::new(100_000, clock.clone());
    for algorithm in Algorithm::ALL {
        for n in 0..1_000 {
            let _ = memory.decide(&check(demand(
                &format!("{algorithm:?}{n}"),
                rate(algorithm, 2, 10),
                2,
            )));
        }
    }
    assert_eq!(memory.tidy().keys, 4_000);
    clock.advance(10);
    // Of an estimate the next period is within reach as well.
    assert_eq!(memory.tidy().keys, 1_000);
    clock.advance(10);
    assert_eq!(memory.tidy().keys, 0);
}

#[test]
fn there_are_never_too_many_and_who_is_soonest_idle_goes_first() {
    let clock = TestClock::new();
    let memory = Memory::new(6_400, clock.clone());
    let long = |n: usize| {
        check(demand(
            &format!("long{n}"),
            rate(Algorithm::TokenBucket, 1, 100_000),
            1,
        ))
    };
    for n in 0..640 {
        assert!(memory.decide(&long(n)).verdicts[0].allowed);
    }
    for n in 0..50_000 {
        let _ = memory.decide(&check(demand(
            &format!("short{n}"),
            rate(Algorithm::TokenBucket, 1, 10),
            1,
        )));
    }
    let load = memory.tidy();
    assert!(load.keys <= 6_400, "{load:?}");
    assert!(load.evicted >= 40_000, "{load:?}");
    // A key is chosen among sixteen, so one in a shard where there are few of the short ones may go.
    let kept = (0..640)
        .filter(|n| !memory.decide(&long(*n)).verdicts[0].allowed)
        .count();
    assert!(kept >= 630, "{kept} of 640 are remembered");
}

#[test]
fn a_log_weighs_what_it_holds() {
    let clock = TestClock::new();
    let memory = Memory::new(6_400, clock.clone());
    for millisecond in 0..5_000 {
        clock.set_micros((TestClock::START * 1_000 + millisecond) * 1_000);
        for key in 0..64 {
            let _ = memory.decide(&check(demand(
                &format!("log{key}"),
                rate(Algorithm::SlidingWindowLog, 10_000, 100),
                1,
            )));
        }
    }
    // Each shard has room for 100 keys, of which a log of 5 000 entries takes 626: but for the last one of a shard, they go.
    let load = memory.tidy();
    assert!(load.keys <= 64 && load.evicted > 0, "{load:?}");
}

/// Milliseconds of the machine, as a server counts them.
struct Machine(Instant);

impl Ticks for Machine {
    fn ticks(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// While time passes, threads that ask at once get what the time gives and no more: nobody's millisecond counts twice.
#[test]
fn a_storm_over_time_gets_what_the_time_gives() {
    let clock = Arc::new(Machine(Instant::now()));
    let memory = Memory::new(100_000, clock.clone());
    let (burst, a_second) = (10, 1_000_000);
    let rate = Rate::new(Algorithm::TokenBucket, a_second, 1_000, Some(burst * 1_000)).unwrap();
    let passed: u64 = thread::scope(|scope| {
        let storm = || {
            let mut passed = 0;
            while clock.ticks() < 300 {
                passed += u64::from(memory.decide(&check(demand("storm", rate, 1_000))).verdicts[0].allowed);
            }
            passed
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(storm)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // A millisecond gives back a thousand, which is one check.
    let most = u64::try_from(burst).unwrap() + clock.ticks();
    assert!(passed <= most, "{passed} passed, and {most} are permitted");
}
