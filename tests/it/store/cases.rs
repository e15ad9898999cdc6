//! Cases, read back and listed.

use std::collections::BTreeSet;
use tribune::domain::act::{Act, Command, Detail};
use tribune::domain::actor::Actor;
use tribune::domain::case::{Case, Particulars, Visibility};
use tribune::domain::id::CommunityId;
use tribune::domain::kind::Kind;
use tribune::domain::points::Points;
use tribune::domain::time::Instant;
use tribune::ports::clock::Clock as _;
use tribune::ports::record::CaseFilter;

use super::world::{
    Home, World, act, command, everything, human, identity, mute, not_found, page, person, sanction_of, uuid,
    warn,
};

fn numbers(cases: &[Case]) -> Vec<i64> {
    cases.iter().map(|case| case.number).collect()
}

impl World {
    async fn listed(&self, filter: CaseFilter) -> Vec<i64> {
        let home = self.home;
        let found = self
            .store
            .cases(home.tenant, home.community, &filter, everything())
            .await;
        numbers(&found.unwrap())
    }
}

on_every_store! {
    /// Every part of a case comes back.
    async fn a_case_comes_back_whole(store) {
        let world = World::new(store).await;
        let mut context = serde_json::Map::new();
        context.insert("message".into(), "https://example.org/1".into());
        let particulars = Particulars {
            reason: Some("spam".into()),
            evidence: vec!["https://example.org/a".into(), "https://example.org/b".into()],
            context: Some(context),
            visibility: Visibility::Member,
            break_glass: true,
            named: Some(identity("ann")),
            messages: None,
        };
        let span = tribune::domain::time::Span::new(3_600).unwrap();
        let act = Act::new(Kind::Mute, Detail::lasting(Some(span)), particulars.clone()).unwrap();
        let mut submission = command(world.home, person("ann"), Command::Act(act));
        submission.actor = human(world.home, "mod");
        let number = world.case(submission).await;
        let case = world.store.case(world.home.tenant, world.home.community, number).await.unwrap();
        let started = case.started.clone().unwrap();
        assert_eq!(case, Case {
            number: 1,
            user: world.user("ann").await,
            kind: Kind::Mute,
            actor: Actor::Human {
                user: world.user("mod").await, identity: Some(identity("mod")), key: Some(world.home.key), asserted: None,
            },
            at: world.now(),
            recorded_at: world.clock.now(),
            points: Points::from_millis(2_000),
            policy_version: 1,
            causes: vec![],
            duration: Some(span),
            capabilities: BTreeSet::new(),
            started: Some(started.clone()),
            ended: vec![],
            rungs: vec![],
            particulars,
            revision: 0,
            voided: None,
            reduced: None,
            released: None,
            origin: None,
            upheld: false,
            replaces: None,
        });
        assert_eq!(started.id, sanction_of(world.home, 1));
        assert_eq!(world.cases(world.home).await, [case]);
    }

    /// What does not exist is not found.
    async fn absent_cases_are_not_found(store) {
        let world = World::new(store).await;
        let (home, nowhere) = (world.home, CommunityId(uuid()));
        world.case(warn(home, "ann")).await;
        for number in [0, 2, -1, i64::MAX, i64::MIN] {
            not_found(world.store.case(home.tenant, home.community, number).await, "case");
            not_found(world.store.revisions(home.tenant, home.community, number).await, "case");
        }
        not_found(world.store.case(home.tenant, nowhere, 1).await, "case");
        let filter = CaseFilter::default();
        not_found(world.store.cases(home.tenant, nowhere, &filter, everything()).await, "community");
        let empty = world.another_community().await;
        assert!(world.cases(empty).await.is_empty());
    }

    /// Filters narrow, alone and together.
    async fn filters_narrow(store) {
        let world = World::new(store).await;
        let home = world.home;
        let mut by_mod = mute(home, "ann", 60);
        by_mod.actor = human(home, "mod");
        let start = world.now();
        for submission in [warn(home, "ann"), by_mod, warn(home, "bob"), mute(home, "bob", 60)] {
            world.case(submission).await;
            world.clock.advance(10);
        }
        let at = |seconds| Some(Instant::new(start.seconds() + seconds).unwrap());
        let ann = Some(world.user("ann").await);
        let moderator = Some(world.user("mod").await.to_string());
        let key = Some(home.key.to_string());
        let all = CaseFilter::default();
        assert_eq!(world.listed(all.clone()).await, [4, 3, 2, 1]);
        let by = |actor| CaseFilter { actor, ..all.clone() };
        assert_eq!(world.listed(CaseFilter { user: ann, ..all.clone() }).await, [2, 1]);
        assert_eq!(world.listed(by(moderator.clone())).await, [2]);
        assert_eq!(world.listed(by(key.clone())).await, [4, 3, 1]);
        assert_eq!(world.listed(by(Some("nobody".into()))).await, [0_i64; 0]);
        assert_eq!(world.listed(CaseFilter { kind: Some(Kind::Mute), ..all.clone() }).await, [4, 2]);
        assert_eq!(world.listed(CaseFilter { from: at(10), ..all.clone() }).await, [4, 3, 2]);
        assert_eq!(world.listed(CaseFilter { until: at(10), ..all.clone() }).await, [1]);
        assert_eq!(world.listed(CaseFilter { from: at(10), until: at(30), ..all.clone() }).await, [3, 2]);
        let narrow = CaseFilter { user: ann, actor: key, kind: Some(Kind::Warn), from: at(0), until: at(1) };
        assert_eq!(world.listed(narrow.clone()).await, [1]);
        assert_eq!(world.listed(CaseFilter { actor: moderator, ..narrow }).await, [0_i64; 0]);
    }

    /// A page goes on after the last one seen, whatever has been added at the front.
    async fn pages_are_stable_under_inserts(store) {
        let world = World::new(store).await;
        let (home, filter) = (world.home, CaseFilter::default());
        let batch: Vec<_> = (0..5).map(|n| warn(home, if n % 2 == 0 { "ann" } else { "bob" })).collect();
        world.decide_all(&batch).await;
        for user in [None, Some(world.user("ann").await)] {
            let filter = CaseFilter { user, ..filter.clone() };
            let expected = world.listed(filter.clone()).await;
            let mut seen: Vec<i64> = vec![];
            loop {
                let part = page(seen.last().copied(), 2);
                let part = world.store.cases(home.tenant, home.community, &filter, part).await.unwrap();
                if part.is_empty() {
                    break;
                }
                seen.extend(numbers(&part));
                world.case(warn(home, "ann")).await;
            }
            assert_eq!(seen, expected);
        }
    }

    /// A note is a case and leaves the ledger alone.
    async fn a_note_has_no_state(store) {
        let world = World::new(store).await;
        let home: Home = world.home;
        world.case(warn(home, "ann")).await;
        let before = world.store.look(home.tenant, home.community, &person("ann")).await.unwrap();
        world.case(act(home, person("ann"), Kind::Note, None, "remember")).await;
        let after = world.store.look(home.tenant, home.community, &person("ann")).await.unwrap();
        assert_eq!(after.member, before.member);
        assert_eq!(after.recent.len(), 2, "the last acts changed all the same");
        assert_eq!(world.listed(CaseFilter { kind: Some(Kind::Note), ..CaseFilter::default() }).await, [2]);
    }
}
