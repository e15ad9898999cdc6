//! A member's state, now and then.

use tribune::domain::id::{CommunityId, UserId};
use tribune::domain::kind::Kind;
use tribune::domain::member::Member;
use tribune::domain::time::Instant;
use tribune::ports::clock::Clock as _;
use tribune::ports::ledger::{PersonRef, Seen};

use super::world::{World, act, mute, not_found, person, uuid, warn};

impl World {
    async fn seen(&self, name: &str) -> Seen {
        self.store
            .look(self.home.tenant, self.home.community, &person(name))
            .await
            .unwrap()
    }
}

on_every_store! {
    /// Somebody whom nobody knows has an empty state and no target; an id that does not exist is not found.
    async fn strangers_have_an_empty_state(store) {
        let world = World::new(store).await;
        let (tenant, community) = (world.home.tenant, world.home.community);
        let seen = world.seen("ann").await;
        assert_eq!((seen.target, seen.member, seen.next_case), (None, Member::default(), 1));
        assert_eq!(seen.now, world.clock.now());
        assert_eq!(seen.timeline.newest().version, 1);
        let nobody = PersonRef::User(UserId(uuid()));
        not_found(world.store.look(tenant, community, &nobody).await, "user");
        not_found(world.store.look(tenant, CommunityId(uuid()), &person("ann")).await, "community");
        let users = world.store.users(tenant, crate::store::world::everything()).await.unwrap();
        assert!(users.is_empty(), "looking makes nobody");
    }

    /// What acts left is seen, by identity and by id.
    async fn what_acts_left_is_seen(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[warn(home, "ann"), mute(home, "ann", 60), warn(home, "bob")]).await;
        let seen = world.seen("ann").await;
        assert_eq!(seen.member.ledger.balance.millis(), 3_000);
        assert_eq!(seen.member.sanctions.len(), 1);
        assert_eq!(seen.recent.iter().map(|recent| recent.case).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((seen.next_case, seen.target.unwrap().user), (4, world.user("ann").await));
        let by_id = PersonRef::User(world.user("ann").await);
        let by_id = world.store.look(home.tenant, home.community, &by_id).await.unwrap();
        assert_eq!((by_id.member, by_id.recent), (seen.member, seen.recent));
    }

    /// The state at a moment is the one after the last entry at or before it; notes have none.
    async fn the_state_at_a_moment(store) {
        let world = World::new(store).await;
        let home = world.home;
        let start = world.now().seconds();
        world.decide_all(&[warn(home, "ann"), warn(home, "ann"), warn(home, "bob")]).await;
        world.clock.advance(10);
        world.case(act(home, person("ann"), Kind::Note, None, "x")).await;
        world.clock.advance(10);
        world.case(warn(home, "ann")).await;
        let ann = world.user("ann").await;
        let at = async |seconds: i64| {
            let at = Instant::new(start + seconds).unwrap();
            let state = world.store.state_at(home.tenant, home.community, ann, at).await.unwrap();
            state.ledger.balance.millis()
        };
        assert_eq!([at(-1).await, at(0).await, at(19).await, at(20).await, at(99).await], [0, 2_000, 2_000, 3_000, 3_000]);
        let nobody = UserId(uuid());
        let state = world.store.state_at(home.tenant, home.community, nobody, world.now()).await.unwrap();
        assert_eq!(state, Member::default());
    }

    /// Terms are the entries with points, newest first, in pages of (at, number).
    async fn terms_are_entries_with_points(store) {
        let world = World::new(store).await;
        let home = world.home;
        let start = world.now();
        world.decide_all(&[
            warn(home, "ann"), warn(home, "bob"), act(home, person("ann"), Kind::Note, None, "x"),
            mute(home, "ann", 60), act(home, person("ann"), Kind::Unmute, None, "x"),
        ]).await;
        world.clock.advance(10);
        world.case(warn(home, "ann")).await;
        let ann = world.user("ann").await;
        let terms = async |at: Instant, before, limit| {
            let found = world.store.terms(home.tenant, home.community, ann, at, before, limit).await.unwrap();
            found.iter().map(|case| case.number).collect::<Vec<_>>()
        };
        let now = world.now();
        assert_eq!(terms(now, None, 10).await, [6, 4, 1]);
        assert_eq!(terms(start, None, 10).await, [4, 1]);
        assert_eq!(terms(start.shifted(-1), None, 10).await, [0_i64; 0]);
        assert_eq!(terms(now, None, 2).await, [6, 4]);
        assert_eq!(terms(now, Some((start, 4)), 10).await, [1]);
        assert_eq!(terms(now, Some((now, 6)), 1).await, [4]);
        assert_eq!(terms(start, Some((now, 6)), 10).await, [4, 1], "the moment bounds too");
    }
}
