//! Policy versions.

use tribune::domain::id::CommunityId;
use tribune::domain::policy::{Decay, Policy};
use tribune::ports::directory::{Applied, Change, Conflict, PolicyRecord};

use super::world::{World, changed, everything, not_found, page, uuid, warn};

fn with_rate(rate: i64) -> Policy {
    Policy {
        decay: Decay::Linear { rate, grace: 0 },
        ..Policy::default()
    }
}

impl World {
    pub(crate) async fn put(&self, expected: i32, rate: i64) -> Applied {
        self.put_at(expected, rate, None).await
    }

    /// A version that comes into force in so many seconds.
    pub(crate) async fn put_at(&self, expected: i32, rate: i64, seconds: Option<i64>) -> Applied {
        let put = Change::PutPolicy {
            community: self.home.community,
            expected,
            policy: with_rate(rate),
            comment: Some(format!("rate {rate}")),
            activate_at: seconds.map(|seconds| self.now().shifted(seconds)),
        };
        self.apply(self.home.tenant, put).await.unwrap()
    }

    pub(crate) async fn versions(&self, after: Option<i32>, limit: u32) -> Vec<PolicyRecord> {
        let home = self.home;
        self.store
            .policies(home.tenant, home.community, page(after, limit))
            .await
            .unwrap()
    }
}

on_every_store! {
    /// Versions count up, are kept, and are read newest first.
    async fn versions_are_kept(store) {
        let world = World::new(store).await;
        let (tenant, community) = (world.home.tenant, world.home.community);
        for version in 1..=3 {
            world.clock.advance(10);
            let answer = changed(Ok(world.put(version, i64::from(version) * 1_000).await));
            assert_eq!(answer.tag, (version + 1).to_string());
        }
        let active = world.store.policy(tenant, community, None).await.unwrap();
        assert_eq!(active.version.version, 4);
        assert_eq!(*active.version.policy, with_rate(3_000));
        assert_eq!(active.version.activated_at, world.now());
        assert_eq!(active.comment.as_deref(), Some("rate 3000"));
        let first = world.store.policy(tenant, community, Some(1)).await.unwrap();
        assert_eq!((*first.version.policy).clone(), Policy::default());
        assert_eq!(first.comment, None);
        not_found(world.store.policy(tenant, community, Some(5)).await, "policy");

        let numbers = |records: &[PolicyRecord]| records.iter().map(|r| r.version.version).collect::<Vec<_>>();
        assert_eq!(numbers(&world.versions(None, 3).await), [4, 3, 2]);
        assert_eq!(numbers(&world.versions(Some(2), 3).await), [1]);
        assert_eq!(world.store.community(tenant, community).await.unwrap().policy_version, 4);
    }

    /// Who saw another version than the one in force changes nothing.
    async fn a_stale_version_is_refused(store) {
        let world = World::new(store).await;
        changed(Ok(world.put(1, 5).await));
        for expected in [0, 1, 3] {
            assert_eq!(world.put(expected, 6).await, Applied::Conflict(Conflict::Stale(2)));
        }
        assert_eq!(world.versions(None, 10).await.len(), 2);
    }

    /// Two who saw the same version do not both win.
    async fn one_of_two_writers_wins(store) {
        let world = World::new(store).await;
        let (one, other) = tokio::join!(world.put(1, 5), world.put(1, 6));
        let won = |applied: &Applied| matches!(applied, Applied::Done(_));
        let lost = |applied: &Applied| *applied == Applied::Conflict(Conflict::Stale(2));
        assert!(won(&one) && lost(&other) || won(&other) && lost(&one), "{one:?} {other:?}");
    }

    /// A clock that went back does not put a version before the one it replaces.
    async fn versions_come_into_force_in_order(store) {
        let world = World::new(store).await;
        let before = world.now();
        world.clock.advance(-100);
        changed(Ok(world.put(1, 5).await));
        let all = world.versions(None, 10).await;
        assert!(all.iter().all(|record| record.version.activated_at == before), "{all:?}");
    }

    /// A version judges from the next act on, also in a store that has judged by the one before.
    async fn a_version_judges_at_once(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        changed(Ok(world.put(1, 5).await));
        world.case(warn(world.home, "ann")).await;
        let versions: Vec<i32> = world.cases(world.home).await.iter().map(|c| c.policy_version).collect();
        assert_eq!(versions, [1, 2]);
        let seen = crate::store::world::person("ann");
        let seen = world.store.look(world.home.tenant, world.home.community, &seen).await.unwrap();
        assert_eq!(seen.timeline.versions().map(|v| v.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(*seen.timeline.newest().policy, with_rate(5));
    }

    /// Absent communities have no policies.
    async fn absent_communities_have_none(store) {
        let world = World::new(store).await;
        let (tenant, community) = (world.home.tenant, CommunityId(uuid()));
        not_found(world.store.policy(tenant, community, None).await, "community");
        not_found(world.store.policy(tenant, community, Some(1)).await, "community");
        not_found(world.store.policies(tenant, community, everything()).await, "community");
        let put = Change::PutPolicy { community, expected: 1, policy: Policy::default(), comment: None, activate_at: None };
        not_found(world.apply(tenant, put).await, "community");
    }
}
