//! Voids: history replayed in pages, in order, and everything written at once.

use tribune::domain::act::Entry;
use tribune::domain::case::{Case, Voided};
use tribune::domain::kind::Kind;
use tribune::domain::member::Member;
use tribune::domain::points::Points;
use tribune::domain::refusal::Refusal;
use tribune::domain::sanction::{Ending, Sanction};
use tribune::ports::answer::Claim;
use tribune::ports::clock::Clock as _;
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{ActorRef, Place, Reply, VoidOrder};

use super::replay::{Replay, Wish};
use super::world::{Home, World, act, claim, done, human, mute, not_found, person, sanction_of, warn};

impl World {
    async fn void_as(
        &self,
        home: Home,
        number: i64,
        actor: ActorRef,
        claim: Option<Claim>,
        wish: &Wish,
    ) -> Result<Reply, StoreError> {
        let Home {
            tenant, community, ..
        } = home;
        let order = VoidOrder {
            tenant,
            community,
            number,
            actor,
            replaces: false,
            appeal: None,
            dry_run: false,
            claim,
        };
        self.store.void(&order, &Replay::starting(wish)).await
    }

    async fn replace(&self, number: i64, wish: &Wish) -> Result<Reply, StoreError> {
        let order = VoidOrder {
            tenant: self.home.tenant,
            community: self.home.community,
            number,
            actor: ActorRef::System,
            replaces: true,
            appeal: None,
            dry_run: false,
            claim: None,
        };
        self.store.void(&order, &Replay::starting(wish)).await
    }

    async fn case_of(&self, number: i64) -> Case {
        let home = self.home;
        self.store
            .case(home.tenant, home.community, number)
            .await
            .unwrap()
    }

    async fn void(&self, number: i64, wish: &Wish) -> Result<Reply, StoreError> {
        self.void_as(self.home, number, ActorRef::System, None, wish)
            .await
    }

    async fn member(&self, name: &str) -> Member {
        let seen = self
            .store
            .look(self.home.tenant, self.home.community, &person(name))
            .await;
        seen.unwrap().member
    }

    /// Balances after each of a member's entries, in thousandths, oldest first.
    async fn balances(&self, name: &str) -> Vec<i64> {
        let user = self.user(name).await;
        let mut balances = vec![];
        for case in self
            .cases(self.home)
            .await
            .iter()
            .filter(|case| case.user == user)
        {
            let home = self.home;
            let state = self
                .store
                .state_at(home.tenant, home.community, user, case.at)
                .await
                .unwrap();
            balances.push(state.ledger.balance.millis());
        }
        balances
    }
}

on_every_store! {
    /// More entries than a page holds come in pages, in order, from the voided case on, of that member alone.
    async fn long_histories_come_in_pages(store) {
        let world = World::new(store).await;
        let home = world.home;
        let batch: Vec<_> = (0..250).flat_map(|_| [
            warn(home, "ann"), warn(home, "bob"), warn(home, "ann"),
            act(home, person("ann"), Kind::Note, None, "x"), warn(home, "ann"), warn(home, "ann"), warn(home, "ann"),
        ]).collect();
        for part in batch.chunks(250) {
            world.clock.advance(1);
            world.decide_all(part).await;
        }
        let wish = Wish::default();
        done(world.void(3, &wish).await);
        let ann = world.user("ann").await;
        assert_eq!(world.member("ann").await.ledger.balance.millis(), 1_249_000);
        assert_eq!(world.member("bob").await.ledger.balance.millis(), 250_000);
        let seen = wish.seen.lock().unwrap();
        assert_eq!(seen.pages.iter().sum::<usize>(), 1_249);
        assert!(seen.pages.len() > 2 && seen.pages.iter().all(|length| *length <= 500), "{:?}", seen.pages);
        assert_eq!(seen.entries[0].case.number, 3);
        let places: Vec<_> = seen.entries.iter().map(|entry| (entry.case.at, entry.case.number)).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(seen.entries.iter().all(|entry| entry.case.user == ann && entry.after.is_some()));
    }

    /// The revision is told everything as it stands, and its rewritten states are what is read afterwards.
    async fn states_are_rewritten(store) {
        let world = World::new(store).await;
        let home = world.home;
        for _ in 0..4 {
            world.case(warn(home, "ann")).await;
            world.clock.advance(10);
        }
        let wish = Wish::default();
        let answer = done(world.void(2, &wish).await);
        assert_eq!(answer.tag, "2");
        {
            let seen = wish.seen.lock().unwrap();
            let opening = seen.opening.as_ref().unwrap();
            assert_eq!(opening.now, world.clock.now());
            assert_eq!(opening.case.number, 2);
            assert_eq!(opening.before.ledger.balance.millis(), 1_000);
            assert_eq!(opening.current.ledger.balance.millis(), 4_000);
            assert_eq!(opening.recent.len(), 3);
            assert_eq!(opening.timeline.newest().version, 1);
        }
        assert_eq!(world.balances("ann").await, [1_000, 1_000, 2_000, 3_000]);
        assert_eq!(world.member("ann").await.ledger.balance.millis(), 3_000);
        let case = world.store.case(home.tenant, home.community, 2).await.unwrap();
        let by = tribune::domain::actor::Actor::System;
        assert_eq!(case.voided, Some(Voided { at: world.clock.now(), by, reason: None, cause: None, replaced_by: None }));
        let events = world.events(home.tenant).await;
        assert_eq!(events.last().unwrap().kind, "case.voided");
        let ann = world.user("ann").await;
        let terms = world.store.terms(home.tenant, home.community, ann, world.now(), None, 9).await.unwrap();
        assert_eq!(terms.iter().map(|case| case.number).collect::<Vec<_>>(), [4, 3, 1], "a voided one is no term");
    }

    /// The first case has nothing before it; a second void replays over the first.
    async fn voids_add_up(store) {
        let world = World::new(store).await;
        for _ in 0..3 {
            world.case(warn(world.home, "ann")).await;
        }
        let wish = Wish::default();
        done(world.void(2, &wish).await);
        done(world.void(1, &wish).await);
        assert_eq!(wish.seen.lock().unwrap().opening.as_ref().unwrap().before, Member::default());
        assert_eq!(world.member("ann").await.ledger.balance.millis(), 1_000);
        assert_eq!(world.void(1, &wish).await.unwrap(), Reply::Refused(Refusal::AlreadyVoided { number: 1 }));
    }

    /// A settled replay reads no further.
    async fn a_settled_replay_stops(store) {
        let world = World::new(store).await;
        let batch: Vec<_> = (0..600).map(|_| warn(world.home, "ann")).collect();
        world.decide_all(&batch).await;
        let wish = Wish { settle_after: Some(2), ..Wish::default() };
        done(world.void(1, &wish).await);
        assert_eq!(wish.seen.lock().unwrap().pages.len(), 1);
        assert_eq!(world.member("ann").await.ledger.balance.millis(), 600_000, "as the revision said");
    }

    /// Its sanction ends as voided, with its timer; what it took with it is marked.
    async fn sanctions_end_with_their_case(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 600), warn(home, "ann"), mute(home, "bob", 900)]).await;
        world.clock.advance(10);
        let wish = Wish { with_it: vec![2], ..Wish::default() };
        done(world.void(1, &wish).await);
        let record = world.store.sanction(home.tenant, home.community, sanction_of(home, 1)).await.unwrap();
        assert_eq!(record.ended, Some((Ending::Voided, world.now(), None)));
        assert!(world.member("ann").await.sanctions.is_empty());
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now().shifted(890)), "bob's is left");
        let causes: Vec<_> = world.cases(home).await.into_iter().map(|c| c.voided.map(|v| v.cause)).collect();
        assert_eq!(causes, [Some(None), Some(Some(1)), None]);
    }

    /// A milder sanction takes the place of the harsher one, in its case too.
    async fn a_milder_sanction_takes_its_place(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 600), warn(home, "ann")]).await;
        let old = world.member("ann").await.sanctions.remove(0);
        let end = Some(old.start.shifted(300));
        let milder = Sanction { id: sanction_of(home, 99), end, ..old.clone() };
        let wish = Wish { milder: Some(milder.clone()), ..Wish::default() };
        done(world.void(1, &wish).await);
        assert_eq!(world.member("ann").await.sanctions, std::slice::from_ref(&milder));
        assert_eq!(world.cases(home).await[0].started, Some(milder.clone()));
        let record = world.store.sanction(home.tenant, home.community, milder.id).await.unwrap();
        assert_eq!((record.sanction, record.ended), (milder, None));
        assert_eq!(world.store.next_due().await.unwrap(), end);
        world.clock.advance(1_000);
        let due = world.store.lease_due(9, std::time::Duration::from_secs(1)).await.unwrap();
        assert_eq!(due.len(), 1);
    }

    /// A case that takes the place gets the next number, its state and its sanction; what was over before it came has expired.
    async fn another_case_takes_its_place(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[mute(home, "ann", 600), mute(home, "bob", 600), warn(home, "ann")]).await;
        world.clock.advance(100);
        let [ann, bob] = [world.case_of(1).await, world.case_of(2).await];
        for (case, number, over) in [(ann, 4, false), (bob, 5, true)] {
            let old = case.started.clone().unwrap();
            let end = Some(old.start.shifted(if over { 60 } else { 300 }));
            let sanction = Sanction { id: sanction_of(home, number), end, case: number, over, ..old };
            let state = Member { sanctions: vec![sanction.clone()], ..Member::default() };
            let milder = Case { number, started: Some(sanction.clone()), replaces: Some(case.number), ..case.clone() };
            let added = Entry { case: milder.clone(), after: Some(state.clone()) };
            let wish = Wish { added: Some(added), ..Wish::default() };
            done(world.replace(case.number, &wish).await);
            let place = wish.seen.lock().unwrap().opening.as_ref().unwrap().place;
            assert_eq!(place, Some(Place { next_case: number, ended: None }));
            assert_eq!(world.case_of(number).await, milder);
            assert_eq!(world.case_of(case.number).await.voided.unwrap().replaced_by, Some(number));
            let record = world.store.sanction(home.tenant, home.community, sanction.id).await.unwrap();
            assert_eq!(record.ended, end.filter(|_| over).map(|end| (Ending::Expired, end, None)));
            let kept = world.store.state_at(home.tenant, home.community, case.user, case.at).await.unwrap();
            assert_eq!(kept.sanctions, state.sanctions, "the last of that second");
        }
        assert_eq!(world.store.next_due().await.unwrap(), Some(world.now().shifted(200)), "of what holds");
        assert_eq!(world.case(warn(home, "ann")).await, 6);
    }

    /// When the sanction of the case ended is told to what takes its place.
    async fn an_end_on_record_is_told(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.case(mute(home, "ann", 600)).await;
        world.clock.advance(100);
        world.case(act(home, person("ann"), Kind::Unmute, None, "x")).await;
        let wish = Wish::default();
        done(world.replace(1, &wish).await);
        let place = wish.seen.lock().unwrap().opening.as_ref().unwrap().place.unwrap();
        assert_eq!((place.next_case, place.ended), (3, Some(world.now())));
        done(world.void(2, &wish).await);
        assert_eq!(wish.seen.lock().unwrap().opening.as_ref().unwrap().place, None, "only then");
    }

    /// A case that counts fewer points shows them everywhere, down to none.
    async fn reduced_points_are_shown(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[warn(home, "ann"), mute(home, "ann", 60), mute(home, "ann", 60)]).await;
        let reduced = vec![(2, Points::from_units(1)), (3, Points::ZERO)];
        let wish = Wish { reduced, ..Wish::default() };
        done(world.void(1, &wish).await);
        let points: Vec<i64> = world.cases(home).await.iter().map(|case| case.points.units()).collect();
        assert_eq!(points, [86_400_000, 1, 0]);
        let ann = world.user("ann").await;
        let terms = world.store.terms(home.tenant, home.community, ann, world.now(), None, 9).await.unwrap();
        assert_eq!(terms.iter().map(|case| case.points.units()).collect::<Vec<_>>(), [1]);
    }

    /// A refusal writes nothing, and gives the key back; a void is claimed like an act.
    async fn voids_are_claimed(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.decide_all(&[warn(home, "ann"), warn(home, "ann")]).await;
        let void = async |number, actor, body, wish: &Wish| {
            world.void_as(home, number, actor, Some(claim("k", body)), wish).await
        };
        let refuse = Wish { refuse: true, ..Wish::default() };
        let before = world.events(home.tenant).await;
        let reply = void(1, human(home, "stranger"), 1, &refuse).await.unwrap();
        assert!(matches!(reply, Reply::Refused(_)));
        not_found(void(9, ActorRef::System, 1, &refuse).await, "case");
        assert_eq!(world.events(home.tenant).await, before);
        assert!(world.store.user(home.tenant, &person("stranger")).await.is_err());

        let wish = Wish::default();
        let answer = done(void(1, human(home, "mod"), 2, &wish).await);
        assert_eq!(void(1, human(home, "mod"), 2, &wish).await.unwrap(), Reply::Replayed(answer));
        assert_eq!(void(2, human(home, "mod"), 3, &wish).await.unwrap(), Reply::KeyReused);
        let by = world.cases(home).await[0].voided.clone().unwrap().by;
        assert_eq!(by.user(), Some(world.user("mod").await));
        assert_eq!(world.cases(home).await[1].voided, None);
    }

    /// What does not exist is not found.
    async fn absent_cases_are_not_found(store) {
        let world = World::new(store).await;
        not_found(world.void(1, &Wish::default()).await, "case");
    }

    /// Acts on the same member at the same time wait, and come after.
    async fn acts_meanwhile_come_after(store) {
        let world = World::new(store).await;
        let batch: Vec<_> = (0..520).map(|_| warn(world.home, "ann")).collect();
        world.decide_all(&batch).await;
        let wish = Wish::default();
        let acts = async { for _ in 0..5 { world.case(warn(world.home, "ann")).await; } };
        let (voided, ()) = tokio::join!(world.void(1, &wish), acts);
        done(voided);
        assert_eq!(world.member("ann").await.ledger.balance.millis(), 524_000);
    }
}
