//! What a community says of its members.

use tribune::domain::id::{CommunityId, UserId};
use tribune::domain::identity::Identity;
use tribune::domain::rank::{Authority, Rank};
use tribune::ports::directory::{Change, Profile};
use tribune::ports::ledger::{ActorRef, PersonRef};
use uuid::Uuid;

use super::world::{Home, World, changed, everything, human, identity, not_found, page, person, uuid, warn};

/// A change of a member that changes nothing yet.
fn set(home: Home, who: PersonRef) -> Change {
    Change::SetMember {
        community: home.community,
        person: who,
        fresh: UserId(uuid()),
        rank: None,
        level: None,
        protected: None,
        bot: None,
    }
}

/// Sets a rank and a level.
pub(super) fn rank(home: Home, name: &str, to: Rank, at_level: u16) -> Change {
    let mut change = set(home, person(name));
    if let Change::SetMember { rank, level, .. } = &mut change {
        (*rank, *level) = (Some(to), Some(at_level));
    }
    change
}

impl World {
    async fn profile(&self, who: &PersonRef) -> Profile {
        self.store
            .profile(self.home.tenant, self.home.community, who)
            .await
            .unwrap()
    }
}

on_every_store! {
    /// Who is unknown is made; what is not named stays.
    async fn a_member_is_set_piece_by_piece(store) {
        let world = World::new(store).await;
        let (home, tenant) = (world.home, world.home.tenant);
        changed(world.apply(tenant, rank(home, "ann", Rank::Moderator, u16::MAX)).await);
        let ann = PersonRef::User(world.user("ann").await);
        for (guard, robot) in [(Some(true), None), (None, Some(true))] {
            let mut change = set(home, ann.clone());
            if let Change::SetMember { protected, bot, .. } = &mut change {
                (*protected, *bot) = (guard, robot);
            }
            changed(world.apply(tenant, change).await);
        }
        let profile = world.profile(&person("ann")).await;
        assert_eq!(profile.authority, Authority { rank: Rank::Moderator, level: u16::MAX });
        assert!(profile.protected && profile.bot);
        assert_eq!(profile.user.identities, [identity("ann")]);
        assert_eq!(profile, world.profile(&ann).await);
        assert_eq!(world.store.users(tenant, everything()).await.unwrap().len(), 1);
    }

    /// A user of whom the community has said nothing is a plain member there.
    async fn others_are_plain_members(store) {
        let world = World::new(store).await;
        let elsewhere = world.another_community().await;
        changed(world.apply(world.home.tenant, rank(elsewhere, "ann", Rank::Owner, 1)).await);
        let profile = world.profile(&person("ann")).await;
        assert_eq!((profile.authority, profile.protected, profile.bot), (Authority::default(), false, false));
        let (tenant, community) = (world.home.tenant, world.home.community);
        not_found(world.store.profile(tenant, community, &person("bob")).await, "user");
        not_found(world.store.profile(tenant, CommunityId(uuid()), &person("ann")).await, "community");
    }

    /// Standing and ledger share a row and leave each other alone.
    async fn standing_and_ledger_do_not_mix(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        changed(world.apply(home.tenant, rank(home, "ann", Rank::Admin, 3)).await);
        world.case(warn(home, "ann")).await;
        let seen = world.store.look(home.tenant, home.community, &person("ann")).await.unwrap();
        assert_eq!(seen.member.ledger.balance.millis(), 2_000);
        assert_eq!(seen.target.unwrap().authority, Authority { rank: Rank::Admin, level: 3 });
    }

    /// What the change names has to exist, and nothing is made when it does not.
    async fn absent_things_are_not_found(store) {
        let world = World::new(store).await;
        let nowhere = Home { community: CommunityId(uuid()), ..world.home };
        let tenant = world.home.tenant;
        not_found(world.apply(tenant, set(nowhere, person("ann"))).await, "community");
        not_found(world.apply(tenant, set(world.home, PersonRef::User(UserId(uuid())))).await, "user");
        assert!(world.store.users(tenant, everything()).await.unwrap().is_empty());
        not_found(world.store.profiles(tenant, nowhere.community, everything()).await, "community");
    }

    /// The list has those with a rank, a protection or a case, and nobody else.
    async fn the_list_leaves_plain_members_out(store) {
        let world = World::new(store).await;
        let home = world.home;
        changed(world.apply(home.tenant, set(home, person("nobody"))).await);
        changed(world.apply(home.tenant, rank(home, "ranked", Rank::Moderator, 0)).await);
        let mut guard = set(home, person("guarded"));
        if let Change::SetMember { protected, .. } = &mut guard {
            *protected = Some(true);
        }
        changed(world.apply(home.tenant, guard).await);
        world.case(warn(home, "warned")).await;
        world.case(warn(world.another_community().await, "elsewhere")).await;
        let list = |after, limit| world.store.profiles(home.tenant, home.community, page(after, limit));
        let all = list(None, 10).await.unwrap();
        let mut names: Vec<&Identity> = all.iter().map(|p| &p.user.identities[0]).collect();
        names.sort();
        assert_eq!(names, [&identity("guarded"), &identity("ranked"), &identity("warned")]);
        let mut paged = vec![];
        while let Some(next) = list(paged.last().map(|p: &Profile| p.user.id), 1).await.unwrap().pop() {
            paged.push(next);
        }
        assert_eq!(paged, all);
    }

    /// Who acts: the stored rank, the asserted one, the key's own.
    async fn the_standing_that_counts(store) {
        let world = World::new(store).await;
        let home = world.home;
        changed(world.apply(home.tenant, rank(home, "mod", Rank::Moderator, 7)).await);
        let acting = async |actor| world.store.acting(home.tenant, home.community, &actor).await;
        let moderator = acting(human(home, "mod")).await.unwrap();
        assert_eq!(moderator.authority, Authority { rank: Rank::Moderator, level: 7 });
        assert_eq!(moderator.actor.user(), Some(world.user("mod").await));

        let asserted = Some(Authority::of(Rank::Owner));
        let claims = ActorRef::Human { person: person("mod"), asserted, key: home.key };
        assert_eq!(acting(claims).await.unwrap().authority.rank, Rank::Owner);

        let stranger = acting(human(home, "stranger")).await.unwrap();
        assert_eq!(stranger.authority, Authority::default());
        assert_eq!(stranger.actor.user(), Some(UserId(Uuid::nil())));

        let authority = Authority { rank: Rank::Admin, level: 9 };
        let key = acting(ActorRef::Key { key: home.key, authority }).await.unwrap();
        assert_eq!((key.authority, key.actor.user()), (authority, None));

        let absent = PersonRef::User(UserId(uuid()));
        let absent = ActorRef::Human { person: absent, asserted: None, key: home.key };
        not_found(acting(absent).await, "user");
    }
}
