//! Sanctions: written with the case that starts them, closed with the case that ends them.

use std::collections::BTreeSet;
use tribune::domain::act::Command;
use tribune::domain::case::Particulars;
use tribune::domain::id::{CommunityId, SanctionId};
use tribune::domain::kind::{Kind, Restriction};
use tribune::domain::sanction::{Ending, Sanction};
use tribune::domain::time::Instant;
use tribune::ports::ledger::Submission;
use tribune::ports::record::SanctionFilter;

use super::world::{
    World, act, command, everything, identity, mute, not_found, page, person, sanction_of, uuid, warn,
};

/// An act that names its member by the identity, as calls do.
fn named(mut submission: Submission) -> Submission {
    if let Command::Act(act) = &mut submission.command {
        act.particulars.named = Some(identity("ann"));
    }
    submission
}

impl World {
    async fn sanctions(&self, filter: SanctionFilter) -> Vec<i64> {
        let home = self.home;
        let found = self
            .store
            .sanctions(home.tenant, home.community, &filter, everything())
            .await
            .unwrap();
        found.iter().map(|record| record.sanction.case).collect()
    }
}

on_every_store! {
    /// A sanction is read back, open and ended.
    async fn a_sanction_is_read_back(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[named(mute(home, "ann", 60)), act(home, person("ann"), Kind::Ban, None, "x")]).await;
        let id = sanction_of(home, 1);
        let record = world.store.sanction(home.tenant, home.community, id).await.unwrap();
        assert_eq!(record.user, world.user("ann").await);
        assert_eq!(record.sanction, Sanction {
            id, kind: Kind::Mute, restriction: Restriction::Mute, start: world.now(),
            end: Some(world.now().shifted(60)), version: 1, case: 1, named: Some(identity("ann")),
            capabilities: BTreeSet::new(), while_above: None, over: false,
        });
        assert_eq!(record.ended, None);
        let ban = world.store.sanction(home.tenant, home.community, sanction_of(home, 2)).await.unwrap();
        assert_eq!((ban.sanction.restriction, ban.sanction.end, ban.sanction.named), (Restriction::Ban, None, None));

        world.clock.advance(10);
        let lift = Command::Lift { sanction: id, particulars: Particulars::default() };
        assert_eq!(world.case(command(home, person("ann"), lift)).await, 3);
        let record = world.store.sanction(home.tenant, home.community, id).await.unwrap();
        assert_eq!(record.ended, Some((Ending::Lifted, world.now(), Some(3))));
        not_found(world.store.sanction(home.tenant, home.community, SanctionId(uuid())).await, "sanction");
        not_found(world.store.sanction(home.tenant, CommunityId(uuid()), id).await, "sanction");
    }

    /// Started and ended within one batch, it is written with its end.
    async fn started_and_ended_in_one_batch(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[
            mute(home, "ann", 60), mute(home, "ann", 90), act(home, person("ann"), Kind::Unmute, None, "x"),
            mute(home, "ann", 30),
        ]).await;
        let ended = async |case| {
            let id = sanction_of(home, case);
            world.store.sanction(home.tenant, home.community, id).await.unwrap().ended
        };
        for case in [1, 2] {
            assert_eq!(ended(case).await, Some((Ending::Lifted, world.now(), Some(3))));
        }
        assert_eq!(ended(4).await, None);
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now().shifted(30)));
    }

    /// Newest first, by member, by moment, in pages.
    async fn sanctions_are_listed(store) {
        let world = World::new(store).await;
        let home = world.home;
        let start = world.now();
        world.decide_all(&[mute(home, "ann", 60), mute(home, "bob", 30), warn(home, "bob")]).await;
        world.clock.advance(10);
        world.case(act(home, person("ann"), Kind::Ban, None, "x")).await;
        world.case(act(home, person("ann"), Kind::Unmute, None, "x")).await;
        let at = |seconds| Some(start.shifted(seconds));
        let all = SanctionFilter::default();
        assert_eq!(world.sanctions(all.clone()).await, [4, 2, 1]);
        let ann = Some(world.user("ann").await);
        assert_eq!(world.sanctions(SanctionFilter { user: ann, ..all.clone() }).await, [4, 1]);
        let holding = async |user, holding_at: Option<Instant>| {
            world.sanctions(SanctionFilter { user, holding_at }).await
        };
        assert_eq!(holding(None, at(0)).await, [2, 1]);
        assert_eq!(holding(None, at(9)).await, [2, 1]);
        assert_eq!(holding(None, at(10)).await, [4, 2], "a lifted one no longer holds from its lift on");
        assert_eq!(holding(None, at(30)).await, [4], "nor does one whose end has come");
        assert_eq!(holding(ann, at(10)).await, [4]);
        assert_eq!(holding(None, at(-1)).await, [0_i64; 0]);

        let list = async |after, limit| {
            let found = world.store.sanctions(home.tenant, home.community, &all, page(after, limit)).await.unwrap();
            found.iter().map(|record| record.sanction.case).collect::<Vec<_>>()
        };
        assert_eq!(list(None, 2).await, [4, 2]);
        world.case(mute(home, "cid", 60)).await;
        assert_eq!(list(Some(sanction_of(home, 2)), 2).await, [1]);
        let nowhere = CommunityId(uuid());
        not_found(world.store.sanctions(home.tenant, nowhere, &all, everything()).await, "community");
    }
}
