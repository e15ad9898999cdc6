//! One bad row never fails its neighbours.

use tribune::domain::kind::Kind;
use tribune::ports::error::StoreError;
use tribune::ports::ledger::Reply;

use super::judge::POISON;
use super::world::{World, act, mute, person, warn, with_claim};

on_every_store! {
    /// A ruling that the database does not take fails alone, wherever it stands in the batch, and leaves nothing.
    async fn a_bad_row_fails_alone(store) {
        let world = World::new(store).await;
        let home = world.home;
        let poison = || act(home, person("eve"), Kind::Mute, Some(60), POISON);
        assert_eq!(world.case(mute(home, "ann", 60)).await, 1);
        for place in 0..7 {
            let mut batch: Vec<_> = (0..7).map(|n| warn(home, &format!("m{n}"))).collect();
            batch[place] = with_claim(poison(), "k", 1);
            let before = world.cases(home).await.len();
            let replies = world.decide_all(&batch).await;
            for (n, reply) in replies.iter().enumerate() {
                if n == place {
                    assert!(matches!(reply, Err(StoreError::Failed(_))), "{reply:?}");
                } else {
                    assert!(matches!(reply, Ok(Reply::Done(_))), "{reply:?}");
                }
            }
            assert_eq!(world.cases(home).await.len(), before + 6);
        }
        let numbers: Vec<i64> = world.cases(home).await.iter().map(|case| case.number).collect();
        assert_eq!(numbers, (1..=43).collect::<Vec<_>>(), "failures take no numbers");
        assert!(world.store.user(home.tenant, &person("eve")).await.is_err(), "and make nobody");
        assert_eq!(world.events(home.tenant).await.len(), 2 + 43);
        // Their key is free.
        assert!(matches!(world.decide(with_claim(warn(home, "ann"), "k", 2)).await, Ok(Reply::Done(_))));
    }

    /// Several of them, side by side.
    async fn several_bad_rows_fail_alone(store) {
        let world = World::new(store).await;
        let home = world.home;
        assert_eq!(world.case(mute(home, "ann", 60)).await, 1);
        let bad = [0, 1, 4, 8];
        let batch: Vec<_> = (0..9).map(|n| {
            if bad.contains(&n) { act(home, person("eve"), Kind::Mute, Some(60), POISON) } else { warn(home, "ann") }
        }).collect();
        let replies = world.decide_all(&batch).await;
        let failed: Vec<usize> = (0..9).filter(|n| replies[*n].is_err()).collect();
        assert_eq!(failed, bad);
        assert_eq!(world.case(warn(home, "ann")).await, 7);
    }
}
