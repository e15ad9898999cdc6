//! What waits for relays and receivers is told, as it is now.

use chrono::TimeDelta;
use tribune::domain::identity::Platform;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::Change;
use tribune::ports::waiting::{OpenDirectives, Waiting};

use super::world::{World, changed, link, mute};

on_every_store! {
    /// Directives by platform, with the moment since when the first waits; of each no more than are looked at.
    async fn open_directives_are_counted(store) {
        let world = World::new(store).await;
        assert_eq!(world.store.waiting(10).await.unwrap(), Waiting::default());
        let add = Change::AddLink { community: world.home.community, link: link("guild") };
        changed(world.apply(world.home.tenant, add).await);
        let since = world.clock.now();
        for name in ["1", "2", "3"] {
            world.case(mute(world.home, name, 60)).await;
            world.clock.advance(1);
        }
        let open = |count| OpenDirectives { platform: Platform::parse("discord").unwrap(), count, due: since };
        let waiting = world.store.waiting(10).await.unwrap();
        assert_eq!(waiting, Waiting { directives: vec![open(3)], pending: 0, dead: 0 });
        assert!(world.clock.now() - waiting.directives[0].due == TimeDelta::seconds(3));
        assert_eq!(world.store.waiting(2).await.unwrap().directives[0].count, 2);
    }
}
