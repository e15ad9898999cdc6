//! Random histories of everything that may happen to a member, carried out by the service on a store and, beside it, in memory by
//! the domain alone. After each step both hold the same state and the same record; so a column, an index or a rewritten row
//! that a store gets wrong is seen. A failure prints its seed: `TRIBUNE_SEED=… cargo test histories` plays that one again.

use super::draw::{Dice, growing, orders, policies, served, stories};
use super::model::Model;
use crate::support::clock::TestClock;
use crate::support::store::TestStore;
use std::sync::Arc;
use tribune::domain::act::{Act, Command, Detail};
use tribune::domain::case::Particulars;
use tribune::domain::id::{CommunityId, UserId};
use tribune::domain::identity::Identity;
use tribune::domain::kind::Kind;
use tribune::domain::points::Points;
use tribune::domain::replay::Change;
use tribune::domain::time::Span;
use tribune::ports::directory::Looks;
use tribune::ports::record::CaseFilter;
use tribune::ports::store::Store;
use tribune::ports::timers::DueTimer;
use tribune::service::acts::{ActOrder, LiftOrder};
use tribune::service::caller::Caller;
use tribune::service::policies::NewPolicy;
use tribune::service::voids::{Less, Milder};
use tribune::service::{After, PersonRef, Service};

/// How many histories each store gets in one run, and how long each is.
const HISTORIES: usize = 6;
const STEPS: usize = 60;
/// The seed of a history in which a remedy lowers later states all at once.
const LOWERS: u64 = 2;

/// A history under way, in a store and in memory.
struct Play {
    store: Arc<dyn Store>,
    service: Service,
    clock: Arc<TestClock>,
    caller: Caller,
    community: CommunityId,
    user: UserId,
    model: Model,
    dice: Dice,
    /// Points outgrow every rung.
    grows: bool,
}

impl Play {
    async fn begin(store: &TestStore, seed: u64) -> Self {
        let clock = TestClock::new();
        let (store, service, caller) = served(store, &clock).await;
        let made = service
            .create_community(&caller, ("c".into(), Looks::default()), Vec::new(), None, None)
            .await
            .unwrap();
        let community = CommunityId::parse(&made.answer.tag).unwrap();
        let mut play = Self {
            model: Model::new(&caller, clock.clone()),
            store,
            service,
            clock,
            caller,
            community,
            user: UserId(uuid::Uuid::nil()),
            dice: Dice(seed),
            grows: seed.is_multiple_of(2),
        };
        play.note().await;
        let person = PersonRef::Identity(identity());
        let seen = play
            .store
            .look(play.caller.tenant, community, &person)
            .await
            .unwrap();
        play.user = seen.target.unwrap().user;
        play.model.begin(seen.timeline.as_ref().clone(), play.user);
        play
    }

    /// Makes the member known; case number 1 on both sides.
    async fn note(&self) {
        let act = Act::new(Kind::Note, Detail::default(), Particulars::default()).unwrap();
        self.act(act).await;
    }

    async fn act(&self, act: Act) -> bool {
        let order = ActOrder {
            member: PersonRef::Identity(identity()),
            actor: None,
            act,
            dry_run: false,
            in_hand: None,
        };
        self.service
            .act(&self.caller, self.community, order, None)
            .await
            .is_ok()
    }

    /// Something happens on both sides; both take it, or neither does.
    async fn step(&mut self) {
        let passed = self.dice.seconds();
        self.clock
            .advance(if self.grows { passed % 86_400 } else { passed });
        match self.dice.below(22) {
            0..11 => {
                let act = self.dice.act(self.model.held(), None);
                let (here, there) = (self.act(act.clone()).await, self.model.submit(&Command::Act(act)));
                assert_eq!(here, there.is_ok(), "{there:?}");
            }
            11 => self.lift().await,
            12 | 13 => self.expire().await,
            14 => self.activate().await,
            15..18 => self.remedy(Change::Void).await,
            18 | 19 => self.replace().await,
            _ => {
                let points = Some(Points::from_millis(
                    i64::try_from(self.dice.below(30)).unwrap() * 100,
                ));
                let duration = Span::new(self.dice.seconds().max(1)).ok();
                let (first, both) = (self.dice.below(2) == 0, self.dice.below(3) == 0);
                let change = Change::Reduce {
                    points: points.filter(|_| first || both),
                    duration: duration.filter(|_| !first || both),
                };
                self.remedy(change).await;
            }
        }
    }

    async fn lift(&mut self) {
        let held = self.model.held().to_vec();
        if held.is_empty() {
            return;
        }
        let sanction = held[self.dice.below(held.len())].id;
        let particulars = Particulars::default();
        let lifted = self
            .service
            .lift(
                &self.caller,
                self.community,
                LiftOrder {
                    sanction,
                    actor: None,
                    particulars: particulars.clone(),
                    dry_run: false,
                },
                None,
            )
            .await;
        let there = self.model.submit(&Command::Lift {
            sanction,
            particulars,
        });
        assert_eq!(lifted.is_ok(), there.is_ok(), "{lifted:?} {there:?}");
    }

    async fn expire(&mut self) {
        let held = self.model.held().to_vec();
        if held.is_empty() {
            return;
        }
        let sanction = &held[self.dice.below(held.len())];
        let timer = DueTimer {
            tenant: self.caller.tenant,
            community: self.community,
            user: self.user,
            sanction: sanction.id,
            version: sanction.version,
            due_at: sanction.end.unwrap_or(sanction.start),
        };
        self.service.expire(&timer).await.unwrap();
        self.model.expire(sanction.id, sanction.version);
    }

    async fn activate(&mut self) {
        let policy = self.dice.of(&if self.grows { growing() } else { policies() });
        let new = NewPolicy {
            expected: self.model.version(),
            comment: None,
            activate_at: None,
            dry_run: false,
        };
        self.service
            .put_policy(&self.caller, self.community, new, policy, None)
            .await
            .unwrap();
        let person = PersonRef::User(self.user);
        let seen = self
            .store
            .look(self.caller.tenant, self.community, &person)
            .await
            .unwrap();
        self.model.activate(seen.timeline.as_ref().clone());
    }

    async fn remedy(&mut self, change: Change) {
        let numbers = self.model.numbers();
        let number = numbers[self.dice.below(numbers.len())];
        let (caller, service) = (&self.caller, &self.service);
        let mut done = Vec::new();
        for of in orders(self.community, number) {
            done.push(match &change {
                Change::Void => service.void(caller, of, None).await.is_ok(),
                Change::Replace(_) => unreachable!("a replacement is drawn apart"),
                Change::Reduce { points, duration } => {
                    let less = Less {
                        points: *points,
                        duration: *duration,
                        reason: None,
                    };
                    service.reduce(caller, of, less).await.is_ok()
                }
            });
        }
        let there = self.model.remedy(number, change);
        assert_eq!(done, [there.is_ok(); 2], "case {number}: {there:?}");
    }

    /// A milder act, as often as not, in the place of some case.
    async fn replace(&mut self) {
        let numbers = self.model.numbers();
        let number = numbers[self.dice.below(numbers.len())];
        let act = self.dice.act(self.model.held(), None);
        let (kind, detail) = (act.kind(), act.detail().clone());
        let detail = Detail {
            supersedes: None,
            ..detail
        };
        let milder = Milder {
            kind,
            detail: detail.clone(),
            reason: None,
        };
        let mut done = Vec::new();
        for of in orders(self.community, number) {
            let replaced = self.service.replace(&self.caller, of, milder.clone()).await;
            done.push(replaced.is_ok());
        }
        let there = self.model.replace(number, kind, detail);
        assert_eq!(done, [there.is_ok(); 2], "case {number} by {kind:?}: {there:?}");
    }

    /// Both sides hold the same, and agree on what comes.
    async fn compare(&mut self) {
        let person = PersonRef::User(self.user);
        let seen = self
            .store
            .look(self.caller.tenant, self.community, &person)
            .await
            .unwrap();
        self.model.take_ids(&seen.member);
        assert_eq!(seen.member, *self.model.member(), "the state");
        let (at, then) = self.model.some_state(self.dice.below(usize::MAX));
        let state = self
            .store
            .state_at(self.caller.tenant, self.community, self.user, at)
            .await
            .unwrap();
        assert_eq!(state.ledger, then, "the points of {at:?}");
        let page = After {
            after: None,
            limit: 500,
        };
        let all = self
            .store
            .cases(self.caller.tenant, self.community, &CaseFilter::default(), page)
            .await
            .unwrap();
        let kept: Vec<_> = all.into_iter().rev().map(Model::without_ids).collect();
        assert_eq!(kept, self.model.cases(), "the record");
        let ahead = i64::try_from(self.dice.below(20 * 86_400)).unwrap();
        let at = self.model.now().shifted(ahead);
        let shown = self
            .service
            .standing(&self.caller, self.community, &person, Some(at))
            .await
            .unwrap();
        let expected = self.model.standing(at);
        assert_eq!(
            shown.exact_units,
            expected.exact.units().to_string(),
            "points in {ahead} s"
        );
        let drops: Vec<_> = shown
            .drops
            .iter()
            .map(|drop| drop.at.map(|at| at.0.timestamp()))
            .collect();
        let due: Vec<_> = expected
            .drops
            .iter()
            .map(|drop| drop.at.map(|at| at.seconds()))
            .collect();
        assert_eq!(drops, due, "drops in {ahead} s");
        assert_eq!(
            shown.clear_at.map(|at| at.0.timestamp()),
            expected.clear_at.map(|at| at.seconds())
        );
    }
}

fn identity() -> Identity {
    Identity::parse("custom:1").unwrap()
}

on_every_store! {
    /// What the store holds after each step is what the rules alone come to.
    async fn a_store_carries_what_the_rules_say(store) {
        stories(&store, (&[LOWERS], HISTORIES), async |database, seed| {
            let mut play = Play::begin(database, seed).await;
            for _ in 0..STEPS {
                play.step().await;
                play.compare().await;
            }
            assert!(seed != LOWERS || play.model.lowered() > 0, "take another seed");
        })
        .await;
    }
}
