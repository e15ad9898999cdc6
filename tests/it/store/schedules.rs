//! Schedules: leased to one caller at a time in the order of their times, moved on once, counted, and forgotten.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use tribune::domain::actor::Actor;
use tribune::domain::cron::Cron;
use tribune::domain::id::ScheduleId;
use tribune::domain::kind::Kind;
use tribune::domain::refusal::Refusal;
use tribune::domain::schedule::{
    MOST_ACTIVE, NotTaken, Ran, Reminder, Schedule, State, Task, TaskKind, Timing,
};
use tribune::ports::answer::NewEvent;
use tribune::ports::clock::Clock as _;
use tribune::ports::directory::{Applied, Change, Conflict};
use tribune::ports::error::StoreError;
use tribune::ports::ledger::{Reply, RunOf, Submission};
use tribune::ports::schedules::{Doer, Leased, NewSchedule, ScheduleFilter, Settled};

use super::judge::REFUSED;
use super::world::{
    Home, World, act, changed, done, everything, identity, not_found, page, person, uuid, warn,
};
use crate::support::store::TestStore;

const LEASE: Duration = Duration::from_secs(30);

fn reminder(home: Home, timing: Timing) -> NewSchedule {
    NewSchedule {
        community: home.community,
        id: ScheduleId(uuid()),
        task: Task::Reminder(Reminder {
            text: "Look".to_owned(),
            named: None,
            data: None,
        }),
        member: None,
        doer: Doer::Other(Actor::Key { key: home.key }),
        key: home.key,
        timing,
    }
}

fn hourly() -> Timing {
    Timing::Every {
        times: Box::new(Cron::parse("0 * * * *", "Europe/Berlin").unwrap()),
        from: None,
        until: None,
    }
}

/// What a run comes to, with an event that says so.
fn settled(schedule: &Schedule, now: DateTime<Utc>) -> Settled {
    let mut after = schedule.clone();
    after.settle(Ran::Done(Some(7)), now);
    Settled {
        version: schedule.version,
        events: vec![NewEvent {
            kind: "reminder.due",
            community: Some(schedule.community),
            user: None,
            at: now,
            data: "{}".to_owned(),
        }],
        schedule: after,
    }
}

/// Copies the one schedule that there is, quicker than as many requests would.
async fn copy(database: &TestStore, copies: i64) {
    const COLUMNS: &str = "version, kind, state, key_id, actor, task, timing, created_at, due_at, since, attempts, runs, failures";
    let (id, numbers) = match database {
        TestStore::Sqlite { .. } => (
            "randomblob(16)",
            format!(
                "(WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT {copies}) SELECT n FROM n)"
            ),
        ),
        TestStore::Postgres { .. } => ("gen_random_uuid()", format!("generate_series(1, {copies})")),
    };
    let into = format!("INSERT INTO schedules (tenant_id, community_id, schedule_id, {COLUMNS})");
    let from = format!("SELECT tenant_id, community_id, {id}, {COLUMNS} FROM schedules, {numbers}");
    execute(database, format!("{into} {from}")).await;
}

/// Does what no request does.
async fn execute(database: &TestStore, statement: String) {
    let (url, statement) = (database.database_url(), AssertSqlSafe(statement));
    match database {
        TestStore::Sqlite { .. } => {
            let options: SqliteConnectOptions = url.parse().unwrap();
            let mut connection = options.connect().await.unwrap();
            connection.execute(statement).await.unwrap();
        }
        TestStore::Postgres { .. } => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            connection.execute(statement).await.unwrap();
        }
    }
}

impl World {
    fn at(&self, seconds: i64) -> Timing {
        Timing::At(self.clock.now() + TimeDelta::seconds(seconds))
    }

    async fn set(&self, new: NewSchedule) -> ScheduleId {
        let id = new.id;
        let change = Change::CreateSchedule(Box::new(new));
        changed(self.apply(self.home.tenant, change).await);
        id
    }

    async fn stands(&self, id: ScheduleId) -> Schedule {
        let Home {
            tenant, community, ..
        } = self.home;
        self.store.schedule(tenant, community, id).await.unwrap()
    }

    async fn leased(&self, limit: u32) -> Leased {
        self.store.lease_schedules(limit, LEASE).await.unwrap()
    }

    async fn leased_ids(&self, limit: u32) -> Vec<ScheduleId> {
        let leased = self.leased(limit).await;
        leased.due.iter().map(|due| due.schedule.id).collect()
    }

    async fn reminded(&self) -> usize {
        let events = self.events(self.home.tenant).await;
        events.iter().filter(|event| event.kind == "reminder.due").count()
    }

    async fn change_schedule(&self, id: ScheduleId, retry: bool) -> Applied {
        let Home {
            tenant,
            community,
            key,
        } = self.home;
        let change = if retry {
            Change::RetrySchedule { community, id, key }
        } else {
            Change::CancelSchedule { community, id }
        };
        self.apply(tenant, change).await.unwrap()
    }
}

on_every_store! {
    /// What is written is read again, to the last part; and nothing is due before its time.
    async fn a_schedule_is_read_as_it_was_made(store) {
        let world = World::new(store).await;
        let home = world.home;
        let doer = Doer::Person(person("ann"));
        let new = NewSchedule { member: Some(person("bob")), doer, ..reminder(home, hourly()) };
        let id = world.set(new.clone()).await;
        let made = world.stands(id).await;
        let actor = Actor::Human { user: world.user("ann").await, identity: Some(identity("ann")), key: Some(home.key), asserted: None };
        let expected = new.schedule(home.tenant, Some(world.user("bob").await), actor, world.clock.now()).unwrap();
        assert_eq!(made, expected);
        assert_eq!(world.store.next_schedule().await.unwrap(), made.due_at);
        assert_eq!(world.leased_ids(10).await, []);
        let elsewhere = world.another_community().await;
        not_found(world.store.schedule(home.tenant, elsewhere.community, id).await, "schedule");
        not_found(world.store.schedule(world.another_home().await.tenant, home.community, id).await, "schedule");
    }

    /// The longest overdue first, to one caller at a time, each time counted as an attempt; and of one community to one caller alone, because
    /// what another does at the same time would have no order.
    async fn schedules_are_leased_in_order(store) {
        let world = World::new(store).await;
        let (home, elsewhere) = (world.home, world.another_community().await);
        let mut ids = Vec::new();
        for seconds in [30, 10, 20] {
            ids.push(world.set(reminder(home, world.at(seconds))).await);
        }
        let other = world.set(reminder(elsewhere, world.at(25))).await;
        world.clock.advance(25);
        assert_eq!(world.leased_ids(1).await, [ids[1]]);
        assert_eq!(world.leased_ids(10).await, [other], "the first is in hand, and the second waits for it");
        assert_eq!(world.leased_ids(10).await, []);
        let run = world.stands(ids[1]).await;
        assert_eq!(world.store.settle_runs(&[settled(&run, world.clock.now())]).await.unwrap(), [ids[1]]);
        assert_eq!(world.leased_ids(10).await, [ids[2]], "the last is not due");
        assert_eq!(world.leased_ids(10).await, []);
        world.clock.advance(30);
        let leased = world.leased(10).await;
        assert_eq!(leased.now, world.clock.now());
        let due: Vec<_> = leased.due.iter().map(|due| (due.schedule.id, due.schedule.attempts)).collect();
        assert_eq!(due, [(ids[2], 2), (other, 2), (ids[0], 1)]);
        assert!(leased.due.iter().all(|due| due.key.as_ref().unwrap().id == home.key && due.closed.is_none()));
    }

    /// With a schedule comes what is needed to know whether it may be carried out: its key, and what is archived.
    async fn what_is_archived_is_told(store) {
        let world = World::new(store).await;
        let (home, archived) = (world.home, world.another_community().await);
        world.set(reminder(home, world.at(1))).await;
        world.set(reminder(archived, world.at(2))).await;
        let deleted = world.another_community().await;
        world.set(reminder(deleted, world.at(3))).await;
        for id in [archived.community, deleted.community] {
            changed(world.apply(home.tenant, Change::ArchiveCommunity { id, archived: true }).await);
        }
        changed(world.apply(home.tenant, Change::DeleteCommunity(deleted.community)).await);
        changed(world.apply(home.tenant, Change::RevokeKey(home.key)).await);
        world.clock.advance(3);
        let due = world.leased(10).await.due;
        let closed: Vec<_> = due.iter().map(|due| due.closed.clone()).collect();
        assert_eq!(closed, [None, Some(Refusal::Archived)], "what goes with its community is nobody's to carry out");
        assert!(due.iter().all(|due| due.key.as_ref().unwrap().revoked_at.is_some()));
        let change = Change::ArchiveTenant { id: home.tenant, archived: true };
        changed(world.apply(world.another_home().await.tenant, change).await);
        world.clock.advance(30);
        let closed: Vec<_> = world.leased(10).await.due.into_iter().map(|due| due.closed).collect();
        assert_eq!(closed, [Some(Refusal::TenantArchived), Some(Refusal::TenantArchived)]);
    }

    /// Whoever settles first moves the schedule on, with the events; whoever comes late changes nothing, and tells nothing.
    async fn a_run_is_settled_once(store) {
        let world = World::new(store).await;
        let (once, again) = (world.set(reminder(world.home, world.at(5))).await, world.set(reminder(world.home, hourly())).await);
        world.clock.advance(3_600);
        let leased = world.leased(10).await;
        let runs: Vec<_> = leased.due.iter().map(|due| settled(&due.schedule, leased.now)).collect();
        assert_eq!(world.store.settle_runs(&runs).await.unwrap(), [once, again]);
        assert_eq!(world.store.settle_runs(&runs).await.unwrap(), []);
        assert_eq!(world.reminded().await, 2);
        assert_eq!(world.stands(once).await, runs[0].schedule);
        assert_eq!(world.stands(again).await, runs[1].schedule);
        assert_eq!(world.store.next_schedule().await.unwrap(), runs[1].schedule.due_at);
        // The next run is not leased any more, and two at once are one.
        world.clock.advance(3_600);
        let leased = world.leased(10).await;
        let run = [settled(&leased.due[0].schedule, leased.now)];
        let (one, other) = tokio::join!(world.store.settle_runs(&run), world.store.settle_runs(&run));
        assert_eq!(one.unwrap().len() + other.unwrap().len(), 1);
        assert_eq!((world.reminded().await, world.stands(again).await.runs), (3, 2));
    }

    /// An act moves its schedule on in its own transaction. Whoever hands the same run in once more, later or in the same batch, does nothing.
    async fn an_act_moves_its_schedule_on(store) {
        let world = World::new(store).await;
        let home = world.home;
        let id = world.set(reminder(home, hourly())).await;
        world.clock.advance(3_600);
        let due = world.leased(10).await.due.remove(0).schedule;
        let run = Some(RunOf { schedule: id, version: due.version });
        let (act, after) = (Submission { run, ..warn(home, "ann") }, warn(home, "bob"));
        let mut replies = world.decide_all(&[act.clone(), act.clone(), after]).await;
        done(replies.remove(2));
        not_found(replies.remove(1), "run of a schedule");
        let number: i64 = done(replies.remove(0)).tag.parse().unwrap();
        let mut expected = due.clone();
        expected.settle(Ran::Done(Some(number)), world.clock.now());
        assert_eq!(world.stands(id).await, expected);
        not_found(world.decide(act).await, "run of a schedule");
        assert_eq!(world.store.settle_runs(&[settled(&due, world.clock.now())]).await.unwrap(), []);
        assert_eq!((world.cases(home).await.len(), world.stands(id).await), (2, expected));
    }

    /// What is refused moves nothing on, and what was taken back is not done.
    async fn a_run_that_is_refused_moves_nothing_on(store) {
        let world = World::new(store).await;
        let home = world.home;
        let id = world.set(reminder(home, hourly())).await;
        world.clock.advance(3_600);
        let due = world.leased(10).await.due.remove(0).schedule;
        let run = Some(RunOf { schedule: id, version: due.version });
        let refused = Submission { run, ..act(home, person("ann"), Kind::Warn, None, REFUSED) };
        assert!(matches!(world.decide(refused).await, Ok(Reply::Refused(_))));
        assert_eq!(world.stands(id).await, due);
        world.change_schedule(id, false).await;
        not_found(world.decide(Submission { run, ..warn(home, "ann") }).await, "run of a schedule");
        let elsewhere = Submission { run, ..warn(world.another_home().await, "ann") };
        not_found(world.decide(elsewhere).await, "run of a schedule");
        assert_eq!(world.cases(home).await, []);
    }

    /// One that cannot be read is told, and is in nobody's way.
    async fn what_cannot_be_read_keeps_nobody_waiting(store) {
        let world = World::new(store).await;
        let home = world.home;
        world.set(NewSchedule { member: Some(person("bob")), ..reminder(home, world.at(1)) }).await;
        let sound = world.set(reminder(home, world.at(2))).await;
        let ruin = "UPDATE schedules SET timing = '{\"at\":\"never\"}' WHERE user_id IS NOT NULL";
        execute(&world.database, ruin.to_owned()).await;
        world.clock.advance(2);
        let leased = world.leased(10).await;
        assert_eq!(leased.due.iter().map(|due| due.schedule.id).collect::<Vec<_>>(), [sound]);
        let corrupt = &leased.unreadable[0];
        assert!(matches!(corrupt, StoreError::Corrupt { table: "schedules", column: "timing", .. }), "{corrupt:?}");
        assert_eq!(leased.unreadable.len(), 1);
    }

    /// What was taken back meanwhile is not moved on.
    async fn what_was_cancelled_meanwhile_stays_so(store) {
        let world = World::new(store).await;
        let id = world.set(reminder(world.home, hourly())).await;
        world.clock.advance(3_600);
        let leased = world.leased(10).await;
        assert!(matches!(world.change_schedule(id, false).await, Applied::Done(_)));
        let run = settled(&leased.due[0].schedule, leased.now);
        assert_eq!(world.store.settle_runs(&[run]).await.unwrap(), []);
        assert_eq!((world.stands(id).await.state, world.reminded().await), (State::Cancelled, 0));
        let ended = Applied::Conflict(Conflict::Schedule(NotTaken::Ended(State::Cancelled)));
        assert_eq!(world.change_schedule(id, true).await, ended);
    }

    /// A run that failed is tried again, at once, as the run that it was.
    async fn a_run_that_failed_is_due_again(store) {
        let world = World::new(store).await;
        let id = world.set(reminder(world.home, world.at(5))).await;
        let other = world.set(reminder(world.home, hourly())).await;
        let nothing = Applied::Conflict(Conflict::Schedule(NotTaken::NothingFailed));
        assert_eq!(world.change_schedule(other, true).await, nothing);
        world.clock.advance(5);
        let leased = world.leased(10).await;
        let before = leased.due[0].schedule.clone();
        let mut run = settled(&before, leased.now);
        run.schedule = before.clone();
        run.schedule.settle(Ran::Refused { problem: "{}".into(), for_good: false }, leased.now);
        world.store.settle_runs(&[run]).await.unwrap();
        assert_eq!(world.stands(id).await.state, State::Failed);
        world.clock.advance(60);
        assert!(matches!(world.change_schedule(id, true).await, Applied::Done(_)));
        let again = world.leased(10).await.due.remove(0).schedule;
        assert_eq!((again.since, again.due_at), (before.due_at, Some(world.clock.now())));
    }

    /// A schedule that would never run is none.
    async fn what_never_runs_is_refused(store) {
        let world = World::new(store).await;
        let now = world.clock.now();
        let change = Change::CreateSchedule(Box::new(reminder(world.home, Timing::At(now))));
        let refused = world.apply(world.home.tenant, change).await.unwrap();
        assert_eq!(refused, Applied::Conflict(Conflict::NeverRuns { once: true, now }));
    }

    /// A community has so many at most that are active; those that have ended do not count.
    async fn there_is_an_end_to_schedules(store) {
        let world = World::new(store).await;
        let first = world.set(reminder(world.home, world.at(60))).await;
        copy(&world.database, MOST_ACTIVE - 1).await;
        let another = || Change::CreateSchedule(Box::new(reminder(world.home, world.at(60))));
        let refused = world.apply(world.home.tenant, another()).await.unwrap();
        assert_eq!(refused, Applied::Conflict(Conflict::TooManySchedules));
        let elsewhere = world.another_community().await;
        world.set(reminder(elsewhere, world.at(60))).await;
        world.change_schedule(first, false).await;
        changed(world.apply(world.home.tenant, another()).await);
    }

    /// In every way in which they are listed they come newest first, in pages.
    async fn lists_have_an_order_and_pages(store) {
        let world = World::new(store).await;
        let home = world.home;
        let mut ids = Vec::new();
        for number in 0..5 {
            let member = (number % 2 == 0).then(|| person("bob"));
            ids.push(world.set(NewSchedule { member, ..reminder(home, hourly()) }).await);
        }
        world.change_schedule(ids[4], false).await;
        let bob = Some(world.user("bob").await);
        let list = async |filter: ScheduleFilter, page| {
            let found = world.store.schedules(home.tenant, home.community, &filter, page).await.unwrap();
            found.iter().map(|schedule| ids.iter().position(|id| *id == schedule.id).unwrap()).collect::<Vec<_>>()
        };
        let all = ScheduleFilter::default();
        assert_eq!(list(all, everything()).await, [4, 3, 2, 1, 0]);
        assert_eq!(list(all, page(Some(ids[3]), 2)).await, [2, 1]);
        let active = ScheduleFilter { state: Some(State::Active), ..all };
        assert_eq!(list(active, page(None, 2)).await, [3, 2]);
        let of_bob = ScheduleFilter { user: bob, ..all };
        assert_eq!(list(of_bob, everything()).await, [4, 2, 0]);
        assert_eq!(list(ScheduleFilter { user: bob, ..active }, page(Some(ids[2]), 9)).await, [0]);
        assert_eq!(list(ScheduleFilter { kind: Some(TaskKind::Act), ..of_bob }, everything()).await, Vec::<usize>::new());
        not_found(world.store.schedules(home.tenant, tribune::domain::id::CommunityId(uuid()), &all, everything()).await, "community");
    }

    /// What ended long ago is forgotten, a little at a time; what is active is not.
    async fn what_ended_long_ago_is_forgotten(store) {
        let world = World::new(store).await;
        let day = Duration::from_secs(86_400);
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(world.set(reminder(world.home, hourly())).await);
        }
        for id in &ids[..3] {
            world.change_schedule(*id, false).await;
        }
        assert_eq!(world.store.forget_schedules(day, 10).await.unwrap(), 0);
        world.clock.advance(86_401);
        assert_eq!(world.store.forget_schedules(day, 2).await.unwrap(), 2);
        assert_eq!(world.store.forget_schedules(day, 2).await.unwrap(), 1);
        assert_eq!(world.store.forget_schedules(day, 2).await.unwrap(), 0);
        assert_eq!(world.stands(ids[3]).await.state, State::Active);
    }
}
