//! What only Redis is asked to bear: scripts that it forgets, processes that share it, its being away.

use std::sync::Arc;
use std::time::Duration;

use tribune::domain::limit::Algorithm;
use tribune::domain::limit::adaptive::Adaptive;
use tribune::domain::limit::named::OnFailure;
use tribune::limiter::memory::Memory;
use tribune::limiter::redis::{Redis, Settings};
use tribune::ports::limiter::{Check, CountedBy, Limiter as _};

use super::{ask, check, connect, demand, passes, prefix, rate, storm};
use crate::support::clock::TestClock;
use crate::support::redis;

#[tokio::test]
async fn two_processes_admit_exactly_what_is_permitted_while_scripts_are_forgotten() {
    let prefix = prefix();
    let processes = [0, 1].map(|_| Arc::new(connect(&redis::url(), &prefix, None)));
    for algorithm in Algorithm::ALL {
        let processes = processes.clone();
        let passed = storm(32, 20, move |caller, time| {
            let process = processes[caller % 2].clone();
            async move {
                if caller == 0 && time % 5 == 0 {
                    redis::command(&["SCRIPT", "FLUSH"]);
                }
                // An hour, so that nothing comes back while this runs.
                let one = check(demand(&format!("{algorithm:?}"), rate(algorithm, 97, 100_000), 1));
                passes(&*process, one).await
            }
        })
        .await;
        assert_eq!(passed, 97, "{algorithm:?}");
    }
}

#[tokio::test]
async fn while_redis_is_away_each_limit_says_what_happens() {
    let ticks = TestClock::new();
    let settings = Settings {
        url: "redis+unix:///nowhere/at/all".to_owned(),
        prefix: prefix(),
        deadline: Duration::from_millis(200),
        clock: None,
    };
    let local = Arc::new(Memory::local(100, ticks.clone()));
    let limiter = Redis::new(settings, ticks, local).unwrap();
    let limited = |on_failure| {
        let mut demand = demand("away", rate(Algorithm::TokenBucket, 2, 100_000), 1);
        demand.on_failure = on_failure;
        demand
    };
    for _ in 0..5 {
        let answer = ask(&limiter, check(limited(OnFailure::Allow))).await;
        assert_eq!((answer.verdicts[0].allowed, answer.by), (true, CountedBy::Nobody));
        let answer = ask(&limiter, check(limited(OnFailure::Deny))).await;
        assert_eq!(
            (answer.verdicts[0].allowed, answer.by),
            (false, CountedBy::Nobody)
        );
        assert!(answer.verdicts[0].retry_after.is_some());
    }
    for allowed in [true, true, false] {
        let answer = ask(&limiter, check(limited(OnFailure::Local))).await;
        assert_eq!(
            (answer.verdicts[0].allowed, answer.by),
            (allowed, CountedBy::Local)
        );
    }
    let mixed = Check {
        demands: vec![limited(OnFailure::Allow), limited(OnFailure::Deny)],
        peek: false,
    };
    let answer = ask(&limiter, mixed).await;
    let allowed: Vec<bool> = answer.verdicts.iter().map(|verdict| verdict.allowed).collect();
    assert_eq!((allowed, answer.by), (vec![true, false], CountedBy::Nobody));
    assert!(limiter.ping().await.is_err());
    // Who resets or signals does not wait for it either.
    let adaptive = Adaptive {
        floor: 1,
        ceiling: 2,
        tighten: 500,
        recover: 1,
        every: 1_000,
        denials: None,
        min_checks: 1,
    };
    for away in [
        limiter.reset(&["{t}away".to_owned()]).await.unwrap_err(),
        limiter.signal("{t}tight", &adaptive, None).await.unwrap_err(),
    ] {
        assert!(away.reason.contains("a moment ago"), "{away}");
    }
}

#[tokio::test]
async fn idle_keys_vanish() {
    let prefix = prefix();
    let limiter = connect(&redis::url(), &prefix, None);
    for algorithm in Algorithm::ALL {
        assert!(
            passes(
                &limiter,
                check(demand(&format!("{algorithm:?}"), rate(algorithm, 10, 3), 10))
            )
            .await
        );
        let key = format!("{prefix}{{t}}{algorithm:?}");
        let left: i64 = redis::command(&["PTTL", &key])
            .trim_start_matches(':')
            .trim()
            .parse()
            .unwrap();
        // Of an estimate the next period is within reach as well.
        assert!((1..=6_100).contains(&left), "{algorithm:?}: {left}");
    }
}
