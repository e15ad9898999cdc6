//! No request ever sees another tenant's data, or changes it. Foreign is the same as absent.

use tribune::domain::act::Command;
use tribune::domain::case::Particulars;
use tribune::domain::identity::Identity;
use tribune::domain::kind::Kind;
use tribune::domain::policy::Policy;
use tribune::ports::directory::{Change, Link};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{ActorRef, PersonRef, Reply, VoidOrder};
use tribune::ports::record::{CaseFilter, SanctionFilter};

use super::replay::{Replay, Wish};
use super::world::{
    Home, World, act, changed, command, everything, identity, link, mute, not_found, person, sanction_of,
    uuid,
};

/// A home with something of everything, and another tenant that tries to reach it.
async fn two_tenants(store: crate::support::store::TestStore) -> (World, Home, Home) {
    let world = World::new(store).await;
    let (mine, theirs) = (world.home, world.another_home().await);
    changed(
        world
            .apply(
                mine.tenant,
                Change::AddLink {
                    community: mine.community,
                    link: link("guild"),
                },
            )
            .await,
    );
    world.case(mute(mine, "ann", 3_600)).await;
    // What the other tenant asks for: my community, under its own name.
    let foreign = Home {
        tenant: theirs.tenant,
        ..mine
    };
    (world, mine, foreign)
}

on_every_store! {
    /// Reads.
    async fn reads_stay_within_the_tenant(store) {
        let (world, mine, foreign) = two_tenants(store).await;
        let (store, tenant, community) = (&world.store, foreign.tenant, foreign.community);
        let ann = PersonRef::User(world.user("ann").await);
        let PersonRef::User(ann_id) = ann else { unreachable!() };
        not_found(store.community(tenant, community).await, "community");
        not_found(store.community_by_link(tenant, &link("guild")).await, "link");
        let among = [community];
        assert!(store.communities(tenant, Some(&among), true, everything()).await.unwrap().is_empty());
        not_found(store.policy(tenant, community, None).await, "community");
        not_found(store.policies(tenant, community, everything()).await, "community");
        not_found(store.user(tenant, &ann).await, "user");
        not_found(store.user(tenant, &person("ann")).await, "user");
        assert!(store.users(tenant, everything()).await.unwrap().is_empty());
        not_found(store.profile(tenant, community, &ann).await, "community");
        not_found(store.profiles(tenant, community, everything()).await, "community");
        not_found(store.case(tenant, community, 1).await, "case");
        not_found(store.revisions(tenant, community, 1).await, "case");
        not_found(store.cases(tenant, community, &CaseFilter::default(), everything()).await, "community");
        not_found(store.sanction(tenant, community, sanction_of(mine, 1)).await, "sanction");
        not_found(store.sanctions(tenant, community, &SanctionFilter::default(), everything()).await, "community");
        not_found(store.look(tenant, community, &ann).await, "community");
        let state = store.state_at(tenant, community, ann_id, world.now()).await.unwrap();
        assert_eq!(state, tribune::domain::member::Member::default());
        assert!(store.terms(tenant, community, ann_id, world.now(), None, 10).await.unwrap().is_empty());
        let keys = store.keys(tenant, everything()).await.unwrap();
        assert!(keys.iter().all(|key| key.tenant == tenant));
        let human = ActorRef::Human { person: ann, asserted: None, key: foreign.key };
        not_found(store.acting(tenant, community, &human).await, "user");
    }

    /// In a community of one's own, another community's cases and sanctions are not there either.
    async fn reads_stay_within_the_community(store) {
        let (world, mine, _) = two_tenants(store).await;
        let other = world.another_community().await;
        not_found(world.store.case(other.tenant, other.community, 1).await, "case");
        not_found(world.store.sanction(other.tenant, other.community, sanction_of(mine, 1)).await, "sanction");
        assert!(world.cases(other).await.is_empty());
        let lift = Command::Lift { sanction: sanction_of(mine, 1), particulars: Particulars::default() };
        let reply = world.decide(command(other, person("ann"), lift)).await.unwrap();
        assert!(matches!(reply, Reply::Refused(_)));
        let seen = world.store.look(other.tenant, other.community, &person("ann")).await.unwrap();
        assert!(seen.target.is_some(), "the tenant knows her");
        assert_eq!(seen.member, tribune::domain::member::Member::default(), "this community does not");
    }

    /// Acts and voids.
    async fn acts_stay_within_the_tenant(store) {
        let (world, mine, foreign) = two_tenants(store).await;
        let ann = PersonRef::User(world.user("ann").await);
        let replies = world.decide_all(&[
            act(foreign, person("ann"), Kind::Warn, None, "x"),
            act(foreign, ann, Kind::Warn, None, "x"),
        ]).await;
        for reply in replies {
            assert!(matches!(reply, Err(StoreError::NotFound(_))), "{reply:?}");
        }
        let order = VoidOrder {
            replaces: false, appeal: None, dry_run: false,
            tenant: foreign.tenant, community: foreign.community, number: 1, actor: ActorRef::System, claim: None,
        };
        let void = world.store.void(&order, &Replay::starting(&Wish::default())).await;
        assert!(matches!(void, Err(StoreError::NotFound(_))), "{void:?}");
        assert_eq!(world.cases(mine).await.len(), 1);
        assert_eq!(world.cases(mine).await[0].voided, None);
        assert!(world.store.users(foreign.tenant, everything()).await.unwrap().is_empty());
    }

    /// Changes.
    async fn changes_stay_within_the_tenant(store) {
        let (world, mine, foreign) = two_tenants(store).await;
        let (community, user) = (foreign.community, world.user("ann").await);
        let before = format!("{:?}", world.store.community(mine.tenant, community).await.unwrap());
        let (free, named): (Link, Identity) = (link("free"), identity("free"));
        let bound = {
            let mut key = crate::store::world::api_key(foreign.tenant, &world.clock);
            key.communities = Some(vec![community]);
            Box::new(key)
        };
        let set = Change::SetMember {
            community, person: person("ann"), fresh: tribune::domain::id::UserId(uuid()),
            rank: None, level: Some(1), protected: Some(true), bot: None,
        };
        let changes = [
            Change::CreateKey(bound),
            Change::RevokeKey(mine.key),
            Change::UpdateCommunity { id: community, name: Some("theirs".into()), event_retention: None, looks: tribune::ports::directory::LooksChange::default() },
            Change::AddLink { community, link: free },
            Change::RemoveLink { community, link: link("guild") },
            Change::PutPolicy { community, expected: 1, policy: Policy::default(), comment: None, activate_at: None },
            Change::WithdrawPolicy { community, version: 1 },
            Change::ActivatePolicy { community, version: 1 },
            Change::UpdateUser { id: user, name: Some(Some("theirs".into())), language: None },
            Change::AddIdentity { user, identity: named },
            set,
            Change::ChangeReason { community, number: 1, expected: 0, reason: None },
        ];
        for change in changes {
            let applied = world.apply(foreign.tenant, change.clone()).await;
            assert!(matches!(applied, Err(StoreError::NotFound(_))), "{change:?}: {applied:?}");
        }
        assert_eq!(format!("{:?}", world.store.community(mine.tenant, community).await.unwrap()), before);
        assert_eq!(world.store.keys(mine.tenant, everything()).await.unwrap()[0].revoked_at, None);
        assert_eq!(world.events(foreign.tenant).await.len(), 2);
        // Links and identities are taken within a tenant only.
        let own = world.store.communities(foreign.tenant, None, true, everything()).await.unwrap()[0].id;
        changed(world.apply(foreign.tenant, Change::AddLink { community: own, link: link("guild") }).await);
    }
}
