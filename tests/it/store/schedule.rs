//! Versions of policies that come into force by time alone.

use tribune::domain::policy::Decay;
use tribune::ports::directory::{Applied, Change, Conflict, DuePolicy, FARTHEST_ACTIVATION};

use super::world::{World, changed, not_found, person, warn};
use crate::support::store::TestStore;

impl World {
    async fn withdraw(&self, version: i32) -> Applied {
        let community = self.home.community;
        let withdraw = Change::WithdrawPolicy { community, version };
        self.apply(self.home.tenant, withdraw).await.unwrap()
    }

    async fn activate(&self, version: i32) -> Applied {
        let community = self.home.community;
        let activate = Change::ActivatePolicy { community, version };
        self.apply(self.home.tenant, activate).await.unwrap()
    }

    /// The version in force, the one to come, and the version that the community names.
    async fn counting(&self) -> (i32, Option<i32>, i32) {
        let (tenant, community) = (self.home.tenant, self.home.community);
        let now = self.store.policy_now(tenant, community).await.unwrap();
        let named = self
            .store
            .community(tenant, community)
            .await
            .unwrap()
            .policy_version;
        let active = self.store.policy(tenant, community, None).await.unwrap();
        assert_eq!(active, now.in_force);
        (
            now.in_force.version.version,
            now.scheduled.map(|record| record.version.version),
            named,
        )
    }

    /// The versions that judge what is read and decided now.
    async fn timeline(&self) -> Vec<i32> {
        let (tenant, community) = (self.home.tenant, self.home.community);
        let seen = self.store.look(tenant, community, &person("ann")).await.unwrap();
        seen.timeline.versions().map(|version| version.version).collect()
    }

    /// The events that tell of policies.
    async fn told(&self) -> Vec<String> {
        let events = self.events(self.home.tenant).await;
        let kinds = events.into_iter().map(|event| event.kind);
        kinds.filter(|kind| kind.starts_with("policy.")).collect()
    }

    async fn due_now(&self) -> Vec<DuePolicy> {
        self.store.due_policies(10).await.unwrap()
    }

    async fn judged_by(&self) -> Vec<i32> {
        self.cases(self.home)
            .await
            .iter()
            .map(|case| case.policy_version)
            .collect()
    }
}

on_every_store! {
    /// A version is in force from its second on, before anybody has written that down, and nothing changes when somebody does.
    async fn a_version_comes_into_force_by_time(store) {
        let world = World::new(store).await;
        let answer = changed(Ok(world.put_at(1, 5, Some(100)).await));
        assert_eq!(answer.tag, "2");
        assert_eq!((world.counting().await, world.timeline().await), ((1, Some(2), 1), vec![1, 2]));
        assert_eq!(world.store.next_policy().await.unwrap(), Some(world.now().shifted(100)));
        world.clock.advance(99);
        world.case(warn(world.home, "ann")).await;
        assert_eq!((world.counting().await, world.due_now().await), ((1, Some(2), 1), vec![]));
        world.clock.advance(1);
        world.case(warn(world.home, "ann")).await;
        let now = world.store.policy_now(world.home.tenant, world.home.community).await.unwrap();
        assert_eq!(now.in_force.version.policy.decay, Decay::Linear { rate: 5, grace: 0 });
        assert_eq!((world.counting().await, world.timeline().await), ((2, None, 2), vec![1, 2]));
        assert_eq!(world.judged_by().await, [1, 2], "two acts, a second apart");
        let due = DuePolicy { tenant: world.home.tenant, community: world.home.community, version: 2 };
        assert_eq!(world.due_now().await, [due]);
        assert_eq!(world.told().await, ["policy.scheduled"]);

        changed(Ok(world.activate(2).await));
        assert_eq!(world.activate(2).await, Applied::Conflict(Conflict::Stale(2)));
        assert_eq!((world.counting().await, world.timeline().await), ((2, None, 2), vec![1, 2]));
        assert_eq!((world.due_now().await, world.store.next_policy().await.unwrap()), (vec![], None));
        assert_eq!(world.told().await, ["policy.scheduled", "policy.activated"]);
        changed(Ok(world.put(2, 6).await));
        assert_eq!(world.timeline().await, [1, 2, 3]);
    }

    /// Nobody writes down what has not happened.
    async fn nothing_is_activated_before_its_time(store) {
        let world = World::new(store).await;
        changed(Ok(world.put_at(1, 5, Some(100)).await));
        for version in [1, 2, 3] {
            assert_eq!(world.activate(version).await, Applied::Conflict(Conflict::Stale(2)), "{version}");
        }
        world.clock.advance(100);
        for version in [1, 3] {
            assert_eq!(world.activate(version).await, Applied::Conflict(Conflict::Stale(2)), "{version}");
        }
        let (one, other) = tokio::join!(world.activate(2), world.activate(2));
        let done = [&one, &other].iter().filter(|applied| matches!(applied, Applied::Done(_))).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
    }

    /// The next version takes the place of one that is still to come; whoever has not seen that one is told of it.
    async fn a_later_version_takes_its_place(store) {
        let world = World::new(store).await;
        changed(Ok(world.put_at(1, 5, Some(100)).await));
        assert_eq!(world.put(1, 6).await, Applied::Conflict(Conflict::Stale(2)));
        changed(Ok(world.put_at(2, 6, Some(50)).await));
        assert_eq!((world.counting().await, world.timeline().await), ((1, Some(3), 1), vec![1, 3]));
        changed(Ok(world.put(3, 7).await));
        assert_eq!((world.counting().await, world.timeline().await), ((4, None, 4), vec![1, 4]));
        world.clock.advance(1_000);
        assert_eq!((world.counting().await, world.due_now().await), ((4, None, 4), vec![]));
        let withdrawn: Vec<_> = world.versions(None, 9).await.iter().map(|v| v.withdrawn_at.is_some()).collect();
        assert_eq!(withdrawn, [false, true, true, false]);
        world.case(warn(world.home, "ann")).await;
        assert_eq!(world.judged_by().await, [4]);
    }

    /// Of two who schedule a version at once, one is told of the other's.
    async fn one_of_two_who_schedule_wins(store) {
        let world = World::new(store).await;
        let (one, other) = tokio::join!(world.put_at(1, 5, Some(9)), world.put(1, 6));
        let won = |applied: &Applied| matches!(applied, Applied::Done(_));
        let lost = |applied: &Applied| *applied == Applied::Conflict(Conflict::Stale(2));
        assert!(won(&one) && lost(&other) || won(&other) && lost(&one), "{one:?} {other:?}");
    }

    /// What is withdrawn stays in the list and never judges; its number is not given again.
    async fn a_withdrawn_version_never_judges(store) {
        let world = World::new(store).await;
        changed(Ok(world.put_at(1, 5, Some(100)).await));
        changed(Ok(world.withdraw(2).await));
        changed(Ok(world.withdraw(2).await));
        assert_eq!(world.told().await, ["policy.scheduled", "policy.withdrawn", "policy.unchanged"]);
        assert_eq!((world.counting().await, world.timeline().await), ((1, None, 1), vec![1]));
        world.clock.advance(200);
        world.case(warn(world.home, "ann")).await;
        assert_eq!((world.counting().await, world.judged_by().await), ((1, None, 1), vec![1]));
        assert_eq!(world.put(2, 6).await, Applied::Conflict(Conflict::Stale(1)));
        let answer = changed(Ok(world.put(1, 6).await));
        assert_eq!((answer.tag.as_str(), world.timeline().await), ("3", vec![1, 3]));
        assert_eq!(world.versions(None, 9).await.len(), 3);
    }

    /// What is or was in force cannot be withdrawn, written down or not.
    async fn what_was_in_force_is_not_withdrawn(store) {
        let world = World::new(store).await;
        changed(Ok(world.put_at(1, 5, Some(100)).await));
        world.clock.advance(100);
        for version in [1, 2] {
            let refused = Applied::Conflict(Conflict::NotScheduled(version));
            assert_eq!(world.withdraw(version).await, refused);
        }
        let community = world.home.community;
        let absent = world.apply(world.home.tenant, Change::WithdrawPolicy { community, version: 3 }).await;
        not_found(absent, "policy");
    }

    /// A version that came into force unnoticed is told of before the one that follows it.
    async fn what_came_unnoticed_is_written_down_by_the_next(store) {
        let world = World::new(store).await;
        changed(Ok(world.put_at(1, 5, Some(100)).await));
        world.clock.advance(150);
        let answer = changed(Ok(world.put_at(2, 6, Some(100)).await));
        assert!(answer.body.contains("news: [(Activated"), "{}", answer.body);
        assert_eq!((world.counting().await, world.timeline().await), ((2, Some(3), 2), vec![1, 2, 3]));
        assert_eq!(world.activate(2).await, Applied::Conflict(Conflict::Stale(3)), "told already");
        world.clock.advance(100);
        assert_eq!(world.counting().await, (3, None, 3));
    }

    /// A moment of activation lies ahead, by a year at most.
    async fn an_activation_lies_ahead(store) {
        let world = World::new(store).await;
        for seconds in [-1, 0, FARTHEST_ACTIVATION + 1] {
            let refused = Applied::Conflict(Conflict::NotAhead(world.now()));
            assert_eq!(world.put_at(1, 5, Some(seconds)).await, refused, "{seconds}");
        }
        changed(Ok(world.put_at(1, 5, Some(FARTHEST_ACTIVATION)).await));
        changed(Ok(world.put_at(2, 5, Some(1)).await));
    }

    /// Another community, and another tenant's, goes by its own versions.
    async fn a_schedule_is_one_community_s(store) {
        let world = World::new(store).await;
        let (beside, foreign) = (world.another_community().await, world.another_home().await);
        changed(Ok(world.put_at(1, 5, Some(10)).await));
        world.clock.advance(10);
        for home in [beside, foreign] {
            let now = world.store.policy_now(home.tenant, home.community).await.unwrap();
            assert_eq!((now.in_force.version.version, now.scheduled), (1, None));
        }
        not_found(world.store.policy_now(foreign.tenant, world.home.community).await, "community");
        let foreign_change = Change::ActivatePolicy { community: world.home.community, version: 2 };
        not_found(world.apply(foreign.tenant, foreign_change).await, "community");
        assert_eq!(world.due_now().await.len(), 1);
    }
}

/// Another replica goes by what was written through the first, whatever it knew before.
#[tokio::test]
async fn replicas_agree_about_what_is_to_come() {
    let world = World::new(TestStore::postgres().await).await;
    changed(Ok(world.put_at(1, 5, Some(10)).await));
    let replica = world.database.open(world.clock.clone()).await;
    let (tenant, community) = (world.home.tenant, world.home.community);
    let versions = async || {
        let seen = replica.look(tenant, community, &person("ann")).await.unwrap();
        seen.timeline
            .versions()
            .map(|version| version.version)
            .collect::<Vec<_>>()
    };
    assert_eq!(versions().await, [1, 2]);
    changed(Ok(world.withdraw(2).await));
    assert_eq!(versions().await, [1]);
    changed(Ok(world.put_at(1, 6, Some(10)).await));
    assert_eq!(versions().await, [1, 3]);
}
