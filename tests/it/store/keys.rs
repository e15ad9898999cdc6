//! Tenants and API keys.

use chrono::TimeDelta;
use tribune::domain::id::{CommunityId, KeyId, TenantId};
use tribune::domain::rank::Rank;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::Change;
use uuid::Uuid;

use super::world::{World, api_key, changed, everything, not_found, page, uuid};
use crate::support::store::TestStore;

on_every_store! {
    /// Tenants are counted, listed in the order of their making, and found.
    async fn tenants_are_listed(store) {
        let world = World::new(store).await;
        assert_eq!(world.store.count_tenants().await.unwrap(), 1);
        let second = world.another_home().await.tenant;
        assert_eq!(world.store.count_tenants().await.unwrap(), 2);
        let all = world.store.tenants(everything()).await.unwrap();
        assert_eq!(all.iter().map(|t| t.id).collect::<Vec<_>>(), [world.home.tenant, second]);
        assert_eq!(all[0], world.store.tenant(world.home.tenant).await.unwrap());
        assert_eq!(all[0].created_at, world.clock.now());
        let rest = world.store.tenants(page(Some(world.home.tenant), 5)).await.unwrap();
        assert_eq!(rest.len(), 1);
        not_found(world.store.tenant(TenantId(Uuid::nil())).await, "tenant");
    }

    /// A key comes back whole, by its hash alone.
    async fn a_key_is_found_by_its_hash(store) {
        let world = World::new(store).await;
        let mut key = api_key(world.home.tenant, &world.clock);
        key.communities = Some(vec![world.home.community]);
        key.expires_at = Some(world.clock.now() + TimeDelta::microseconds(1));
        key.rank = Rank::Owner;
        key.name = "bot 🤖".into();
        let answer = changed(world.apply(world.home.tenant, Change::CreateKey(Box::new(key.clone()))).await);
        assert_eq!(answer.tag, key.id.to_string());
        assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), Some(key.clone()));
        assert_eq!(world.store.key_by_hash(&[0; 32]).await.unwrap(), None);
        let keys = world.store.keys(world.home.tenant, everything()).await.unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[1], key);
        let rest = world.store.keys(world.home.tenant, page(Some(keys[0].id), 1)).await.unwrap();
        assert_eq!(rest, keys[1..]);
        assert_eq!(world.store.key(world.home.tenant, key.id).await.unwrap(), key);
        not_found(world.store.key(world.home.tenant, KeyId(uuid())).await, "key");
        not_found(world.store.key(world.another_home().await.tenant, key.id).await, "key");
    }

    /// A key is bound to no community that its tenant does not have.
    async fn a_key_is_bound_to_known_communities(store) {
        let world = World::new(store).await;
        let mut key = api_key(world.home.tenant, &world.clock);
        key.communities = Some(vec![CommunityId(uuid())]);
        not_found(world.apply(world.home.tenant, Change::CreateKey(Box::new(key.clone()))).await, "community");
        assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), None);
    }

    /// Revoked keys are still found, and the first revocation counts.
    async fn a_key_is_revoked_once(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, world.home.key);
        let first = world.clock.now();
        changed(world.apply(tenant, Change::RevokeKey(id)).await);
        world.clock.advance(60);
        changed(world.apply(tenant, Change::RevokeKey(id)).await);
        let key = world.store.keys(tenant, everything()).await.unwrap().remove(0);
        assert_eq!(key.revoked_at, Some(first));
        assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), Some(key));
        not_found(world.apply(tenant, Change::RevokeKey(KeyId(uuid()))).await, "key");
    }

    /// Uses are noted, an older one never over a newer, and unknown keys do no harm.
    async fn uses_are_noted(store) {
        let world = World::new(store).await;
        let (tenant, id) = (world.home.tenant, world.home.key);
        let minutes = |n| world.clock.now() + TimeDelta::minutes(n);
        let used = [(tenant, id, minutes(2)), (tenant, KeyId(uuid()), minutes(1))];
        world.store.touch_keys(&used).await.unwrap();
        world.store.touch_keys(&[(tenant, id, minutes(1))]).await.unwrap();
        world.store.touch_keys(&[]).await.unwrap();
        let key = world.store.keys(tenant, everything()).await.unwrap().remove(0);
        assert_eq!(key.last_used_at, Some(minutes(2)));
    }

    /// A new database has no tenant, which is how a first start knows itself.
    async fn a_new_database_has_no_tenant(store) {
        let clock = crate::support::clock::TestClock::new();
        let fresh = TestStore::open(&store, clock).await;
        assert_eq!(fresh.count_tenants().await.unwrap(), 0);
    }
}
