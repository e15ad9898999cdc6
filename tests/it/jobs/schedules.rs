//! Acts and reminders at a time, carried out by the job: as they fall due, what is overdue in order, and once among replicas.

use tribune::domain::cron::Cron;
use tribune::domain::schedule::{Reminder, Timing};
use tribune::http::item::kept_problem;
use tribune::jobs::schedules::Schedules;
use tribune::ports::schedules::ScheduleFilter;
use tribune::service::schedules::TaskOrder;

use super::*;

impl Replica {
    /// The job.
    pub(super) fn schedules(&self) -> Schedules {
        Schedules {
            store: self.store.clone(),
            service: self.service.clone(),
            problem: kept_problem,
            clock: self.clock.clone(),
            interval: Duration::from_millis(20),
        }
    }

    /// Warns member `number` at a moment, with the number as the reason.
    async fn warn_at(&self, at: &Place, number: usize, timing: Timing) {
        let particulars = Particulars {
            reason: Some(number.to_string()),
            ..Particulars::default()
        };
        let mut act = Act::new(Kind::Warn, Detail::default(), particulars).unwrap();
        act.allow_duplicate = true;
        let order = ActOrder {
            member: PersonRef::Identity(Identity::parse(&format!("discord:{}", number % 10)).unwrap()),
            actor: None,
            act,
            dry_run: false,
            in_hand: None,
        };
        self.schedule(at, TaskOrder::Act(Box::new(order)), timing).await;
    }

    async fn remind_at(&self, at: &Place, timing: Timing) {
        let reminder = Reminder {
            text: "Look".to_owned(),
            named: None,
            data: None,
        };
        self.schedule(at, TaskOrder::Reminder(reminder, None), timing)
            .await;
    }

    async fn schedule(&self, at: &Place, task: TaskOrder, timing: Timing) {
        let made = self
            .service
            .create_schedule(&at.caller, at.community, (task, timing), None);
        made.await.unwrap();
    }

    fn after(&self, seconds: usize) -> Timing {
        use tribune::ports::clock::Clock as _;
        Timing::At(self.clock.now() + chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap()))
    }

    /// Waits until nothing is scheduled any more.
    async fn all_done(&self) {
        wait::until_async("all schedules to be done", SOON, async || {
            self.store.next_schedule().await.unwrap().is_none().then_some(())
        })
        .await;
    }

    /// The reasons of the cases, oldest first.
    async fn warned(&self, at: &Place) -> Vec<usize> {
        let page = After {
            after: None,
            limit: 10_000,
        };
        let filter = CaseFilter {
            kind: Some(Kind::Warn),
            ..CaseFilter::default()
        };
        let cases = self.store.cases(at.caller.tenant, at.community, &filter, page);
        let cases = cases.await.unwrap();
        let reasons = cases.iter().rev().map(|case| case.particulars.reason.as_ref());
        reasons.map(|reason| reason.unwrap().parse().unwrap()).collect()
    }
}

on_every_store! {
    /// Each runs when its time has come, and not before.
    async fn schedules_run_as_they_fall_due(store) {
        let clock = TestClock::new();
        let mut replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        replica.warn_at(&place, 1, replica.after(60)).await;
        replica.warn_at(&place, 2, replica.after(3_600)).await;
        let daily = Cron::parse("0 9 * * *", "Europe/Berlin").unwrap();
        replica.remind_at(&place, Timing::Every { times: Box::new(daily), from: None, until: None }).await;
        replica.watch();
        clock.advance(61);
        wait::until_async("the first act", SOON, async || (!replica.warned(&place).await.is_empty()).then_some(())).await;
        assert_eq!((replica.warned(&place).await, replica.told(&place, "reminder.due").await), (vec![1], 0));
        clock.advance(3_600);
        wait::until_async("the second act", SOON, async || (replica.warned(&place).await.len() > 1).then_some(())).await;
        for day in 1..=2 {
            clock.advance(86_400);
            wait::until_async("the reminder", SOON, async || (replica.told(&place, "reminder.due").await >= day).then_some(())).await;
        }
        assert_eq!((replica.warned(&place).await, replica.told(&place, "reminder.due").await), (vec![1, 2], 2));
        replica.stop().await;
    }

    /// What fell due while nobody served runs first to last, and more of it than are taken at once.
    async fn what_was_due_at_the_start_runs_in_order(store) {
        let clock = TestClock::new();
        let replica = Replica::start(&store, &clock).await;
        let place = Place::make(&replica).await;
        for number in (0..520).rev() {
            replica.warn_at(&place, number, replica.after(60 + number)).await;
        }
        replica.stop().await;
        clock.advance(86_400);
        let mut replica = Replica::start(&store, &clock).await;
        replica.watch();
        replica.all_done().await;
        assert_eq!(replica.warned(&place).await, (0..520).collect::<Vec<_>>());
        assert_eq!(replica.told(&place, "schedule.ran").await, 520);
        replica.stop().await;
    }
}

/// Two replicas that look at the same time have each run once, and in the order of its community.
#[tokio::test]
async fn two_replicas_run_each_schedule_once() {
    let store = TestStore::postgres().await;
    let clock = TestClock::new();
    let mut one = Replica::start(&store, &clock).await;
    let mut other = Replica::start(&store, &clock).await;
    let place = Place::make(&one).await;
    for number in 0..150 {
        one.warn_at(&place, number, one.after(60 + number / 10)).await;
        one.remind_at(&place, one.after(60 + number / 10)).await;
    }
    one.watch();
    other.watch();
    for _ in 0..10 {
        clock.advance(10);
        tokio::task::yield_now().await;
    }
    one.all_done().await;
    one.stop().await;
    let seconds: Vec<_> = other.warned(&place).await.iter().map(|n| n / 10).collect();
    assert_eq!(seconds, (0..150).map(|n| n / 10).collect::<Vec<_>>());
    assert_eq!(other.told(&place, "reminder.due").await, 150);
    let page = After {
        after: None,
        limit: 1_000,
    };
    let filter = ScheduleFilter::default();
    let listed = other
        .store
        .schedules(place.caller.tenant, place.community, &filter, page);
    let listed = listed.await.unwrap();
    assert_eq!(listed.len(), 300);
    assert!(listed.iter().all(|schedule| schedule.runs == 1));
    other.stop().await;
}
