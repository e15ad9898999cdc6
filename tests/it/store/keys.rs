//! Tenants and API keys.

use chrono::TimeDelta;
use std::time::Duration;
use tribune::domain::act::Command;
use tribune::domain::id::{CommunityId, KeyId, TenantId, UserId};
use tribune::domain::plan::Plan;
use tribune::domain::rank::Rank;
use tribune::domain::refusal::Refusal;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Conflict};
use tribune::ports::ledger::Reply;
use uuid::Uuid;

use super::world::{
    World, api_key, changed, command, done, everything, link, mute, not_found, page, person, uuid, warn,
};
use crate::support::store::TestStore;

on_every_store! {
    /// Tenants are counted, listed in the order of their making, and found.
    async fn tenants_are_listed(store) {
        let world = World::new(store).await;
        assert_eq!(world.store.count_tenants().await.unwrap(), 1);
        let second = world.another_home().await.tenant;
        assert_eq!(world.store.count_tenants().await.unwrap(), 2);
        let all = world.store.tenants(false, everything()).await.unwrap();
        assert_eq!(all.iter().map(|t| t.id).collect::<Vec<_>>(), [world.home.tenant, second]);
        assert_eq!(all[0], world.store.tenant(world.home.tenant).await.unwrap());
        assert_eq!(all[0].created_at, world.clock.now());
        let rest = world.store.tenants(false, page(Some(world.home.tenant), 5)).await.unwrap();
        assert_eq!(rest.len(), 1);
        not_found(world.store.tenant(TenantId(Uuid::nil())).await, "tenant");
    }

    /// Archived ones are listed only if asked for.
    async fn archived_tenants_are_listed_apart(store) {
        let world = World::new(store).await;
        let other = world.another_home().await.tenant;
        let archive = |archived| world.apply(world.home.tenant, Change::ArchiveTenant { id: other, archived });
        let ids = async |archived| {
            let all = world.store.tenants(archived, everything()).await.unwrap();
            all.into_iter().map(|tenant| tenant.id).collect::<Vec<_>>()
        };
        let first = changed(archive(true).await);
        assert_eq!(world.store.tenant(other).await.unwrap().archived_at, Some(world.clock.now()));
        world.clock.advance(1);
        assert_eq!(changed(archive(true).await), first, "it is so already");
        assert_eq!((ids(false).await, ids(true).await), (vec![world.home.tenant], vec![world.home.tenant, other]));
        changed(archive(false).await);
        assert_eq!(ids(false).await, [world.home.tenant, other]);
        let own = Change::ArchiveTenant { id: other, archived: true };
        assert_eq!(world.apply(other, own).await.unwrap(), Applied::Conflict(Conflict::OwnTenant));
        let nobody = Change::ArchiveTenant { id: TenantId(uuid()), archived: true };
        not_found(world.apply(other, nobody).await, "tenant");
    }

    /// What is decided beside an archive is decided before it. After it nothing is, but what time does, and what only takes away.
    async fn an_archived_tenant_takes_nothing_but_time(store) {
        let world = World::new(store).await;
        let (home, operator) = (world.home, world.another_home().await.tenant);
        world.case(mute(home, "ann", 60)).await;
        let ann = world.user("ann").await;
        let acts = async {
            for _ in 0..20 {
                let _ = world.decide(warn(home, "ann")).await;
            }
        };
        let archiving = async {
            changed(world.apply(operator, Change::ArchiveTenant { id: home.tenant, archived: true }).await);
            world.cases(home).await.len()
        };
        let ((), before) = tokio::join!(acts, archiving);
        assert_eq!(world.cases(home).await.len(), before, "something was decided after it");
        assert_eq!(world.decide(warn(home, "ann")).await.unwrap(), Reply::Refused(Refusal::TenantArchived));
        let refused = Applied::Refused(Refusal::TenantArchived);
        let rename = Change::UpdateUser { id: ann, name: Some(None), language: None };
        assert_eq!(world.apply(home.tenant, rename).await.unwrap(), refused);
        let link = Change::AddLink { community: home.community, link: link("g") };
        assert_eq!(world.apply(home.tenant, link).await.unwrap(), refused);
        world.clock.advance(60);
        let due = world.store.lease_due(9, Duration::from_secs(30)).await.unwrap().remove(0);
        let expire = Command::Expire { sanction: due.sanction, version: due.version };
        done(world.decide(command(home, person("ann"), expire)).await);
        assert_eq!(world.cases(home).await.len(), before + 1);
        changed(world.apply(home.tenant, Change::RevokeKey(home.key)).await);
        changed(world.apply(home.tenant, Change::EraseUser(ann)).await);
        // Elsewhere all goes on.
        let elsewhere = Change::CreateUser { id: UserId(uuid()), name: None, language: None, identities: vec![] };
        changed(world.apply(operator, elsewhere).await);
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
        assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), Some((key.clone(), Plan::Standard)));
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

    /// Another plan or name is read with the next look at a key; what is left out stays, and what is so already is no event.
    async fn a_tenant_gets_another_plan_and_name(store) {
        let world = World::new(store).await;
        let (operator, tenant) = (world.another_home().await.tenant, world.home.tenant);
        let key = world.store.key(tenant, world.home.key).await.unwrap();
        let update = |name: Option<&str>, plan| Change::UpdateTenant { id: tenant, name: name.map(str::to_owned), plan };
        for (change, name, plan, events) in [
            (update(None, Some(Plan::Large)), "tenant", Plan::Large, 1),
            (update(Some("other"), None), "other", Plan::Large, 1),
            (update(Some("other"), Some(Plan::Large)), "other", Plan::Large, 0),
            (update(None, None), "other", Plan::Large, 0),
            (update(Some("third"), Some(Plan::Small)), "third", Plan::Small, 1),
        ] {
            let before = world.events(tenant).await.len();
            changed(world.apply(operator, change).await);
            let there = world.store.tenant(tenant).await.unwrap();
            assert_eq!((there.name.as_str(), there.plan), (name, plan));
            assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), Some((key.clone(), plan)));
            assert_eq!(world.events(tenant).await.len() - before, events, "{name} {plan:?}");
        }
        let other = world.store.tenant(operator).await.unwrap();
        assert_eq!(other.plan, Plan::Standard, "nobody else's plan changed");
        let nobody = Change::UpdateTenant { id: TenantId(uuid()), name: None, plan: Some(Plan::Large) };
        not_found(world.apply(operator, nobody).await, "tenant");
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
        assert_eq!(world.store.key_by_hash(&key.hash).await.unwrap(), Some((key, Plan::Standard)));
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
