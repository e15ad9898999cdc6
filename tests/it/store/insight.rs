//! Cases in short, for searches and reports.

use tribune::domain::brief::Brief;
use tribune::domain::case::Case;
use tribune::domain::id::{CommunityId, UserId};
use tribune::domain::kind::Kind;
use tribune::domain::policy::Policy;
use tribune::domain::time::Instant;
use tribune::ports::directory::Change;
use tribune::ports::insight::Among;
use tribune::ports::ledger::VoidOrder;
use tribune::ports::record::CaseFilter;

use super::replay::{Replay, Wish};
use super::world::{
    Home, World, act, changed, done, everything, human, identity, mute, not_found, page, person, uuid, warn,
};

/// What a case is in short.
fn in_short(case: &Case) -> Brief {
    Brief {
        number: case.number,
        kind: case.kind,
        actor: case.actor.clone(),
        at: case.at,
        recorded_at: case.recorded_at,
        points: case.points,
        duration: case.duration,
        reason: case.particulars.reason.clone(),
        voided: case.voided.is_some(),
    }
}

impl World {
    async fn briefs(&self, home: Home, among: &Among) -> Vec<Brief> {
        let found = self
            .store
            .briefs(home.tenant, home.community, among, everything())
            .await;
        found.unwrap()
    }
}

on_every_store! {
    /// Whichever way they are read, they are the cases of the list, in its order.
    async fn briefs_are_the_cases_in_short(store) {
        let world = World::new(store).await;
        let home = world.home;
        let mut by_mod = mute(home, "ann", 60);
        by_mod.actor = human(home, "mod");
        for submission in [
            warn(home, "ann"), by_mod, mute(home, "bob", 3_600), act(home, person("ann"), Kind::Note, None, "naïve 🦀"),
            act(home, person("ann"), Kind::Ban, None, "x"),
        ] {
            world.case(submission).await;
            world.clock.advance(10);
        }
        let order = VoidOrder { tenant: home.tenant, community: home.community, number: 1, actor: human(home, "mod"), replaces: false, appeal: None, dry_run: false, claim: None };
        done(world.store.void(&order, &Replay::starting(&Wish::default())).await);
        let reword = Change::ChangeReason { community: home.community, number: 3, expected: 0, reason: None };
        changed(world.apply(home.tenant, reword).await);
        let (ann, moderator) = (world.user("ann").await, world.user("mod").await.to_string());
        for (among, user, actor) in [
            (Among::All, None, None),
            (Among::Member(ann), Some(ann), None),
            (Among::Actor(moderator.clone()), None, Some(moderator)),
            (Among::Actor("nobody".into()), None, Some("nobody".into())),
        ] {
            let filter = CaseFilter { user, actor, ..CaseFilter::default() };
            let cases = world.store.cases(home.tenant, home.community, &filter, everything()).await.unwrap();
            let expected: Vec<Brief> = cases.iter().map(in_short).collect();
            assert_eq!(world.briefs(home, &among).await, expected, "{among:?}");
        }
        let all = world.briefs(home, &Among::All).await;
        assert_eq!(all.iter().map(|brief| brief.voided).collect::<Vec<_>>(), [false, false, false, false, true]);
        assert_eq!((all[2].reason.as_deref(), all[1].reason.as_deref()), (None, Some("naïve 🦀")));
    }

    /// Portions follow each other without gaps or doubles, whatever is added at the front.
    async fn portions_follow_each_other(store) {
        let world = World::new(store).await;
        let home = world.home;
        let batch: Vec<_> = (0..7).map(|_| warn(home, "ann")).collect();
        world.decide_all(&batch).await;
        for among in [Among::All, Among::Member(world.user("ann").await), Among::Actor(home.key.to_string())] {
            let expected: Vec<i64> = world.briefs(home, &among).await.iter().map(|brief| brief.number).collect();
            let mut seen: Vec<i64> = vec![];
            loop {
                let portion = page(seen.last().copied(), 2);
                let portion = world.store.briefs(home.tenant, home.community, &among, portion).await.unwrap();
                seen.extend(portion.iter().map(|brief| brief.number));
                if portion.len() < 2 {
                    break;
                }
                world.case(warn(home, "ann")).await;
            }
            assert_eq!(seen, expected, "{among:?}");
        }
    }

    /// Cases by number come in the order asked for, without what is not there.
    async fn cases_are_found_by_their_numbers(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[warn(home, "ann"), warn(home, "bob"), warn(home, "ann")]).await;
        let found = world.store.numbered(home.tenant, home.community, &[2, 9, 3, -1, 1]).await.unwrap();
        let all = world.cases(home).await;
        assert_eq!(found, [all[1].clone(), all[2].clone(), all[0].clone()]);
        assert!(world.store.numbered(home.tenant, home.community, &[]).await.unwrap().is_empty());
    }

    /// Another community and another tenant are not seen; a community that does not exist is not found.
    async fn reports_stay_within_their_community(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        let ann = world.user("ann").await;
        let (beside, other) = (world.another_community().await, world.another_home().await);
        let foreign = Home { tenant: other.tenant, ..home };
        for among in [Among::All, Among::Member(ann), Among::Actor(home.key.to_string())] {
            assert!(world.briefs(beside, &among).await.is_empty());
            assert!(world.briefs(other, &among).await.is_empty());
            not_found(world.store.briefs(foreign.tenant, foreign.community, &among, everything()).await, "community");
            let nowhere = CommunityId(uuid());
            not_found(world.store.briefs(home.tenant, nowhere, &among, everything()).await, "community");
        }
        for stranger in [beside, other, foreign] {
            assert!(world.store.numbered(stranger.tenant, stranger.community, &[1]).await.unwrap().is_empty());
        }
    }

    /// Histories come member after member, each in its order, in portions without gaps or doubles.
    async fn histories_follow_each_other(store) {
        let world = World::new(store).await;
        let home = world.home;
        for _ in 0..3 {
            world.decide_all(&[warn(home, "ann"), mute(home, "bob", 60), warn(home, "cid")]).await;
            world.clock.advance(5);
        }
        let order = VoidOrder { tenant: home.tenant, community: home.community, number: 2, actor: human(home, "mod"), replaces: false, appeal: None, dry_run: false, claim: None };
        done(world.store.void(&order, &Replay::starting(&Wish::default())).await);
        let mut expected = world.cases(home).await;
        expected.sort_by_key(|case| (case.user, case.at, case.number));
        assert!(expected.iter().any(|case| case.voided.is_some()) && expected.iter().any(|case| case.started.is_some()));
        for limit in [1, 2, 4, 100] {
            let mut seen: Vec<Case> = vec![];
            loop {
                let after = seen.last().map(|case| (case.user, case.at, case.number));
                let portion = world.store.histories(home.tenant, home.community, None, page(after, limit)).await.unwrap();
                let read = portion.len();
                seen.extend(portion);
                if read < limit as usize {
                    break;
                }
            }
            assert_eq!(seen, expected, "{limit} at a time");
        }
        let user = expected[0].user;
        expected.retain(|case| case.user == user);
        let (first, rest) = expected.split_at(1);
        let own = |after, limit| world.store.histories(home.tenant, home.community, Some(user), page(after, limit));
        assert_eq!(own(None, 1).await.unwrap(), first);
        assert_eq!(own(Some((user, first[0].at, first[0].number)), 100).await.unwrap(), rest);
    }

    /// The identities of many users at once, those of each in their order; another tenant's users are nobody.
    async fn the_identities_of_many_are_read_at_once(store) {
        let world = World::new(store).await;
        let tenant = world.home.tenant;
        let users = [UserId(uuid()), UserId(uuid()), UserId(uuid())];
        for (id, names) in users.into_iter().zip([&["b", "a"][..], &[], &["c"]]) {
            let identities = names.iter().map(|name| identity(name)).collect();
            changed(world.apply(tenant, Change::CreateUser { id, name: None, language: None, identities }).await);
        }
        let mut expected = vec![(users[0], identity("a")), (users[0], identity("b")), (users[2], identity("c"))];
        expected.sort();
        let asked = [users[2], UserId(uuid()), users[1], users[0], users[2]];
        assert_eq!(world.store.identities(tenant, &asked).await.unwrap(), expected);
        assert_eq!(world.store.identities(tenant, &users[2..]).await.unwrap(), [(users[2], identity("c"))]);
        assert!(world.store.identities(tenant, &[]).await.unwrap().is_empty());
        let other = world.another_home().await.tenant;
        assert!(world.store.identities(other, &users).await.unwrap().is_empty());
    }

    /// All versions of a policy, and the store's clock; another tenant's and another community's are not seen.
    async fn rules_and_histories_are_of_one_community(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(warn(home, "ann")).await;
        let put = Change::PutPolicy { community: home.community, expected: 1, policy: Policy::default(), comment: None, activate_at: None };
        changed(world.apply(home.tenant, put).await);
        let (now, timeline) = world.store.rules(home.tenant, home.community).await.unwrap();
        assert_eq!(Instant::from_utc(now).unwrap(), world.now());
        assert_eq!(timeline.versions().map(|version| version.version).collect::<Vec<_>>(), [1, 2]);
        let (beside, other) = (world.another_community().await, world.another_home().await);
        let foreign = Home { tenant: other.tenant, ..home };
        for stranger in [beside, other, foreign] {
            assert!(world.store.histories(stranger.tenant, stranger.community, None, everything()).await.unwrap().is_empty());
            assert!(world.store.junctions(stranger.tenant, stranger.community).await.unwrap().is_empty());
        }
        not_found(world.store.rules(foreign.tenant, foreign.community).await, "community");
        not_found(world.store.rules(home.tenant, CommunityId(uuid())).await, "community");
    }
}
