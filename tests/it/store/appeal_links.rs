//! Links that let members in: made for a case, listed, revoked once, forgotten; and the secret that they are signed with.

use std::time::Duration;

use chrono::TimeDelta;
use tribune::domain::appeal_link::AppealLink;
use tribune::domain::id::AppealLinkId;
use tribune::ports::appeal_links::{AppealLinkChange, LinkStep};
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change};
use tribune::ports::error::StoreError;

use super::world::{World, changed, everything, not_found, page, uuid, warn};

impl World {
    async fn link_step(&self, what: LinkStep) -> Result<Applied, StoreError> {
        let community = self.home.community;
        let change = Change::AppealLink(Box::new(AppealLinkChange { community, what }));
        self.apply(self.home.tenant, change).await
    }

    /// A link to a case, good for an hour.
    async fn linked(&self, case: i64) -> AppealLinkId {
        let id = AppealLinkId(uuid());
        let life = TimeDelta::hours(1);
        changed(self.link_step(LinkStep::Create { id, case, life }).await);
        id
    }

    async fn link(&self, id: AppealLinkId) -> Result<AppealLink, StoreError> {
        self.store
            .appeal_link(self.home.tenant, self.home.community, id)
            .await
    }
}

on_every_store! {
    /// What is made is read back and listed by its case, newest first, and in no other tenant.
    async fn links_are_listed_by_their_case(store) {
        let world = World::new(store).await;
        for name in ["ann", "bob"] {
            world.case(warn(world.home, name)).await;
        }
        let (one, two, other) = (world.linked(1).await, world.linked(1).await, world.linked(2).await);
        let found = world.link(one).await.unwrap();
        assert_eq!((found.case, found.user, found.revoked_at), (1, world.user("ann").await, None));
        assert_eq!((found.created_at, found.expires_at), (world.clock.now(), world.clock.now() + TimeDelta::hours(1)));
        let list = async |case, after| {
            let links = world.store.appeal_links(world.home.tenant, world.home.community, case, page(after, 5)).await;
            links.unwrap().iter().map(|link| link.id).collect::<Vec<_>>()
        };
        assert_eq!((list(1, None).await, list(1, Some(two)).await, list(2, None).await), (vec![two, one], vec![one], vec![other]));
        let missing = LinkStep::Create { id: AppealLinkId(uuid()), case: 9, life: TimeDelta::hours(1) };
        not_found(world.link_step(missing).await, "case");
        not_found(world.store.appeal_links(world.home.tenant, world.home.community, 9, everything()).await, "case");
        let foreign = world.another_home().await;
        not_found(world.store.appeal_link(foreign.tenant, world.home.community, one).await, "appeal link");
        not_found(world.store.appeal_links(foreign.tenant, world.home.community, 1, everything()).await, "case");
        not_found(world.link_step(LinkStep::Revoke(AppealLinkId(uuid()))).await, "appeal link");
    }

    /// A link is revoked once: the second time changes nothing and says nothing.
    async fn a_link_is_revoked_once(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        let id = world.linked(1).await;
        changed(world.link_step(LinkStep::Revoke(id)).await);
        let (revoked, log) = (world.link(id).await.unwrap(), world.events(world.home.tenant).await.len());
        assert_eq!(revoked.revoked_at, Some(world.clock.now()));
        world.clock.advance(60);
        changed(world.link_step(LinkStep::Revoke(id)).await);
        assert_eq!(world.link(id).await.unwrap(), revoked);
        assert_eq!(world.events(world.home.tenant).await.len(), log);
    }

    /// Links are forgotten when they have expired for long enough, a portion at a time.
    async fn links_are_forgotten_after_they_expired(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        for _ in 0..3 {
            world.linked(1).await;
        }
        let day = Duration::from_secs(86_400);
        world.clock.advance(3_600 + 86_400);
        let late = world.linked(1).await;
        assert_eq!(world.store.forget_appeal_links(day, 10).await.unwrap(), 0);
        world.clock.advance(1);
        assert_eq!(world.store.forget_appeal_links(day, 2).await.unwrap(), 2);
        assert_eq!(world.store.forget_appeal_links(day, 2).await.unwrap(), 1);
        assert!(world.link(late).await.is_ok());
    }

    /// A secret of the installation is the first one that was offered under its name.
    async fn a_secret_is_kept_as_it_was_first(store) {
        let world = World::new(store).await;
        let keep = async |name: &str, fresh| world.store.installation_secret(name, [fresh; 32]).await.unwrap();
        assert_eq!((keep("a", 1).await, keep("a", 2).await, keep("b", 3).await, keep("a", 4).await), ([1; 32], [1; 32], [3; 32], [1; 32]));
    }
}
