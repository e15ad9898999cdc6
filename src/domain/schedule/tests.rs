//! How a schedule moves on: run by run, after outages and failures, and to its end.

use super::*;
use uuid::Uuid;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn every(expression: &str, from: Option<&str>, until: Option<&str>) -> Timing {
    Timing::Every {
        times: Box::new(Cron::parse(expression, "Europe/Berlin").unwrap()),
        from: from.map(utc),
        until: until.map(utc),
    }
}

const NOW: &str = "2026-11-27T07:00:00Z";

fn schedule(timing: Timing) -> Schedule {
    let first = timing.first(utc(NOW)).unwrap();
    let key = KeyId(Uuid::from_u128(1));
    Schedule {
        tenant: TenantId(Uuid::nil()),
        community: CommunityId(Uuid::nil()),
        id: ScheduleId(Uuid::nil()),
        version: 1,
        state: State::Active,
        task: Task::Reminder(Reminder {
            text: "Look".to_owned(),
            named: None,
            data: None,
        }),
        user: None,
        actor: Actor::Key { key },
        key,
        timing,
        created_at: utc(NOW),
        ended_at: None,
        due_at: Some(first),
        since: Some(first),
        attempts: 1,
        runs: 0,
        failures: 0,
        last_run: None,
    }
}

fn refused(for_good: bool) -> Ran {
    let problem = "{}".to_owned();
    Ran::Refused { problem, for_good }
}

fn last(schedule: &Schedule) -> &Run {
    schedule.last_run.as_ref().unwrap()
}

#[test]
fn what_runs_once_is_done_or_has_failed() {
    let at = utc("2026-11-27T08:00:00Z");
    let mut done = schedule(Timing::At(at));
    done.settle(Ran::Done(Some(7)), at);
    assert_eq!((done.state, done.due_at, done.since), (State::Done, None, None));
    assert_eq!((done.version, done.runs, done.ended_at), (2, 1, Some(at)));
    assert_eq!(
        (last(&done).case, last(&done).outcome),
        (Some(7), Outcome::Succeeded)
    );

    let mut failed = schedule(Timing::At(at));
    failed.settle(refused(false), at);
    assert_eq!((failed.state, failed.failures), (State::Failed, 1));
    assert_eq!(last(&failed).problem.as_deref(), Some("{}"));

    let mut held = schedule(Timing::At(at));
    held.settle(Ran::Held(HeldId(Uuid::nil())), at);
    assert_eq!((held.state, last(&held).outcome), (State::Done, Outcome::Held));
}

#[test]
fn what_comes_again_stands_at_its_next_time_even_when_it_failed() {
    let mut daily = schedule(every("0 9 * * *", None, None));
    assert_eq!(daily.due_at, Some(utc("2026-11-27T08:00:00Z")));
    daily.settle(refused(false), utc("2026-11-27T08:00:01Z"));
    assert_eq!((daily.state, daily.failures), (State::Active, 1));
    assert_eq!(daily.due_at, Some(utc("2026-11-28T08:00:00Z")));
    daily.settle(Ran::Done(None), utc("2026-11-28T08:00:01Z"));
    assert_eq!((daily.runs, daily.failures, daily.version), (2, 0, 3));
    assert_eq!((last(&daily).missed, last(&daily).attempts), (0, 0));
}

#[test]
fn times_that_were_missed_are_one_run_for_the_last_of_them() {
    let mut hourly = schedule(every("0 * * * *", None, None));
    hourly.settle(Ran::Done(None), utc("2026-11-27T11:30:00Z"));
    let run = last(&hourly);
    assert_eq!(
        (run.since, run.due_at, run.missed),
        (utc("2026-11-27T08:00:00Z"), utc("2026-11-27T11:00:00Z"), 3)
    );
    assert_eq!(hourly.due_at, Some(utc("2026-11-27T12:00:00Z")));

    let mut busy = schedule(every("* * * * *", None, None));
    busy.settle(Ran::Done(None), utc("2027-03-01T00:00:30Z"));
    let run = last(&busy);
    assert_eq!(
        (run.due_at, run.missed),
        (utc("2027-03-01T00:00:00Z"), MOST_MISSED)
    );
    assert_eq!(busy.due_at, Some(utc("2027-03-01T00:01:00Z")));
}

#[test]
fn it_runs_from_and_until_the_moments_that_are_given() {
    let timing = every(
        "0 9 * * *",
        Some("2026-12-01T08:00:00Z"),
        Some("2026-12-02T08:00:00Z"),
    );
    let mut bounded = schedule(timing);
    assert_eq!(bounded.due_at, Some(utc("2026-12-01T08:00:00Z")));
    bounded.settle(Ran::Done(None), utc("2026-12-01T08:00:00Z"));
    assert_eq!(bounded.due_at, Some(utc("2026-12-02T08:00:00Z")));
    bounded.settle(Ran::Done(None), utc("2026-12-02T08:00:00Z"));
    assert_eq!((bounded.state, bounded.due_at), (State::Done, None));
    // After an outage beyond its end the last time that there was is made up for.
    let mut late = schedule(every("0 9 * * *", None, Some("2026-11-28T09:00:00Z")));
    late.settle(Ran::Done(None), utc("2026-12-24T00:00:00Z"));
    assert_eq!(
        (late.state, last(&late).due_at, last(&late).missed),
        (State::Done, utc("2026-11-28T08:00:00Z"), 1)
    );
}

#[test]
fn what_never_runs_has_no_first_time() {
    assert_eq!(Timing::At(utc(NOW)).first(utc(NOW)), None, "now is not ahead");
    let far = utc(NOW) + FARTHEST;
    assert_eq!(Timing::At(far).first(utc(NOW)), Some(far));
    assert_eq!(Timing::At(far + TimeDelta::seconds(1)).first(utc(NOW)), None);
    assert_eq!(every("0 0 31 2 *", None, None).first(utc(NOW)), None);
    assert_eq!(every("0 9 * * *", None, Some(NOW)).first(utc(NOW)), None);
}

#[test]
fn it_is_given_up_after_many_failures_or_for_good() {
    let mut hourly = schedule(every("0 * * * *", None, None));
    for _ in 1..MOST_FAILURES {
        let due = hourly.due_at.unwrap();
        hourly.settle(refused(false), due);
        assert_eq!(hourly.state, State::Active);
    }
    let due = hourly.due_at.unwrap();
    hourly.settle(refused(false), due);
    assert_eq!((hourly.state, hourly.failures), (State::Failed, MOST_FAILURES));

    let mut revoked = schedule(every("0 * * * *", None, None));
    revoked.settle(refused(true), utc("2026-11-27T08:00:00Z"));
    assert_eq!((revoked.state, revoked.runs), (State::Failed, 1));
}

#[test]
fn the_run_that_failed_is_tried_again() {
    let key = KeyId(Uuid::from_u128(2));
    let mut hourly = schedule(every("0 * * * *", None, None));
    let first = hourly.since;
    assert_eq!(hourly.retry(key, utc(NOW)), Err(NotTaken::NothingFailed));
    hourly.settle(refused(false), utc("2026-11-27T08:00:01Z"));
    hourly.retry(key, utc("2026-11-27T08:10:00Z")).unwrap();
    assert_eq!(
        (hourly.due_at, hourly.since),
        (Some(utc("2026-11-27T08:10:00Z")), first)
    );
    assert_eq!((hourly.key, &hourly.actor), (key, &Actor::Key { key }));
    hourly.settle(Ran::Done(None), utc("2026-11-27T08:10:01Z"));
    let run = last(&hourly);
    assert_eq!((run.due_at, run.missed), (utc("2026-11-27T08:00:00Z"), 0));
    assert_eq!(
        hourly.due_at,
        Some(utc("2026-11-27T09:00:00Z")),
        "the next time is not moved"
    );
    assert_eq!(hourly.retry(key, utc(NOW)), Err(NotTaken::NothingFailed));

    let mut once = schedule(Timing::At(utc("2026-11-27T08:00:00Z")));
    once.settle(refused(true), utc("2026-11-27T08:00:00Z"));
    once.retry(key, utc("2026-11-27T09:00:00Z")).unwrap();
    assert_eq!((once.state, once.ended_at), (State::Active, None));
    once.settle(Ran::Done(None), utc("2026-11-27T09:00:00Z"));
    assert_eq!(once.retry(key, utc(NOW)), Err(NotTaken::Ended(State::Done)));
}

#[test]
fn what_has_ended_is_not_taken_back() {
    let mut active = schedule(every("0 * * * *", None, None));
    assert_eq!(active.cancel(utc(NOW)), Ok(true));
    assert_eq!(
        (active.state, active.due_at, active.version),
        (State::Cancelled, None, 2)
    );
    assert_eq!(active.cancel(utc(NOW)), Ok(false));
    assert_eq!(
        active.retry(active.key, utc(NOW)),
        Err(NotTaken::Ended(State::Cancelled))
    );
    let mut done = schedule(Timing::At(utc("2026-11-27T08:00:00Z")));
    done.settle(Ran::Done(None), utc("2026-11-27T08:00:00Z"));
    assert_eq!(done.cancel(utc(NOW)), Err(NotTaken::Ended(State::Done)));
}

#[test]
fn names_lead_back_to_their_words() {
    assert!(
        State::ALL
            .iter()
            .all(|state| State::named(state.name()) == Some(*state))
    );
    assert!(
        TaskKind::ALL
            .iter()
            .all(|kind| TaskKind::named(kind.name()) == Some(*kind))
    );
    assert_eq!(Outcome::named("nothing"), None);
}
