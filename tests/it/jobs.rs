//! Work that nobody calls for, on the test's clock: the ends of sanctions are recorded once, however many replicas there are,
//! and answers under idempotency keys are forgotten in time.

mod schedules; // acts and reminders at a time
mod servers; // two processes on one database

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tribune::domain::act::{Act, Detail};
use tribune::domain::case::Particulars;
use tribune::domain::id::CommunityId;
use tribune::domain::identity::Identity;
use tribune::domain::kind::Kind;
use tribune::domain::points::Points;
use tribune::domain::policy::{Decay, Policy};
use tribune::domain::sanction::Ending;
use tribune::domain::time::{Instant, Span};
use tribune::jobs::activations::Activations;
use tribune::jobs::retention::Retention;
use tribune::jobs::timers::Timers;
use tribune::jobs::{Stopper, stopper};
use tribune::ports::directory::{Looks, LooksChange};
use tribune::ports::record::{CaseFilter, EventFilter, SanctionFilter};
use tribune::ports::store::Store;
use tribune::service::acts::ActOrder;
use tribune::service::caller::Caller;
use tribune::service::error::ServiceError;
use tribune::service::events::EventQuery;
use tribune::service::pipeline::Lanes;
use tribune::service::policies::NewPolicy;
use tribune::service::{After, Claim, PersonRef, Service};

use crate::support::clock::TestClock;
use crate::support::ids::TestIds;
use crate::support::limits;
use crate::support::server::Server;
use crate::support::store::TestStore;
use crate::support::{tuning, wait};

const SOON: Duration = Duration::from_secs(60);
/// How long the log is kept where a test does not look at it.
const EVENTS_KEPT: Duration = Duration::from_secs(86_400);
const LANES: Lanes = Lanes {
    lanes: 2,
    batch: 64,
    queue: 1_024,
};

/// A process that serves the store, without its listener.
struct Replica {
    store: Arc<dyn Store>,
    service: Service,
    clock: Arc<TestClock>,
    jobs: Option<(Stopper, [JoinHandle<()>; 3])>,
}

impl Replica {
    async fn start(database: &TestStore, clock: &Arc<TestClock>) -> Self {
        let store = database.open(clock.clone()).await;
        let service = Service::new(
            store.clone(),
            clock.clone(),
            Arc::new(TestIds),
            limits::memory(clock),
            Handle::current(),
            tuning::with(LANES),
        );
        Self {
            store,
            service,
            clock: clock.clone(),
            jobs: None,
        }
    }

    /// Begins to record what time alone does.
    fn watch(&mut self) {
        let (stopper, stop) = stopper();
        let timers = Timers {
            store: self.store.clone(),
            service: self.service.clone(),
            clock: self.clock.clone(),
            interval: Duration::from_millis(20),
        };
        let activations = Activations {
            store: self.store.clone(),
            service: self.service.clone(),
            clock: self.clock.clone(),
            interval: Duration::from_millis(20),
        };
        let jobs = [
            tokio::spawn(timers.run(stop.clone())),
            tokio::spawn(self.schedules().run(stop.clone())),
            tokio::spawn(activations.run(stop)),
        ];
        self.jobs = Some((stopper, jobs));
    }

    /// Ends in good order.
    async fn stop(mut self) {
        if let Some((stopper, jobs)) = self.jobs.take() {
            stopper.stop();
            for job in jobs {
                job.await.unwrap();
            }
        }
        self.service.shut_down().await;
    }

    /// Mutes members `0..count` for so many seconds each.
    async fn mute(&self, at: &Place, count: usize, seconds: impl Fn(usize) -> i64) {
        let mutes = (0..count).map(|number| {
            let span = Some(Span::new(seconds(number)).unwrap());
            let order = ActOrder {
                member: PersonRef::Identity(Identity::parse(&format!("discord:{number}")).unwrap()),
                actor: None,
                act: Act::new(Kind::Mute, Detail::lasting(span), Particulars::default()).unwrap(),
                dry_run: false,
                in_hand: None,
            };
            self.service.act(&at.caller, at.community, order, None)
        });
        for muted in join_all(mutes).await {
            muted.unwrap();
        }
    }

    /// The numbers of the cases that record an end, and the events that tell of one.
    async fn ends(&self, at: &Place) -> (usize, usize) {
        let filter = CaseFilter {
            kind: Some(Kind::Unmute),
            ..CaseFilter::default()
        };
        let page = After {
            after: None,
            limit: 10_000,
        };
        let cases = self
            .store
            .cases(at.caller.tenant, at.community, &filter, page)
            .await
            .unwrap();
        let ended = EventFilter {
            kinds: Some(vec!["sanction.ended".to_owned()]),
            ..EventFilter::default()
        };
        let page = After {
            after: None,
            limit: 10_000,
        };
        let events = self
            .store
            .events(at.caller.tenant, &ended, page)
            .await
            .unwrap()
            .events;
        (cases.len(), events.len())
    }

    /// How many events of a type there are.
    async fn told(&self, at: &Place, kind: &str) -> usize {
        let filter = EventFilter {
            kinds: Some(vec![kind.to_owned()]),
            ..EventFilter::default()
        };
        let page = After {
            after: None,
            limit: 10_000,
        };
        let events = self
            .store
            .events(at.caller.tenant, &filter, page)
            .await
            .unwrap()
            .events;
        events.len()
    }

    /// Waits until no timer is left, then says how many ends were recorded.
    async fn recorded(&self, at: &Place) -> (usize, usize) {
        wait::until_async("all timers to be gone", SOON, async || {
            self.store.next_due().await.unwrap().is_none().then_some(())
        })
        .await;
        self.ends(at).await
    }
}

/// A community, and the first key.
struct Place {
    caller: Caller,
    community: CommunityId,
}

impl Place {
    async fn make(replica: &Replica) -> Self {
        let (_, secret) = replica
            .service
            .bootstrap("default")
            .await
            .unwrap()
            .expect("an empty database");
        let caller = replica.service.authenticate(secret.reveal()).await.unwrap();
        let made = replica
            .service
            .create_community(&caller, ("c".into(), Looks::default()), Vec::new(), None, None)
            .await
            .unwrap();
        let community = CommunityId::parse(&made.answer.tag).unwrap();
        Self { caller, community }
    }

    async fn rename(&self, replica: &Replica, name: &str) {
        let change = (Some(name.to_owned()), LooksChange::default());
        let renamed = replica
            .service
            .update_community(&self.caller, self.community, change, None, None);
        renamed.await.unwrap();
    }
}

on_every_store! {
    /// Each end is recorded when its time has come, and not before.
    async fn ends_are_recorded_as_they_fall_due(store) {
        let clock = TestClock::new();
        let mut replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        replica.mute(&place, 10, |number| if number < 4 { 60 } else { 3_600 }).await;
        replica.watch();
        clock.advance(61);
        wait::until_async("the first ends", SOON, async || (replica.ends(&place).await.0 >= 4).then_some(())).await;
        assert_eq!(replica.ends(&place).await, (4, 4));
        clock.advance(3_600);
        assert_eq!(replica.recorded(&place).await, (10, 10));
        replica.stop().await;
    }

    /// What fell due while nobody served is made up for, and dated by when it ended rather than by when that was noticed.
    async fn what_is_overdue_at_the_start_is_made_up_for(store) {
        let clock = TestClock::new();
        let replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        // More than are taken at once.
        replica.mute(&place, 600, |number| 60 + i64::try_from(number).unwrap()).await;
        replica.stop().await;
        clock.advance(86_400);
        let mut replica = Replica::start(&store, &clock).await;
        replica.watch();
        assert_eq!(replica.recorded(&place).await, (600, 600));
        let page = After { after: None, limit: 1 };
        let filter = CaseFilter { kind: Some(Kind::Unmute), ..CaseFilter::default() };
        let last = &replica.store.cases(place.caller.tenant, place.community, &filter, page).await.unwrap()[0];
        let ended = &last.ended[0];
        assert!(ended.at.seconds() < TestClock::START + 3_600, "ended at {:?}", ended.at);
        replica.stop().await;
    }

    /// Whoever comes back to a timer after its lease is told that another has recorded the end.
    async fn an_end_that_another_recorded_is_not_counted_again(store) {
        let clock = TestClock::new();
        let replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        replica.mute(&place, 1, |_| 60).await;
        clock.advance(61);
        let timer = replica.store.lease_due(1, SOON).await.unwrap().remove(0);
        assert!(replica.service.expire(&timer).await.unwrap());
        assert!(!replica.service.expire(&timer).await.unwrap());
        assert_eq!(replica.ends(&place).await, (1, 1));
        replica.stop().await;
    }

    /// A lift or a void takes the timer with it: nothing is recorded a second time.
    async fn a_sanction_that_was_lifted_does_not_end_again(store) {
        let clock = TestClock::new();
        let mut replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        replica.mute(&place, 1, |_| 60).await;
        let order = ActOrder {
            member: PersonRef::Identity(Identity::parse("discord:0").unwrap()),
            actor: None,
            act: Act::new(Kind::Unmute, Detail::default(), Particulars::default()).unwrap(),
            dry_run: false,
            in_hand: None,
        };
        replica.service.act(&place.caller, place.community, order, None).await.unwrap();
        clock.advance(120);
        replica.watch();
        assert_eq!(replica.recorded(&place).await, (1, 1));
        replica.stop().await;
    }

    /// What holds while the points are high ends with them, by the rules of the policy in force by then.
    async fn what_holds_while_points_are_high_follows_the_policy(store) {
        let clock = TestClock::new();
        let mut replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        let policy = |rate| {
            let mut policy = Policy { duplicate_window: 0, decay: Decay::Linear { rate, grace: 0 }, ..Policy::default() };
            policy.weights.insert(Kind::Warn, Points::from_millis(3_000));
            policy.ladder.truncate(1);
            policy.ladder[0].remedy.duration = None;
            policy.ladder[0].reset_below = Points::from_millis(1_000);
            policy.ladder[0].remedy.while_above = Some(Points::from_millis(1_000));
            policy
        };
        let put = async |expected, policy, activate_at| {
            let new = NewPolicy { expected, comment: None, activate_at, dry_run: false };
            replica.service.put_policy(&place.caller, place.community, new, policy, None).await.unwrap();
        };
        put(1, policy(100), None).await;
        let order = ActOrder {
            member: PersonRef::Identity(Identity::parse("discord:0").unwrap()),
            actor: None,
            act: Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap(),
            dry_run: false,
            in_hand: None,
        };
        replica.service.act(&place.caller, place.community, order, None).await.unwrap();
        let page = After { after: None, limit: 9 };
        let held = async |replica: &Replica| {
            let all = replica.store.sanctions(place.caller.tenant, place.community, &SanctionFilter::default(), page).await;
            all.unwrap().remove(0)
        };
        let day = |days: i64| Some(TestClock::START + days * 86_400);
        assert_eq!(held(&replica).await.sanction.end.map(|end| end.seconds()), day(21));
        clock.advance(86_400);
        put(2, policy(1_000), None).await;
        replica.watch();
        // 2.9 points are left, which fall one a day from now on, until 0.9 are shown.
        let moved = wait::until_async("the end to move", SOON, async || {
            let end = held(&replica).await.sanction.end.map(|end| end.seconds());
            (end != day(21)).then_some(end)
        });
        assert_eq!(moved.await, day(3));
        clock.advance(2 * 86_400);
        assert_eq!(replica.recorded(&place).await, (1, 1));
        let ended = held(&replica).await.ended.unwrap();
        assert_eq!((ended.0, Some(ended.1.seconds())), (Ending::Expired, day(3)));
        replica.stop().await;
    }

    /// A version that comes into force later moves the ends of what holds while the points are high at its own moment: by the
    /// job that writes it down, which makes up for what it missed.
    async fn a_scheduled_version_moves_the_ends_at_its_moment(store) {
        let clock = TestClock::new();
        let mut replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        let put = async |expected, rate, activate_at| {
            let mut policy = Policy { duplicate_window: 0, decay: Decay::Linear { rate, grace: 0 }, ..Policy::default() };
            policy.weights.insert(Kind::Warn, Points::from_millis(3_000));
            policy.ladder.truncate(1);
            policy.ladder[0].remedy.duration = None;
            policy.ladder[0].reset_below = Points::from_millis(1_000);
            policy.ladder[0].remedy.while_above = Some(Points::from_millis(1_000));
            let new = NewPolicy { expected, comment: None, activate_at, dry_run: false };
            replica.service.put_policy(&place.caller, place.community, new, policy, None).await.unwrap();
        };
        put(1, 100, None).await;
        let day = |days: i64| Instant::new(TestClock::START + days * 86_400).unwrap();
        put(2, 1_000, Some(day(1))).await;
        let order = ActOrder {
            member: PersonRef::Identity(Identity::parse("discord:0").unwrap()),
            actor: None,
            act: Act::new(Kind::Warn, Detail::default(), Particulars::default()).unwrap(),
            dry_run: false,
            in_hand: None,
        };
        replica.service.act(&place.caller, place.community, order, None).await.unwrap();
        let page = After { after: None, limit: 9 };
        let end = async |replica: &Replica| {
            let all = replica.store.sanctions(place.caller.tenant, place.community, &SanctionFilter::default(), page).await;
            all.unwrap().remove(0).sanction.end
        };
        assert_eq!(end(&replica).await, Some(day(21)), "nothing has come into force yet");
        clock.advance(86_400 + 3_600);
        replica.watch();
        let moved = wait::until_async("the end to move", SOON, async || {
            let end = end(&replica).await;
            (end != Some(day(21))).then_some(end)
        });
        assert_eq!(moved.await, Some(day(3)));
        assert_eq!(replica.told(&place, "policy.activated").await, 2);
        replica.stop().await;
    }

    /// Events older than their time go, in as many steps as it takes; whoever has not read them is told.
    async fn old_events_are_forgotten(store) {
        let clock = TestClock::new();
        let replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        let read = async |after: Option<i64>| {
            let query = EventQuery::default();
            replica.service.events(&place.caller, query, After { after, limit: 500 }).await
        };
        let old = read(None).await.unwrap().next_cursor.parse().unwrap();
        clock.advance(86_401);
        place.rename(&replica, "younger").await;
        let (stopper, stop) = stopper();
        let age = Duration::from_secs(48 * 3_600);
        let retention = Retention { store: replica.store.clone(), age, events: EVENTS_KEPT, deliveries: EVENTS_KEPT };
        let job = tokio::spawn(retention.run(stop));
        let gone = wait::until_async("the old events to go", SOON, async || match read(Some(0)).await {
            Err(ServiceError::EventsGone { gone }) => Some(gone),
            _ => None,
        });
        assert_eq!(gone.await, old);
        stopper.stop();
        job.await.unwrap();
        assert_eq!(read(None).await.unwrap().items.len(), 1);
        assert_eq!(read(Some(old)).await.unwrap().items.len(), 1);
        replica.stop().await;
    }

    /// Answers older than the retention go, in as many steps as it takes; younger ones are still given again.
    async fn old_answers_are_forgotten(store) {
        const RETENTION: Duration = Duration::from_secs(48 * 3_600);
        let clock = TestClock::new();
        let replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        let repeat = async |key: &str| {
            let claim = Claim { key: key.to_owned(), fingerprint: [1; 32] };
            let made = replica.service.create_community(&place.caller, (key.to_owned(), Looks::default()), Vec::new(), None, Some(claim)).await;
            made.unwrap().replayed
        };
        assert!(!repeat("old").await);
        clock.advance(30 * 3_600);
        assert!(!repeat("young").await && repeat("old").await);
        clock.advance(30 * 3_600);
        let (stopper, stop) = stopper();
        let job = tokio::spawn(Retention { store: replica.store.clone(), age: RETENTION, events: EVENTS_KEPT, deliveries: EVENTS_KEPT }.run(stop));
        wait::until_async("the old answer to go", SOON, async || (!repeat("old").await).then_some(())).await;
        stopper.stop();
        job.await.unwrap();
        assert!(repeat("young").await, "the young answer is gone too");
        replica.stop().await;
    }
}

#[tokio::test]
async fn two_replicas_record_each_end_once() {
    let store = TestStore::postgres().await;
    let clock = TestClock::new();
    let mut one = Replica::start(&store, &clock).await;
    let mut other = Replica::start(&store, &clock).await;
    let place = Place::make(&one).await;
    one.mute(&place, 300, |number| 60 + i64::try_from(number / 10).unwrap())
        .await;
    one.watch();
    other.watch();
    for _ in 0..10 {
        clock.advance(10);
        tokio::task::yield_now().await;
    }
    assert_eq!(one.recorded(&place).await, (300, 300));
    // What a slow replica still had in hand comes to nothing.
    one.stop().await;
    assert_eq!(other.ends(&place).await, (300, 300));
    other.stop().await;
}

/// Of two replicas that both find a version in force, one says so.
#[tokio::test]
async fn two_replicas_tell_of_each_version_once() {
    let store = TestStore::postgres().await;
    let clock = TestClock::new();
    let mut one = Replica::start(&store, &clock).await;
    let mut other = Replica::start(&store, &clock).await;
    let place = Place::make(&one).await;
    one.watch();
    other.watch();
    for version in 1..=5 {
        let new = NewPolicy {
            expected: version,
            comment: None,
            activate_at: Some(Instant::new(TestClock::START + i64::from(version) * 10).unwrap()),
            dry_run: false,
        };
        let put = one
            .service
            .put_policy(&place.caller, place.community, new, Policy::default(), None);
        put.await.unwrap();
        clock.advance(10);
        wait::until_async("the version to be told of", SOON, async || {
            one.store.next_policy().await.unwrap().is_none().then_some(())
        })
        .await;
    }
    one.stop().await;
    assert_eq!(other.told(&place, "policy.activated").await, 5);
    assert_eq!(other.told(&place, "policy.scheduled").await, 5);
    other.stop().await;
}
