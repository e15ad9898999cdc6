//! The log of a tenant.

use std::time::Duration;

use tribune::domain::id::TenantId;
use tribune::domain::identity::Platform;
use tribune::domain::time::Span;
use tribune::ports::directory::Change;
use tribune::ports::record::{Event, EventFilter, Log};
use uuid::Uuid;

use super::world::{World, changed, everything, link, not_found, page, person, warn};

fn kinds(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

on_every_store! {
    /// Everything that happens is in the log, in the order in which it happened, positions 1, 2, 3 …
    async fn positions_have_no_gaps(store) {
        let world = World::new(store).await;
        let (home, tenant) = (world.home, world.home.tenant);
        world.clock.advance(5);
        world.decide_all(&[warn(home, "ann"), warn(home, "bob")]).await;
        changed(world.apply(tenant, Change::AddLink { community: home.community, link: link("x") }).await);
        let events = world.events(tenant).await;
        assert_eq!(kinds(&events), [
            "tenant.created", "community.changed", "case.created", "case.created", "community.changed",
        ]);
        let event = &events[2];
        assert_eq!((event.community, event.user), (Some(home.community), Some(world.user("ann").await)));
        assert_eq!(event.at, tribune::ports::clock::Clock::now(&*world.clock));
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data, serde_json::json!({"number": 1}));
    }

    /// Tenants have logs of their own, also when one batch writes to both.
    async fn tenants_have_logs_of_their_own(store) {
        let world = World::new(store).await;
        let other = world.another_home().await;
        world.decide_all(&[warn(world.home, "ann"), warn(other, "ann"), warn(world.home, "bob")]).await;
        assert_eq!(world.events(world.home.tenant).await.len(), 4);
        assert_eq!(world.events(other.tenant).await.len(), 3);
    }

    /// A page goes on after the position of the last one; the end of the log is where a full reader stands.
    async fn pages_resume_anywhere(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        world.decide_all(&[warn(world.home, "ann"), warn(world.home, "bob"), warn(world.home, "cid")]).await;
        let all = world.events(tenant).await;
        let filter = EventFilter::default();
        let read = async |after, limit| {
            let log = world.store.events(tenant, &filter, page(after, limit)).await.unwrap();
            (log.events, log.upto)
        };
        assert_eq!(read(None, 2).await, (all[..2].to_vec(), 2));
        assert_eq!(read(Some(2), 2).await, (all[2..4].to_vec(), 4));
        assert_eq!(read(Some(4), 2).await, (all[4..].to_vec(), 5));
        assert_eq!(read(Some(5), 2).await, (vec![], 5));
        assert_eq!(read(Some(6), 2).await, (vec![], 5), "there is nothing to wait for beyond the end");
        world.case(warn(world.home, "ann")).await;
        assert_eq!(read(Some(5), 2).await.1, 6);
        assert_eq!(read(Some(0), 1).await, (all[..1].to_vec(), 1));
    }

    /// Filters leave events out, and say how far the log was read.
    async fn filters_skip_events(store) {
        let world = World::new(store).await;
        let (tenant, home) = (world.home.tenant, world.home);
        let other = world.another_community().await;
        world.decide_all(&[warn(home, "ann"), warn(other, "ann"), warn(home, "bob")]).await;
        let read = async |communities: Option<Vec<_>>, kinds: Option<&str>, after, limit| {
            let filter = EventFilter { communities, kinds: kinds.map(|kind| vec![kind.to_owned()]), platform: None };
            let Log { events, upto, .. } = world.store.events(tenant, &filter, page(after, limit)).await.unwrap();
            (events.iter().map(|event| event.position).collect::<Vec<_>>(), upto)
        };
        let here = Some(vec![home.community]);
        assert_eq!(read(here.clone(), None, None, 10).await, (vec![2, 4, 6], 6));
        assert_eq!(read(here.clone(), Some("case.created"), None, 10).await, (vec![4, 6], 6));
        assert_eq!(read(here.clone(), Some("case.created"), None, 1).await, (vec![4], 4));
        assert_eq!(read(Some(vec![other.community]), None, None, 10).await, (vec![3, 5], 6));
        assert_eq!(read(None, Some("none.such"), None, 10).await, (vec![], 6));
        assert_eq!(read(Some(vec![]), None, None, 10).await, (vec![], 6));
        let both = Some(vec![home.community, other.community]);
        assert_eq!(read(both, Some("case.created"), Some(4), 10).await, (vec![5, 6], 6));
    }

    /// Of communities that are linked to a platform now.
    async fn a_platform_is_that_of_a_communitys_links(store) {
        let world = World::new(store).await;
        let (tenant, home) = (world.home.tenant, world.home);
        let other = world.another_community().await;
        world.decide_all(&[warn(home, "ann"), warn(other, "ann")]).await;
        let read = async |platform: &str| {
            let filter = EventFilter { platform: Platform::parse(platform).ok(), ..EventFilter::default() };
            let log = world.store.events(tenant, &filter, everything()).await.unwrap();
            (log.events.iter().map(|event| event.position).collect::<Vec<_>>(), log.upto)
        };
        assert_eq!(read("discord").await, (vec![], 5));
        changed(world.apply(tenant, Change::AddLink { community: other.community, link: link("x") }).await);
        assert_eq!(read("discord").await, (vec![3, 5, 6], 6));
        assert_eq!(read("slack").await, (vec![], 6));
        let both = [home.community, other.community];
        let linked = world.store.platforms(tenant, &both).await.unwrap();
        assert_eq!(linked, [(other.community, Platform::parse("discord").unwrap())]);
        let foreign = world.another_home().await;
        assert_eq!(world.store.platforms(foreign.tenant, &both).await.unwrap(), []);
    }

    /// Where logs end, of those that there are.
    async fn ends_of_logs(store) {
        let world = World::new(store).await;
        let other = world.another_home().await;
        world.case(warn(world.home, "ann")).await;
        let nobody = TenantId(Uuid::from_u128(5));
        let mut ends = world.store.log_ends(&[world.home.tenant, nobody, other.tenant]).await.unwrap();
        ends.sort();
        let mut expected = [(world.home.tenant, 3), (other.tenant, 2)];
        expected.sort();
        assert_eq!(ends, expected);
        let mut all = world.store.all_log_ends().await.unwrap();
        all.sort();
        assert_eq!(all, expected, "nobody else is there");
        changed(world.apply(other.tenant, Change::DeleteTenant(world.home.tenant)).await);
        let left = world.store.all_log_ends().await.unwrap();
        assert_eq!(left.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>(), [other.tenant]);
    }

    /// What is older than an age goes from the beginning of each log, a portion at a time; what is exactly as old stays.
    async fn old_events_go_from_the_beginning(store) {
        let world = World::new(store).await;
        let (tenant, other) = (world.home.tenant, world.another_home().await.tenant);
        for _ in 0..3 {
            world.clock.advance(10);
            world.case(warn(world.home, "ann")).await;
        }
        let all = world.events(tenant).await;
        assert_eq!(all.len(), 5);
        world.clock.advance(70);
        let forget = async |age, limit| world.store.forget_events(Duration::from_secs(age), limit).await.unwrap();
        let read = async |tenant, after| world.store.events(tenant, &EventFilter::default(), page(after, 9)).await.unwrap();
        assert!(!forget(100, 9).await);
        assert!(forget(80, 1).await, "a portion of one of the two logs");
        while forget(80, 1).await {}
        assert_eq!(read(tenant, None).await, Log { events: all[3..].to_vec(), upto: 5, end: 5, gone: 3, missed: 3 });
        assert_eq!(read(tenant, Some(3)).await, Log { events: all[3..].to_vec(), upto: 5, end: 5, gone: 3, missed: 3 });
        assert_eq!(read(other, None).await, Log { events: vec![], upto: 2, end: 2, gone: 2, missed: 2 });
        assert!(!forget(u64::MAX, 9).await);
        world.case(warn(world.home, "ann")).await;
        assert_eq!(read(tenant, Some(5)).await.events.len(), 1, "positions go on");
        while forget(0, 9).await {}
        assert_eq!(read(tenant, None).await.gone, 5, "what happened just now is not older than now");
    }

    /// A community may have its events forgotten sooner; others' stay, and only readers of its own are told.
    async fn a_community_forgets_sooner(store) {
        let world = World::new(store).await;
        let (tenant, home) = (world.home.tenant, world.home);
        let other = world.another_community().await;
        world.decide_all(&[warn(home, "ann"), warn(other, "ann"), warn(home, "bob")]).await;
        let sooner = Change::UpdateCommunity {
            id: home.community, name: None, event_retention: Some(Some(Span::new(86_400).unwrap())), looks: tribune::ports::directory::LooksChange::default(),
        };
        changed(world.apply(tenant, sooner).await);
        let seen = world.store.community(tenant, home.community).await.unwrap();
        assert_eq!(seen.event_retention.map(Span::seconds), Some(86_400));
        let of = async |communities: Option<Vec<_>>| {
            let filter = EventFilter { communities, ..EventFilter::default() };
            let log = world.store.events(tenant, &filter, everything()).await.unwrap();
            (log.events.iter().map(|event| event.position).collect::<Vec<_>>(), (log.gone, log.missed))
        };
        let forget = async |limit| world.store.forget_events(Duration::from_secs(864_000), limit).await.unwrap();
        world.clock.advance(86_400);
        assert!(!forget(9).await);
        world.clock.advance(1);
        assert!(forget(2).await);
        while forget(2).await {}
        assert_eq!(of(None).await, (vec![1, 3, 5], (0, 7)));
        assert_eq!(of(Some(vec![home.community])).await, (vec![], (7, 7)));
        assert_eq!(of(Some(vec![other.community])).await, (vec![3, 5], (0, 0)));
        assert_eq!(of(Some(vec![home.community, other.community])).await, (vec![3, 5], (0, 7)));
        assert_eq!(of(Some(vec![])).await, (vec![], (0, 0)));
        world.case(warn(home, "ann")).await;
        assert_eq!(of(Some(vec![home.community])).await, (vec![8], (7, 7)));
        let longer = Change::UpdateCommunity { id: home.community, name: Some("n".into()), event_retention: Some(None), looks: tribune::ports::directory::LooksChange::default() };
        world.apply(tenant, longer).await.unwrap();
        world.clock.advance(86_402);
        assert!(!forget(9).await);
    }

    /// A change that is not made leaves no event.
    async fn what_is_not_done_is_not_logged(store) {
        let world = World::new(store).await;
        let before = world.events(world.home.tenant).await;
        let add = Change::AddLink { community: world.home.community, link: link("x") };
        changed(world.apply(world.home.tenant, add.clone()).await);
        world.apply(world.home.tenant, add).await.unwrap();
        assert_eq!(world.events(world.home.tenant).await.len(), before.len() + 1);
    }

    /// There is no log without a tenant, and nothing is written for one that does not exist.
    async fn an_absent_tenant_has_no_log(store) {
        let world = World::new(store).await;
        let nobody = TenantId(Uuid::from_u128(5));
        not_found(world.store.events(nobody, &EventFilter::default(), everything()).await, "tenant");
        let create = Change::CreateUser {
            id: tribune::domain::id::UserId(crate::store::world::uuid()), name: None, language: None, identities: vec![],
        };
        not_found(world.apply(nobody, create).await, "tenant");
        let person = person("ann");
        not_found(world.store.look(nobody, world.home.community, &person).await, "community");
    }
}
