//! Old answers are forgotten a little at a time; younger ones never.

use std::time::Duration;

use tribune::ports::ledger::Reply;

use super::world::{World, done, warn, with_claim};

const DAY: Duration = Duration::from_secs(86_400);

on_every_store! {
    /// The oldest first, up to the limit; what is not older than the age stays, to the microsecond.
    async fn old_answers_are_forgotten(store) {
        let world = World::new(store).await;
        let call = |n: i64| with_claim(warn(world.home, "ann"), &format!("key {n}"), 1);
        for n in 0..5 {
            done(world.decide(call(n)).await);
            world.clock.advance(1);
        }
        // Now 5 s after the first, 1 s after the last.
        world.clock.advance(86_400 - 3);
        let forget = |limit| world.store.forget_answers(DAY, limit);
        assert_eq!(forget(1).await.unwrap(), 1);
        assert_eq!(forget(10).await.unwrap(), 1, "the third is exactly a day old, not older");
        assert_eq!(forget(10).await.unwrap(), 0);
        for n in 2..5 {
            assert!(matches!(world.decide(call(n)).await, Ok(Reply::Replayed(_))), "{n}");
        }
        for n in 0..2 {
            assert!(matches!(world.decide(call(n)).await, Ok(Reply::Done(_))), "{n}");
        }
        assert_eq!(world.store.forget_answers(Duration::MAX, 10).await.unwrap(), 0);
        assert_eq!(world.cases(world.home).await.len(), 7);
    }
}
