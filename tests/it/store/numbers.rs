//! Case numbers: unique, ascending, without gaps.

use std::sync::Arc;

use tribune::domain::kind::Kind;
use tribune::ports::ledger::Reply;

use super::judge::REFUSED;
use super::world::{World, act, person, warn};

on_every_store! {
    /// Refusals take no number, and each community counts for itself.
    async fn each_community_counts_from_one(store) {
        let world = World::new(store).await;
        let other = world.another_community().await;
        let refused = act(world.home, person("ann"), Kind::Warn, None, REFUSED);
        let batch = [
            warn(world.home, "ann"), refused.clone(), warn(other, "ann"), warn(world.home, "bob"), refused,
        ];
        let tags: Vec<String> = world.decide_all(&batch).await.into_iter().filter_map(|reply| match reply {
            Ok(Reply::Done(answer)) => Some(answer.tag),
            _ => None,
        }).collect();
        assert_eq!(tags, ["1", "1", "2"]);
        assert_eq!(world.case(warn(world.home, "ann")).await, 3);
    }

    /// Batches at the same time, on one hot member and on many: every number once, none left out, events likewise.
    async fn concurrent_batches_leave_no_gap(store) {
        let world = Arc::new(World::new(store).await);
        let mut tasks = vec![];
        for task in 0..6_u32 {
            let world = Arc::clone(&world);
            tasks.push(tokio::spawn(async move {
                let mut numbers = vec![];
                for round in 0..5_u32 {
                    let batch: Vec<_> = (0..4_u32).map(|n| match n % 2 {
                        0 => warn(world.home, "hot"),
                        _ => warn(world.home, &format!("m{task}-{round}-{n}")),
                    }).collect();
                    for reply in world.decide_all(&batch).await {
                        let Ok(Reply::Done(answer)) = reply else { panic!("{reply:?}") };
                        numbers.push(answer.tag.parse::<i64>().unwrap());
                    }
                }
                assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "ascending for one caller");
                numbers
            }));
        }
        let mut numbers = vec![];
        for task in tasks {
            numbers.extend(task.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=120).collect::<Vec<i64>>());
        let written: Vec<i64> = world.cases(world.home).await.iter().map(|case| case.number).collect();
        assert_eq!(written, numbers);
        assert_eq!(world.events(world.home.tenant).await.len(), 2 + 120);
        let seen = world.store.look(world.home.tenant, world.home.community, &person("hot")).await.unwrap();
        assert_eq!(seen.member.ledger.clock, 60, "no act on the hot member was lost");
        assert_eq!(seen.next_case, 121);
    }
}
