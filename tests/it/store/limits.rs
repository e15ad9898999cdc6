//! Rate limits by name: versions, places, and what stands in the way of a change.

use tribune::domain::id::{CommunityId, LimitId};
use tribune::domain::limit::key::Template;
use tribune::domain::limit::named::OnFailure;
use tribune::domain::limit::{Algorithm, Limit, Rate};
use tribune::domain::name::Name;
use tribune::ports::directory::{After, Applied, Change, Conflict};
use tribune::ports::limits::MOST_LIMITS;

use super::world::{World, changed, everything, not_found, page, uuid};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn limit(capacity: i64) -> Box<Limit> {
    Box::new(Limit {
        rate: Rate::new(Algorithm::TokenBucket, capacity, 1_000, Some(7)).unwrap(),
        key: Template::parse("{community}:{user} ☕").unwrap(),
        cost: 2,
        on_failure: OnFailure::Deny,
        adaptive: None,
    })
}

fn put(community: Option<CommunityId>, called: &str, expected: Option<i32>, capacity: i64) -> Change {
    Change::PutLimit {
        community,
        name: name(called),
        id: LimitId(uuid()),
        expected,
        limit: limit(capacity),
        comment: Some("why".into()),
    }
}

fn delete(community: Option<CommunityId>, called: &str, expected: i32) -> Change {
    Change::DeleteLimit {
        community,
        name: name(called),
        expected,
    }
}

on_every_store! {
    /// Versions are kept, the newest one counts, and the id stays.
    async fn a_limit_has_versions(store) {
        let world = World::new(store).await;
        let (tenant, place) = (world.home.tenant, Some(world.home.community));
        for community in [None, place] {
            changed(world.apply(tenant, put(community, "messages", None, 5)).await);
            changed(world.apply(tenant, put(community, "messages", Some(1), 6)).await);
            let now = world.store.limit(tenant, community, name("messages"), None).await.unwrap();
            assert_eq!((now.version, now.limit.rate.capacity(), now.community), (2, 6, community));
            assert_eq!((&now.limit, now.comment.as_deref()), (&*limit(6), Some("why")));
            let first = world.store.limit(tenant, community, name("messages"), Some(1)).await.unwrap();
            assert_eq!((first.id, first.limit.rate.capacity()), (now.id, 5));
            let all = world.store.limit_versions(tenant, community, name("messages"), everything()).await.unwrap();
            assert_eq!(all.iter().map(|record| record.version).collect::<Vec<_>>(), [2, 1]);
            let before = After { after: Some(2), limit: 10 };
            let earlier = world.store.limit_versions(tenant, community, name("messages"), before).await.unwrap();
            assert_eq!(earlier, all[1..]);
            not_found(world.store.limit(tenant, community, name("messages"), Some(3)).await, "limit");
        }
    }

    /// Nobody changes or deletes what they have not seen.
    async fn a_change_names_the_version_that_it_changes(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        not_found(world.apply(tenant, put(None, "a", Some(1), 5)).await, "limit");
        not_found(world.apply(tenant, delete(None, "a", 1)).await, "limit");
        changed(world.apply(tenant, put(None, "a", None, 5)).await);
        let refused = async |change| world.apply(tenant, change).await.unwrap();
        assert_eq!(refused(put(None, "a", None, 6)).await, Applied::Conflict(Conflict::Unseen(1)));
        assert_eq!(refused(put(None, "a", Some(2), 6)).await, Applied::Conflict(Conflict::Stale(1)));
        assert_eq!(refused(delete(None, "a", 2)).await, Applied::Conflict(Conflict::Stale(1)));
        let first = world.store.limit(tenant, None, name("a"), None).await.unwrap();
        changed(world.apply(tenant, delete(None, "a", 1)).await);
        not_found(world.store.limit(tenant, None, name("a"), None).await, "limit");
        not_found(world.store.limit_versions(tenant, None, name("a"), everything()).await, "limit");
        changed(world.apply(tenant, put(None, "a", None, 5)).await);
        let again = world.store.limit(tenant, None, name("a"), None).await.unwrap();
        assert_ne!(again.id, first.id, "one that is made again counts afresh");
    }

    /// Of many who change one version at once, one does.
    async fn one_of_many_writes_the_next_version(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        for expected in [None, Some(1)] {
            let changes = (0..12).map(|n| world.apply(tenant, put(None, "a", expected, n + 1)));
            let all = futures_util::future::join_all(changes).await;
            let done = all.iter().filter(|applied| matches!(applied, Ok(Applied::Done(_)))).count();
            let late = all.iter().filter(|applied| matches!(applied, Ok(Applied::Conflict(_)))).count();
            assert_eq!((done, late), (1, 11), "{all:?}");
        }
    }

    /// The tenant's limits, each community's, and another tenant's are apart; lists are in order of names.
    async fn places_are_apart(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let (one, other) = (Some(world.home.community), Some(world.another_community().await.community));
        for (place, called) in [(None, "b"), (None, "a"), (one, "a"), (one, "c")] {
            changed(world.apply(tenant, put(place, called, None, 5)).await);
        }
        let names = async |place, page| -> Vec<String> {
            let found = world.store.limits(tenant, place, page).await.unwrap();
            found.iter().map(|record| record.name.to_string()).collect()
        };
        assert_eq!(names(None, everything()).await, ["a", "b"]);
        assert_eq!(names(one, everything()).await, ["a", "c"]);
        assert_eq!(names(other, everything()).await, Vec::<String>::new());
        assert_eq!(names(None, page(Some(name("a")), 1)).await, ["b"]);
        let nowhere = Some(CommunityId(uuid()));
        not_found(world.store.limits(tenant, nowhere, everything()).await, "community");
        not_found(world.store.limit(tenant, nowhere, name("a"), None).await, "community");
        not_found(world.apply(tenant, put(nowhere, "a", None, 5)).await, "community");
        let stranger = world.another_home().await;
        assert_eq!(world.store.limits(stranger.tenant, None, everything()).await.unwrap(), []);
        not_found(world.store.limits(stranger.tenant, one, everything()).await, "community");
    }

    /// There are so many and no more, in each place for itself.
    async fn there_are_not_too_many(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        for n in 0..MOST_LIMITS {
            changed(world.apply(tenant, put(None, &format!("limit_{n}"), None, 5)).await);
        }
        let more = world.apply(tenant, put(None, "more", None, 5)).await.unwrap();
        assert_eq!(more, Applied::Conflict(Conflict::TooManyLimits));
        changed(world.apply(tenant, put(Some(world.home.community), "more", None, 5)).await);
        changed(world.apply(tenant, put(None, "limit_0", Some(1), 6)).await);
    }
}
