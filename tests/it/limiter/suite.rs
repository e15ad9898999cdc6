//! What every limiter does, whatever counts.

use std::sync::Arc;

use tribune::domain::limit::adaptive::{Adaptive, Signal};
use tribune::domain::limit::{Algorithm, Rate};
use tribune::ports::limiter::{Check, Limiter};

use super::{ask, check, demand, memory, moving, passes, rate, shared, storm};
use crate::support::clock::TestClock;

/// Makes a test for each limiter from one body.
macro_rules! on_every_limiter {
    ($($(#[$meta:meta])* async fn $name:ident($limiter:ident, $clock:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($limiter: Arc<dyn Limiter>, $clock: Arc<TestClock>) $body

            #[tokio::test]
            async fn memory() {
                let clock = TestClock::new();
                body(super::memory(&clock), clock).await;
            }

            #[tokio::test]
            async fn redis() {
                let clock = TestClock::new();
                body(shared(&clock), clock).await;
            }

            #[tokio::test]
            async fn moving_cluster() {
                let clock = TestClock::new();
                body(moving(&clock), clock).await;
            }
        }
    )+};
}

on_every_limiter! {
    /// Exactly the capacity passes, a denial costs nothing, and who comes back when told to passes.
    async fn as_much_as_is_permitted(limiter, clock) {
        for algorithm in Algorithm::ALL {
            let cost_1 = || check(demand(&format!("{algorithm:?}"), rate(algorithm, 5, 10), 1));
            for left in (0..5).rev() {
                let answer = ask(&*limiter, cost_1()).await;
                assert!(answer.verdicts[0].allowed, "{algorithm:?}");
                assert_eq!((answer.verdicts[0].limit, answer.verdicts[0].remaining), (5, left));
            }
            let denied = ask(&*limiter, cost_1()).await.verdicts[0];
            assert_eq!(denied, ask(&*limiter, cost_1()).await.verdicts[0], "a denial changes nothing");
            let wait = denied.retry_after.expect("it was denied");
            let now = TestClock::START * 1_000_000;
            clock.set_micros(now + i64::try_from(wait).unwrap() * 1_000 - 1_000);
            assert!(!passes(&*limiter, cost_1()).await, "{algorithm:?}: a millisecond early");
            clock.set_micros(now + i64::try_from(wait).unwrap() * 1_000);
            assert!(passes(&*limiter, cost_1()).await, "{algorithm:?}: just in time");
            clock.set_micros(now);
        }
    }

    /// To look spends nothing, of a key that nobody used either.
    async fn looks_are_free(limiter, _clock) {
        for algorithm in Algorithm::ALL {
            let look = Check { peek: true, ..check(demand(&format!("{algorithm:?}"), rate(algorithm, 2, 10), 2)) };
            for _ in 0..3 {
                let seen = ask(&*limiter, look.clone()).await.verdicts[0];
                assert_eq!((seen.allowed, seen.remaining, seen.reset_after), (true, 2, 0));
            }
        }
    }

    /// The most that can be spent at once, and comes back slowest: what is owed then is a number like any other.
    async fn the_largest_debt_is_counted(limiter, _clock) {
        for algorithm in [Algorithm::TokenBucket, Algorithm::Gcra] {
            let slowest = Rate::new(algorithm, 1, 31 * 86_400_000, Some(1_000_000)).unwrap();
            let all = || check(demand(&format!("{algorithm:?}"), slowest, 1_000_000));
            assert!(passes(&*limiter, all()).await);
            let one = check(demand(&format!("{algorithm:?}"), slowest, 1));
            let denied = ask(&*limiter, one).await.verdicts[0];
            assert_eq!((denied.allowed, denied.remaining, denied.retry_after), (false, 0, Some(31 * 86_400_000)), "{algorithm:?}");
            let denied = ask(&*limiter, all()).await.verdicts[0];
            assert_eq!(denied.retry_after, Some(31 * 86_400_000 * 1_000_000), "{algorithm:?}");
        }
    }

    /// Several limits: if one denies, nothing is spent under the others.
    async fn all_or_nothing(limiter, _clock) {
        let narrow = demand("narrow", rate(Algorithm::TokenBucket, 1, 60), 1);
        let wide = demand("wide", rate(Algorithm::SlidingWindow, 10, 60), 3);
        let both = Check { demands: vec![wide.clone(), narrow], peek: false };
        assert!(passes(&*limiter, both.clone()).await);
        let denied = ask(&*limiter, both).await.verdicts;
        assert_eq!((denied[0].allowed, denied[0].remaining, denied[1].allowed), (true, 7, false));
        let look = Check { peek: true, ..check(wide) };
        assert_eq!(ask(&*limiter, look).await.verdicts[0].remaining, 7);
    }

    /// A batch is decided in its order, each check by what the ones before it left.
    async fn batches_keep_their_order(limiter, _clock) {
        let three = |cost| check(demand("batch", rate(Algorithm::Gcra, 3, 60), cost));
        let answers = limiter.check(vec![three(2), three(2), three(1), three(1)]).await;
        let allowed: Vec<bool> = answers.iter().map(|answer| answer.verdicts[0].allowed).collect();
        assert_eq!(allowed, [true, false, true, false]);
        let many: Vec<Check> = (0..1_000).map(|n| check(demand(&format!("many{n}"), rate(Algorithm::TokenBucket, n + 1, 60), 1))).collect();
        let answers = limiter.check(many).await;
        assert!(answers.iter().zip(0..).all(|(answer, left)| answer.verdicts[0].remaining == left));
    }

    /// A key that is reset is as if nobody had used it.
    async fn a_reset_forgets(limiter, _clock) {
        for algorithm in Algorithm::ALL {
            let all = || check(demand(&format!("{algorithm:?}"), rate(algorithm, 4, 60), 4));
            assert!(passes(&*limiter, all()).await && !passes(&*limiter, all()).await);
            limiter.reset(&[all().demands[0].key.clone()]).await.unwrap();
            assert!(passes(&*limiter, all()).await, "{algorithm:?}");
        }
    }

    /// A platform's word keeps everything back, tightens, and time gives back; all of it can be seen.
    async fn signals_tighten(limiter, clock) {
        let adaptive = Adaptive { floor: 2, ceiling: 8, tighten: 500, recover: 2, every: 10_000, denials: None, min_checks: 1 };
        let mut adapting = demand("adapting", rate(Algorithm::SlidingWindow, 8, 1), 1);
        adapting.adaptive = Some((adaptive, "{t}tight".to_owned()));
        let tight = limiter.signal("{t}tight", &adaptive, None).await.unwrap();
        assert_eq!(tight.tightness.capacity, 8);
        let tight = limiter.signal("{t}tight", &adaptive, Some(Signal::Throttled(5_000))).await.unwrap();
        assert_eq!((tight.tightness.capacity, tight.tightness.held_for(tight.now)), (4, 5_000));
        let held = ask(&*limiter, check(adapting.clone())).await.verdicts[0];
        assert_eq!((held.allowed, held.retry_after), (false, Some(5_000)));
        clock.advance(5);
        let freed = ask(&*limiter, check(adapting.clone())).await.verdicts[0];
        assert_eq!((freed.allowed, freed.limit, freed.remaining), (true, 4, 3));
        clock.advance(20);
        let later = ask(&*limiter, check(adapting)).await.verdicts[0];
        assert_eq!((later.allowed, later.limit), (true, 8));
        limiter.signal("{t}tight", &adaptive, Some(Signal::Raid(60_000))).await.unwrap();
        clock.advance(30);
        let tight = limiter.signal("{t}tight", &adaptive, None).await.unwrap();
        assert_eq!((tight.tightness.capacity, tight.tightness.raid_for(tight.now)), (4, 30_000));
        limiter.signal("{t}tight", &adaptive, Some(Signal::Calm)).await.unwrap();
        clock.advance(10);
        let tight = limiter.signal("{t}tight", &adaptive, None).await.unwrap();
        assert_eq!((tight.tightness.capacity, tight.tightness.raid_for(tight.now)), (6, 0));
    }

    /// When many ask for one key at once, exactly as much passes as is permitted.
    async fn a_storm_gets_what_is_permitted(limiter, _clock) {
        for algorithm in Algorithm::ALL {
            let limiter = limiter.clone();
            let passed = storm(64, 10, move |_, _| {
                let limiter = limiter.clone();
                async move { passes(&*limiter, check(demand(&format!("{algorithm:?}"), rate(algorithm, 100, 60), 1))).await }
            }).await;
            assert_eq!(passed, 100, "{algorithm:?}");
        }
    }
}
