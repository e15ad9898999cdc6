//! Timers: set with a sanction that has an end, taken away with it, leased to one caller at a time.

use std::time::Duration;

use tribune::domain::act::Command;
use tribune::domain::kind::Kind;
use tribune::domain::sanction::Ending;
use tribune::ports::ledger::{PersonRef, Reply, Submission};
use tribune::ports::timers::DueTimer;

use super::world::{Home, World, act, command, mute, person, sanction_of, warn};

const LEASE: Duration = Duration::from_secs(30);

fn expire(home: Home, timer: &DueTimer) -> Submission {
    let (sanction, version) = (timer.sanction, timer.version);
    command(
        home,
        PersonRef::User(timer.user),
        Command::Expire { sanction, version },
    )
}

impl World {
    async fn due(&self, limit: u32) -> Vec<DueTimer> {
        self.store.lease_due(limit, LEASE).await.unwrap()
    }

    async fn due_cases(&self, limit: u32) -> Vec<u128> {
        let due = self.due(limit).await;
        due.iter().map(|timer| timer.sanction.0.as_u128() >> 80).collect()
    }
}

on_every_store! {
    /// Due at the end and not before; the one most overdue first.
    async fn timers_fall_due_in_order(store) {
        let world = World::new(store).await;
        let home = world.home;
        assert_eq!(world.store.next_due().await.unwrap(), None);
        world.decide_all(&[
            mute(home, "ann", 90), mute(home, "bob", 60), warn(home, "cid"),
            act(home, person("cid"), Kind::Mute, None, "no end"), act(home, person("cid"), Kind::Ban, None, "x"),
        ]).await;
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now().shifted(60)));
        world.clock.advance(59);
        assert_eq!(world.due(10).await, []);
        world.clock.advance(1);
        let due = world.due(10).await;
        assert_eq!(due, [DueTimer {
            tenant: home.tenant, community: home.community, user: world.user("bob").await,
            sanction: sanction_of(home, 2), version: 1, due_at: world.now(),
        }]);
        world.clock.advance(60);
        assert_eq!(world.due_cases(10).await, [2, 1]);
    }

    /// A leased timer is given to nobody else until the lease is over; it stays the next one due.
    async fn a_lease_keeps_others_away(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 60), mute(home, "bob", 61), mute(home, "cid", 62)]).await;
        world.clock.advance(100);
        assert_eq!(world.due_cases(2).await, [1, 2]);
        assert_eq!(world.due_cases(2).await, [3]);
        assert_eq!(world.due_cases(2).await, [0_u128; 0]);
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now().shifted(-40)));
        world.clock.advance(29);
        assert_eq!(world.due_cases(9).await, [0_u128; 0]);
        world.clock.advance(1);
        assert_eq!(world.due_cases(9).await, [1, 2, 3]);
    }

    /// Many callers at once share the timers out.
    async fn no_timer_is_leased_twice(store) {
        let world = World::new(store).await;
        let batch: Vec<_> = (0..40).map(|n| mute(world.home, &format!("m{n}"), 60)).collect();
        world.decide_all(&batch).await;
        world.clock.advance(60);
        let leases = futures_util::future::join_all((0..8).map(|_| world.due_cases(7))).await;
        let mut all = leases.concat();
        all.extend(world.due_cases(100).await);
        all.sort_unstable();
        assert_eq!(all, (1..=40).collect::<Vec<_>>());
    }

    /// An expiry is recorded once: its commit takes the timer away, and a repeat finds that the sanction has moved on.
    async fn an_expiry_happens_once(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(mute(home, "ann", 60)).await;
        world.clock.advance(75);
        let timer = world.due(1).await.remove(0);
        let replies = world.decide_all(&[expire(home, &timer), expire(home, &timer)]).await;
        assert!(replies.iter().all(|reply| matches!(reply, Ok(Reply::Done(_)))), "{replies:?}");
        assert!(matches!(world.decide(expire(home, &timer)).await, Ok(Reply::Done(_))));
        let cases = world.cases(home).await;
        assert_eq!(cases.len(), 2);
        assert_eq!((cases[1].kind, cases[1].ended[0].how), (Kind::Unmute, Ending::Expired));
        let record = world.store.sanction(home.tenant, home.community, timer.sanction).await.unwrap();
        assert_eq!(record.ended, Some((Ending::Expired, timer.due_at, Some(2))));
        assert_eq!(world.store.next_due().await.unwrap(), None);
        assert_eq!(world.events(home.tenant).await.len(), 4);
    }

    /// An expiry of what is no longer there writes no case, and takes the timer away all the same.
    async fn an_expiry_that_moved_on_leaves_no_timer(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(mute(home, "ann", 60)).await;
        world.clock.advance(60);
        let timer = world.due(1).await.remove(0);
        let other = Command::Expire { sanction: timer.sanction, version: 0 };
        world.decide(command(home, person("ann"), other)).await.unwrap();
        assert_eq!(world.cases(home).await.len(), 1);
        assert_eq!(world.store.next_due().await.unwrap(), Some(timer.due_at), "that was for an earlier version");
        world.decide(expire(home, &timer)).await.unwrap();
        assert_eq!(world.store.next_due().await.unwrap(), None);
    }

    /// A lift takes the timer away.
    async fn a_lift_takes_the_timer_away(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 60), mute(home, "ann", 90), mute(home, "bob", 120)]).await;
        world.case(act(home, person("ann"), Kind::Unmute, None, "x")).await;
        world.clock.advance(200);
        assert_eq!(world.due_cases(10).await, [3]);
    }
}
