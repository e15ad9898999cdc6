//! Users who turn out to be one person, while others act on them.

use super::world::{Home, World, act, changed, done, everything, identity, person, uuid};
use tribune::domain::act::Command;
use tribune::domain::id::MergeId;
use tribune::domain::kind::Kind;
use tribune::ports::directory::Change;
use tribune::ports::ledger::{PersonRef, Submission};
use tribune::ports::record::CaseFilter;

/// A warning of somebody by their identity, as the service records it.
fn naming(home: Home, name: &str, reason: &str) -> Submission {
    let mut submission = act(home, person(name), Kind::Warn, None, reason);
    if let Command::Act(act) = &mut submission.command {
        act.particulars.named = Some(identity(name));
    }
    submission
}

on_every_store! {
    /// Acts that race merges and splits are all recorded, and in the end stand in the history of whoever they named.
    async fn acts_beside_merges_are_all_recorded(store) {
        let world = World::new(store).await;
        let (home, other) = (world.home, world.another_community().await);
        for name in ["one", "two"] {
            world.case(act(home, person(name), Kind::Note, None, "first")).await;
        }
        let (one, two) = (world.user("one").await, world.user("two").await);
        let acts = async {
            for number in 0..24 {
                let name = if number % 2 == 0 { "one" } else { "two" };
                // In the other community both are newcomers for a while.
                let home = if number % 3 == 0 { other } else { home };
                let reason = format!("number {number}");
                done(world.decide(naming(home, name, &reason)).await);
            }
        };
        let merging = async {
            for _ in 0..4 {
                let merge = MergeId(uuid());
                let (into, from, reason, dry_run) = (one, two, None, false);
                let make = Change::MergeUsers { id: merge, into, from, reason, dry_run };
                changed(world.apply(home.tenant, make).await);
                let split = Change::SplitUsers { user: two, merge, reason: None, dry_run };
                changed(world.apply(home.tenant, split).await);
            }
        };
        tokio::join!(acts, merging);
        for (place, count) in [(home, 2 + 16), (other, 8)] {
            let cases = world.cases(place).await;
            assert_eq!(cases.len(), count, "none is lost, none is doubled");
            for case in &cases {
                let named = case.particulars.named.clone();
                let whose = if named == Some(identity("two")) { two } else { one };
                let is_theirs = named.is_none() || case.user == whose;
                assert!(is_theirs, "{case:?}");
            }
        }
        for (user, name) in [(one, "one"), (two, "two")] {
            let filter = CaseFilter { user: Some(user), ..CaseFilter::default() };
            let listed = world.store.cases(home.tenant, home.community, &filter, everything()).await.unwrap();
            assert_eq!(listed.len(), 9);
            let seen = world.store.look(home.tenant, home.community, &PersonRef::Identity(identity(name))).await.unwrap();
            assert_eq!(seen.target.unwrap().user, user);
        }
    }

    /// Acts that race one merge land on the one person, in communities where neither was a member too.
    async fn acts_beside_a_merge_land_on_the_one_person(store) {
        let world = World::new(store).await;
        let (home, other) = (world.home, world.another_community().await);
        for name in ["one", "two"] {
            world.case(act(home, person(name), Kind::Warn, None, "first")).await;
        }
        let (one, two) = (world.user("one").await, world.user("two").await);
        let acts = async {
            for number in 0..12 {
                let by_id = PersonRef::User(two);
                let home = if number % 2 == 0 { other } else { home };
                done(world.decide(act(home, by_id, Kind::Warn, None, &format!("number {number}"))).await);
            }
        };
        let merging = async {
            let make = Change::MergeUsers { id: MergeId(uuid()), into: one, from: two, reason: None, dry_run: false };
            changed(world.apply(home.tenant, make).await);
        };
        tokio::join!(acts, merging);
        for (place, count) in [(home, 8), (other, 6)] {
            let filter = CaseFilter { user: Some(two), ..CaseFilter::default() };
            let listed = world.store.cases(place.tenant, place.community, &filter, everything()).await.unwrap();
            assert_eq!(listed.len(), count);
            let seen = world.store.look(place.tenant, place.community, &PersonRef::User(two)).await.unwrap();
            assert_eq!(seen.target.unwrap().user, one);
        }
    }
}
