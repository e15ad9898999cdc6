//! The reason of a case and its revisions.

use tribune::domain::id::CommunityId;
use tribune::domain::rank::Rank;
use tribune::domain::refusal::Refusal;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Conflict, Order};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::ActorRef;

use super::judge::Plain;
use super::world::{World, changed, everything, human, not_found, uuid, warn};

fn change(world: &World, number: i64, expected: i32, reason: Option<&str>) -> Change {
    Change::ChangeReason {
        community: world.home.community,
        number,
        expected,
        reason: reason.map(ToOwned::to_owned),
    }
}

async fn by(world: &World, by: ActorRef, change: Change) -> Result<Applied, StoreError> {
    let order = Order {
        tenant: world.home.tenant,
        by,
        change,
        claim: None,
    };
    world.store.apply(&order, &Plain).await
}

on_every_store! {
    /// What a reason was is kept, with who replaced it and when.
    async fn earlier_reasons_are_kept(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        world.clock.advance(60);
        let first = world.clock.now();
        let answer = changed(world.apply(home.tenant, change(&world, 1, 0, Some("rude"))).await);
        assert_eq!(answer.tag, "1");
        world.clock.advance(60);
        changed(world.apply(home.tenant, change(&world, 1, 1, None)).await);
        let case = world.store.case(home.tenant, home.community, 1).await.unwrap();
        assert_eq!((case.particulars.reason, case.revision), (None, 2));
        let kept = world.store.revisions(home.tenant, home.community, 1).await.unwrap();
        let reasons: Vec<_> = kept.iter().map(|r| (r.revision, r.reason.as_deref())).collect();
        assert_eq!(reasons, [(0, Some("be kind")), (1, Some("rude"))]);
        assert_eq!(kept[0].replaced_at, first);
        assert_eq!(kept[0].replaced_by, tribune::domain::actor::Actor::System);
    }

    /// Who saw an earlier reason changes nothing.
    async fn a_stale_revision_is_refused(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        world.case(warn(world.home, "ann")).await;
        changed(world.apply(tenant, change(&world, 1, 0, Some("a"))).await);
        for expected in [0, 2] {
            let applied = world.apply(tenant, change(&world, 1, expected, Some("b"))).await.unwrap();
            assert_eq!(applied, Applied::Conflict(Conflict::Stale(1)));
        }
        let (one, other) = tokio::join!(
            world.apply(tenant, change(&world, 1, 1, Some("one"))),
            world.apply(tenant, change(&world, 1, 1, Some("other"))),
        );
        let won = [one, other].into_iter().filter(|applied| matches!(applied, Ok(Applied::Done(_)))).count();
        assert_eq!(won, 1);
        assert_eq!(world.store.revisions(tenant, world.home.community, 1).await.unwrap().len(), 2);
    }

    /// The rank that the community has stored decides, and a refusal makes nobody.
    async fn a_person_needs_their_rank(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        let refused = by(&world, human(home, "stranger"), change(&world, 1, 0, Some("x"))).await.unwrap();
        assert!(matches!(refused, Applied::Refused(Refusal::RankTooLow { .. })), "{refused:?}");
        assert_eq!(world.store.users(home.tenant, everything()).await.unwrap().len(), 1);
        changed(world.apply(home.tenant, crate::store::members::rank(home, "mod", Rank::Moderator, 0)).await);
        changed(by(&world, human(home, "mod"), change(&world, 1, 0, Some("x"))).await);
        let kept = world.store.revisions(home.tenant, home.community, 1).await.unwrap();
        assert_eq!(kept[0].replaced_by.user(), Some(world.user("mod").await));
    }

    /// What does not exist is not found.
    async fn absent_cases_are_not_found(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        not_found(world.apply(tenant, change(&world, 1, 0, None)).await, "case");
        let nowhere = Change::ChangeReason { community: CommunityId(uuid()), number: 1, expected: 0, reason: None };
        not_found(world.apply(tenant, nowhere).await, "community");
        world.case(warn(world.home, "ann")).await;
        assert!(world.store.revisions(tenant, world.home.community, 1).await.unwrap().is_empty());
    }
}
