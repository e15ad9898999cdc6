//! Appeals: filed once, taken in hand by one person, decided, and moot where their case is voided.

use std::collections::BTreeMap;

use tribune::domain::appeal::{Appeal, Finding, Saying, State, Statement, Step};
use tribune::domain::id::AppealId;
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::refusal::Refusal;
use tribune::ports::appeals::{AppealChange, AppealFilter, AppealStep, DueAppeal, QueueFilter, Verdict};
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Order};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{ActorRef, Submission};

use super::judge::Plain;
use super::world::{Home, World, changed, everything, not_found, page, person, uuid, warn};

impl World {
    async fn appeal_step(&self, who: &str, what: AppealStep) -> Result<Applied, StoreError> {
        let change = Change::Appeal(Box::new(AppealChange {
            community: self.home.community,
            what,
        }));
        let order = Order {
            tenant: self.home.tenant,
            by: moderator(self.home, who),
            change,
            claim: None,
        };
        self.store.apply(&order, &Plain).await
    }

    /// Files an appeal about a case.
    async fn filed(&self, case: i64) -> AppealId {
        let id = AppealId(uuid());
        changed(self.appeal_step("ann", file(id, case)).await);
        id
    }

    async fn appeal(&self, id: AppealId) -> Appeal {
        self.store
            .appeal(self.home.tenant, self.home.community, id)
            .await
            .unwrap()
    }

    async fn appeals(&self, filter: AppealFilter) -> Vec<AppealId> {
        let found = self
            .store
            .appeals(self.home.tenant, self.home.community, &filter, everything())
            .await;
        found.unwrap().iter().map(|appeal| appeal.id).collect()
    }
}

/// Somebody of the rank that a review needs.
fn moderator(home: Home, name: &str) -> ActorRef {
    ActorRef::Human {
        person: person(name),
        asserted: Some(Authority {
            rank: Rank::Moderator,
            level: 0,
        }),
        key: home.key,
    }
}

fn file(id: AppealId, case: i64) -> AppealStep {
    let statement = Statement {
        at: chrono::DateTime::UNIX_EPOCH,
        text: "It was not me".to_owned(),
        evidence: vec!["https://example.com/".to_owned()],
    };
    AppealStep::File {
        id,
        case,
        saying: Saying {
            statement,
            answers: BTreeMap::new(),
        },
        draft: false,
    }
}

fn refused(applied: Result<Applied, StoreError>) -> Refusal {
    match applied.unwrap() {
        Applied::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

on_every_store! {
    /// What is filed is read as it was, and listed; a case has one that is open.
    async fn a_case_has_one_appeal_at_a_time(store) {
        let world = World::new(store).await;
        for name in ["ann", "bob"] {
            world.case(warn(world.home, name)).await;
        }
        let first = world.filed(1).await;
        let found = world.appeal(first).await;
        assert_eq!((found.case, found.stored, found.ended_at, found.created_at), (1, State::Submitted, None, world.clock.now()));
        let said = &found.about.statements[0];
        assert_eq!((said.text.as_str(), said.at, said.evidence.len()), ("It was not me", world.clock.now(), 1));
        let again = world.appeal_step("ann", file(AppealId(uuid()), 1)).await;
        assert_eq!(refused(again), Refusal::AppealOpen { number: 1, appeal: first });
        not_found(world.appeal_step("ann", file(AppealId(uuid()), 9)).await, "case");
        let other = world.filed(2).await;
        changed(world.appeal_step("ann", AppealStep::Withdraw(first)).await);
        let second = world.filed(1).await;
        let of_case = AppealFilter { case: Some(1), ..AppealFilter::default() };
        assert_eq!(world.appeals(of_case.clone()).await, [second, first]);
        let withdrawn = AppealFilter { state: Some(State::Withdrawn), ..of_case };
        assert_eq!(world.appeals(withdrawn).await, [first]);
        let open = AppealFilter { state: Some(State::Submitted), case: None };
        assert_eq!(world.appeals(open).await, [second, other]);
        assert_eq!(world.appeals(AppealFilter::default()).await, [second, other, first]);
        let page = world.store.appeals(world.home.tenant, world.home.community, &AppealFilter::default(), page(Some(other), 5)).await;
        assert_eq!(page.unwrap().iter().map(|appeal| appeal.id).collect::<Vec<_>>(), [first]);
        not_found(world.store.appeal(world.another_home().await.tenant, world.home.community, first).await, "appeal");
    }

    /// Of two who claim or file at a time, one does.
    async fn two_at_a_time_are_one(store) {
        let world = World::new(store).await;
        world.case(warn(world.home, "ann")).await;
        let both = tokio::join!(world.appeal_step("ann", file(AppealId(uuid()), 1)), world.appeal_step("ann", file(AppealId(uuid()), 1)));
        let filed = [both.0, both.1].into_iter().filter(|filed| matches!(filed, Ok(Applied::Done(_)))).count();
        assert_eq!(filed, 1);
        let id = world.appeals(AppealFilter::default()).await[0];
        let both = tokio::join!(world.appeal_step("rita", AppealStep::Claim(id)), world.appeal_step("otto", AppealStep::Claim(id)));
        let (taken, left): (Vec<_>, Vec<_>) = [both.0, both.1].into_iter().partition(|claimed| matches!(claimed, Ok(Applied::Done(_))));
        assert_eq!((taken.len(), left.len()), (1, 1));
        assert_eq!(refused(left.into_iter().next().unwrap()), Refusal::AppealClaimed);
    }

    /// What may not happen does not, and says what may.
    async fn what_cannot_happen_is_refused(store) {
        let world = World::new(store).await;
        world.case(Submission { actor: moderator(world.home, "mod"), ..warn(world.home, "ann") }).await;
        let id = world.filed(1).await;
        let upheld = || AppealStep::Decide(id, Verdict {
            finding: Finding::Uphold,
            reason: "It stands".to_owned(),
            expected: Some(Finding::Uphold),
        });
        let illegal = refused(world.appeal_step("rita", upheld()).await);
        assert_eq!(illegal, Refusal::AppealStep { state: State::Submitted, step: Step::Decide });
        assert!(illegal.to_string().ends_with("there is add_statement, claim, ask, bar, withdraw"), "{illegal}");
        assert!(matches!(refused(world.appeal_step("mod", AppealStep::Claim(id)).await), Refusal::Recused(_)), "who acted");
        assert!(matches!(refused(world.appeal_step("ann", AppealStep::Claim(id)).await), Refusal::Recused(_)), "who appeals");
        changed(world.appeal_step("rita", AppealStep::Claim(id)).await);
        assert_eq!(refused(world.appeal_step("otto", upheld()).await), Refusal::AppealClaimed);
        world.clock.advance(3_600);
        assert!(matches!(refused(world.appeal_step("rita", upheld()).await), Refusal::AppealStep { .. }), "the hour is over");
        changed(world.appeal_step("otto", AppealStep::Claim(id)).await);
        changed(world.appeal_step("otto", upheld()).await);
        let closed = world.appeal(id).await;
        assert_eq!((closed.stored, closed.ended_at), (State::Closed, Some(world.clock.now())));
        assert!(matches!(refused(world.appeal_step("ann", AppealStep::Withdraw(id)).await), Refusal::AppealStep { .. }));
    }
    /// What time does is due when it does it, and written down once; the queue has what waits for reviewers, the oldest first.
    async fn what_time_does_is_due_and_written_down(store) {
        let world = World::new(store).await;
        for name in ["ann", "bob", "cleo"] {
            world.case(warn(world.home, name)).await;
        }
        let (first, second, third) = (world.filed(1).await, world.filed(2).await, world.filed(3).await);
        let (tenant, community) = (world.home.tenant, world.home.community);
        let queue = async |filter: QueueFilter| -> Vec<AppealId> {
            let found = world.store.appeal_queue(tenant, community, filter, world.clock.now(), everything()).await;
            found.unwrap().iter().map(|appeal| appeal.id).collect()
        };
        let due = async || -> Vec<AppealId> { world.store.due_appeals(10).await.unwrap().iter().map(|due: &DueAppeal| due.appeal).collect() };
        changed(world.appeal_step("rita", AppealStep::Claim(second)).await);
        changed(world.appeal_step("rita", AppealStep::Ask(third, "Where?".into())).await);
        assert_eq!(queue(QueueFilter::default()).await, [first, second]);
        assert_eq!(queue(QueueFilter { claimed: Some(false), overdue: None }).await, [first]);
        assert_eq!(queue(QueueFilter { claimed: Some(true), overdue: Some(false) }).await, [second]);
        assert_eq!(due().await, []);
        let lapses = world.clock.now() + chrono::TimeDelta::hours(1);
        assert_eq!(world.store.next_appeal().await.unwrap(), Some(lapses));
        world.clock.advance(3_600);
        assert_eq!(due().await, [second]);
        changed(world.appeal_step("rita", AppealStep::Tick(second)).await);
        assert_eq!((due().await, world.appeal(second).await.stored), (vec![], State::Submitted));
        world.clock.advance(14 * 86_400);
        let late = QueueFilter { overdue: Some(true), claimed: None };
        assert_eq!(queue(late).await, [first, second]);
        let mut all = due().await;
        all.sort_unstable();
        assert_eq!(all, [first, second, third]);
        for id in all {
            changed(world.appeal_step("rita", AppealStep::Tick(id)).await);
        }
        assert_eq!((due().await, world.store.next_appeal().await.unwrap()), (vec![], None));
        let expired = world.appeal(third).await;
        assert_eq!((expired.stored, expired.ended_at < Some(world.clock.now())), (State::Expired, true));
        assert!(world.appeal(first).await.about.overdue_at.is_some());
        not_found(world.store.appeal_queue(world.another_home().await.tenant, community, late, world.clock.now(), everything()).await, "community");
    }
}
