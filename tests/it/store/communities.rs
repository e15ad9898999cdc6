//! Communities and their links.

use tribune::domain::id::CommunityId;
use tribune::domain::policy::Policy;
use tribune::ports::directory::{Applied, Change, Conflict};

use super::world::{World, changed, everything, link, not_found, page, uuid};

on_every_store! {
    /// What is written is read back, links in order.
    async fn a_community_is_read_back(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, CommunityId(uuid()));
        let create = Change::CreateCommunity {
            id, name: "Café ☕".into(), links: vec![link("b"), link("a")], looks: tribune::ports::directory::Looks::default(), policy: Policy::default(),
        };
        let answer = changed(world.apply(tenant, create).await);
        assert_eq!(answer.tag, id.to_string());
        let read = world.store.community(tenant, id).await.unwrap();
        assert_eq!((read.id, read.name.as_str(), read.policy_version), (id, "Café ☕", 1));
        assert_eq!(read.links, [link("a"), link("b")]);
        assert_eq!(read.created_at, tribune::ports::clock::Clock::now(&*world.clock));
        assert_eq!(world.store.community_by_link(tenant, &link("a")).await.unwrap(), id);

        let name = "Tea".to_owned();
        changed(world.apply(tenant, Change::UpdateCommunity { id, name: Some(name), event_retention: None, looks: tribune::ports::directory::LooksChange::default() }).await);
        assert_eq!(world.store.community(tenant, id).await.unwrap().name, "Tea");
    }

    /// Changes of one tenant that come at once wait for each other's turn, never for each other.
    async fn changes_at_once_all_come_about(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let create = |space: &str| Change::CreateCommunity {
            id: CommunityId(uuid()), name: "x".into(), links: vec![link(space)], looks: tribune::ports::directory::Looks::default(), policy: Policy::default(),
        };
        let spaces: Vec<String> = (0..16).map(|n| format!("own-{n}")).collect();
        let own = futures_util::future::join_all(spaces.iter().map(|s| world.apply(tenant, create(s)))).await;
        for applied in own {
            changed(applied);
        }
        let same = futures_util::future::join_all((0..16).map(|_| world.apply(tenant, create("same")))).await;
        let done = same.iter().filter(|applied| matches!(applied, Ok(Applied::Done(_)))).count();
        let taken = same.iter().filter(|applied| matches!(applied, Ok(Applied::Conflict(Conflict::LinkTaken(..))))).count();
        assert_eq!((done, taken), (1, 15), "{same:?}");
    }

    /// A space belongs to one community; the second one learns whose it is, and nothing of it is kept.
    async fn a_space_is_linked_once(store) {
        let world = World::new(store).await;
        let (tenant, other) = (world.home.tenant, world.another_community().await);
        let add = |community, space| Change::AddLink { community, link: link(space) };
        changed(world.apply(tenant, add(world.home.community, "guild")).await);
        for community in [other.community, world.home.community] {
            let taken = Conflict::LinkTaken(link("guild"), world.home.community);
            assert_eq!(world.apply(tenant, add(community, "guild")).await.unwrap(), Applied::Conflict(taken));
        }
        let id = CommunityId(uuid());
        let links = vec![link("free"), link("guild")];
        let create = Change::CreateCommunity { id, name: "x".into(), links, looks: tribune::ports::directory::Looks::default(), policy: Policy::default() };
        assert!(matches!(world.apply(tenant, create).await, Ok(Applied::Conflict(_))));
        not_found(world.store.community(tenant, id).await, "community");
        not_found(world.store.community_by_link(tenant, &link("free")).await, "link");

        let remove = Change::RemoveLink { community: world.home.community, link: link("guild") };
        changed(world.apply(tenant, remove.clone()).await);
        not_found(world.apply(tenant, remove).await, "link");
        changed(world.apply(tenant, add(other.community, "guild")).await);
    }

    /// A link of another community is not there to be removed.
    async fn a_link_is_removed_by_its_owner_only(store) {
        let world = World::new(store).await;
        let (tenant, other) = (world.home.tenant, world.another_community().await);
        changed(world.apply(tenant, Change::AddLink { community: other.community, link: link("g") }).await);
        let remove = Change::RemoveLink { community: world.home.community, link: link("g") };
        not_found(world.apply(tenant, remove).await, "link");
        assert_eq!(world.store.community_by_link(tenant, &link("g")).await.unwrap(), other.community);
    }

    /// Changes of what does not exist say so.
    async fn absent_communities_are_not_found(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, CommunityId(uuid()));
        not_found(world.store.community(tenant, id).await, "community");
        not_found(world.apply(tenant, Change::UpdateCommunity { id, name: Some("x".into()), event_retention: None, looks: tribune::ports::directory::LooksChange::default() }).await, "community");
        not_found(world.apply(tenant, Change::AddLink { community: id, link: link("x") }).await, "community");
        not_found(world.apply(tenant, Change::RemoveLink { community: id, link: link("x") }).await, "community");
    }

    /// Pages go on after the last one seen, and new communities come last.
    async fn pages_are_stable_under_inserts(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let mut ids = vec![world.home.community];
        for _ in 0..4 {
            ids.push(world.another_community().await.community);
        }
        let mut seen = vec![];
        while seen.len() < ids.len() {
            let part = world.store.communities(tenant, None, true, page(seen.last().copied(), 2)).await.unwrap();
            assert!(!part.is_empty() && part.len() <= 2);
            seen.extend(part.iter().map(|c| c.id));
            if ids.len() < 7 {
                ids.push(world.another_community().await.community);
            }
        }
        assert_eq!(seen, ids);

        let among = [ids[3], ids[1], CommunityId(uuid())];
        let some = world.store.communities(tenant, Some(&among), true, everything()).await.unwrap();
        assert_eq!(some.iter().map(|c| c.id).collect::<Vec<_>>(), [ids[1], ids[3]]);
        let none = world.store.communities(tenant, Some(&[]), true, everything()).await.unwrap();
        assert!(none.is_empty());
    }
}
