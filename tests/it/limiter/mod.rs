//! The counters of rate limits: one suite over memory and Redis, and both against each other.

mod bounds;
mod histories;
mod nodes;
mod replicas;
mod sharing;
mod suite;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tribune::domain::limit::named::OnFailure;
use tribune::domain::limit::{Algorithm, Rate};
use tribune::limiter::memory::Memory;
use tribune::limiter::redis::{Redis, Settings};
use tribune::ports::clock::Ticks;
use tribune::ports::limiter::{Answer, Check, Demand, Limiter};

use crate::support::clock::TestClock;
use crate::support::limits::ROOM;
pub(crate) use crate::support::limits::memory;
use crate::support::{redis, redis_nodes};

/// Counters in the private Redis, by the test's clock, under a prefix of their own.
pub(crate) fn shared(clock: &Arc<TestClock>) -> Arc<dyn Limiter> {
    Arc::new(connect(&redis::url(), &prefix(), Some(clock.clone())))
}

/// Counters in a cluster one of whose slots, which is that of all keys here, keeps moving.
pub(crate) fn moving(clock: &Arc<TestClock>) -> Arc<dyn Limiter> {
    let url = redis_nodes::moving_cluster();
    Arc::new(connect(&url, &prefix(), Some(clock.clone())))
}

/// A process's counters in a Redis.
pub(crate) fn connect(url: &str, prefix: &str, clock: Option<Arc<dyn Ticks>>) -> Redis {
    let ticks = TestClock::new();
    let settings = Settings {
        url: url.to_owned(),
        prefix: prefix.to_owned(),
        deadline: Duration::from_secs(20),
        clock,
    };
    let local = Arc::new(Memory::local(ROOM, ticks.clone()));
    Redis::new(settings, ticks, local).expect("the address is one")
}

/// What no other test's keys begin with.
pub(crate) fn prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("test{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// So much within so many seconds.
pub(crate) fn rate(algorithm: Algorithm, capacity: i64, seconds: i64) -> Rate {
    Rate::new(algorithm, capacity, seconds * 1_000, None).unwrap()
}

pub(crate) fn demand(key: &str, rate: Rate, cost: u32) -> Demand {
    Demand {
        key: format!("{{t}}{key}"),
        rate,
        cost,
        on_failure: OnFailure::Deny,
        adaptive: None,
    }
}

pub(crate) fn check(demand: Demand) -> Check {
    Check {
        demands: vec![demand],
        peek: false,
    }
}

/// The answer to one check.
pub(crate) async fn ask(limiter: &dyn Limiter, check: Check) -> Answer {
    limiter
        .check(vec![check])
        .await
        .pop()
        .expect("each check has an answer")
}

/// Whether one check passes.
pub(crate) async fn passes(limiter: &dyn Limiter, check: Check) -> bool {
    let answer = ask(limiter, check).await;
    answer.verdicts.iter().all(|verdict| verdict.allowed)
}

/// Many callers at once, each of whom asks so often, one after the other; how often they passed. `ask` is told who asks, and which time it is.
pub(crate) async fn storm<F>(
    callers: usize,
    each: u32,
    ask: impl Fn(usize, u32) -> F + Clone + Send + 'static,
) -> u32
where
    F: Future<Output = bool> + Send + 'static,
{
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let ask = ask.clone();
            tokio::spawn(async move {
                let mut passed = 0;
                for time in 0..each {
                    passed += u32::from(ask(caller, time).await);
                }
                passed
            })
        })
        .collect();
    let mut passed = 0;
    for task in tasks {
        passed += task.await.unwrap();
    }
    passed
}
