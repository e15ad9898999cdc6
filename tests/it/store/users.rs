//! Users and their identities.

use tribune::domain::id::UserId;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Conflict};
use tribune::ports::ledger::PersonRef;

use super::world::{World, changed, everything, identity, not_found, page, person, uuid, warn};

fn create(id: UserId, names: &[&str]) -> Change {
    Change::CreateUser {
        id,
        name: Some("Ann".into()),
        language: None,
        identities: names.iter().map(|name| identity(name)).collect(),
    }
}

on_every_store! {
    /// A user is found by id and by each identity.
    async fn a_user_is_read_back(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, UserId(uuid()));
        changed(world.apply(tenant, create(id, &["b", "a"])).await);
        let by_id = world.store.user(tenant, &PersonRef::User(id)).await.unwrap();
        assert_eq!(by_id.identities, [identity("a"), identity("b")]);
        assert_eq!((by_id.name.as_deref(), by_id.created_at), (Some("Ann"), world.clock.now()));
        for name in ["a", "b"] {
            assert_eq!(world.store.user(tenant, &person(name)).await.unwrap(), by_id);
        }
        not_found(world.store.user(tenant, &person("c")).await, "user");
        not_found(world.store.user(tenant, &PersonRef::User(UserId(uuid()))).await, "user");
    }

    /// A name is replaced, and forgotten.
    async fn a_user_is_renamed(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, UserId(uuid()));
        changed(world.apply(tenant, create(id, &[])).await);
        for name in [Some("Anna"), None] {
            changed(world.apply(tenant, Change::UpdateUser { id, name: Some(name.map(Into::into)), language: None }).await);
            assert_eq!(world.store.user(tenant, &PersonRef::User(id)).await.unwrap().name.as_deref(), name);
        }
        let id = UserId(uuid());
        not_found(world.apply(tenant, Change::UpdateUser { id, name: Some(None), language: None }).await, "user");
    }

    /// A change that says nothing answers how it stands, and is no event.
    async fn what_is_left_out_stays(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, UserId(uuid()));
        changed(world.apply(tenant, create(id, &["a"])).await);
        let before = world.events(tenant).await.len();
        assert_eq!(changed(world.apply(tenant, Change::KeepUser(id)).await).tag, id.to_string());
        let kept = changed(world.apply(tenant, Change::KeepCommunity(world.home.community)).await);
        assert_eq!(kept.tag, world.home.community.to_string());
        assert_eq!(world.events(tenant).await.len(), before);
        not_found(world.apply(tenant, Change::KeepUser(UserId(uuid()))).await, "user");
        let other = world.another_home().await.tenant;
        not_found(world.apply(other, Change::KeepUser(id)).await, "user");
        not_found(world.apply(other, Change::KeepCommunity(world.home.community)).await, "community");
    }

    /// An identity names one user, who is told to whoever wants it too.
    async fn an_identity_is_held_once(store) {
        let world = World::new(store).await;
        let (tenant, one, other) = (world.home.tenant, UserId(uuid()), UserId(uuid()));
        changed(world.apply(tenant, create(one, &["a"])).await);
        let taken = Applied::Conflict(Conflict::IdentityTaken(identity("a"), one));
        assert_eq!(world.apply(tenant, create(other, &["b", "a"])).await.unwrap(), taken);
        not_found(world.store.user(tenant, &PersonRef::User(other)).await, "user");
        not_found(world.store.user(tenant, &person("b")).await, "user");

        changed(world.apply(tenant, create(other, &["b"])).await);
        let add = |user, name| Change::AddIdentity { user, identity: identity(name) };
        assert_eq!(world.apply(tenant, add(other, "a")).await.unwrap(), taken);
        // What they have already stays theirs, and is no news.
        let (before, had) = (world.events(tenant).await.len(), world.store.user(tenant, &person("a")).await.unwrap());
        changed(world.apply(tenant, add(one, "a")).await);
        assert_eq!(world.store.user(tenant, &person("a")).await.unwrap(), had);
        assert_eq!(world.events(tenant).await.len(), before);
        changed(world.apply(tenant, add(other, "c")).await);
        assert_eq!(world.store.user(tenant, &person("c")).await.unwrap().id, other);
        not_found(world.apply(tenant, add(UserId(uuid()), "d")).await, "user");
    }

    /// Another tenant's user of the same identity is somebody else.
    async fn identities_belong_to_a_tenant(store) {
        let world = World::new(store).await;
        let other = world.another_home().await;
        let (one, two) = (UserId(uuid()), UserId(uuid()));
        changed(world.apply(world.home.tenant, create(one, &["a"])).await);
        changed(world.apply(other.tenant, create(two, &["a"])).await);
        assert_eq!(world.store.user(world.home.tenant, &person("a")).await.unwrap().id, one);
        assert_eq!(world.store.user(other.tenant, &person("a")).await.unwrap().id, two);
    }

    /// Pages go on after the last one seen, whoever comes in between.
    async fn pages_are_stable_under_inserts(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        for name in ["a", "b", "c"] {
            world.case(warn(world.home, name)).await;
        }
        let first = world.store.users(tenant, page(None, 2)).await.unwrap();
        world.clock.advance(1);
        world.case(warn(world.home, "d")).await;
        let rest = world.store.users(tenant, page(Some(first[1].id), 10)).await.unwrap();
        assert_eq!((first.len(), rest.len()), (2, 2));
        let all = world.store.users(tenant, everything()).await.unwrap();
        assert_eq!([first, rest].concat(), all);
        assert_eq!(all[3].identities, [identity("d")], "later ids are greater");
    }
}
