//! Schedules as callers read them, and what the log says of them.

use super::case::{actor, text_map};
use super::held::asked;
use crate::domain::schedule::{Outcome, Reminder, Run, Schedule, Task, Timing};
use crate::ports::answer::NewEvent;
use crate::service::judge::json;
use chrono::{DateTime, Utc};
use wire::case::MemberRef;
use wire::event::{EventData, types};
use wire::schedule as shown;
use wire::time::Time;

/// A schedule.
pub(crate) fn schedule(schedule: &Schedule) -> shown::Schedule {
    let (act, reminder) = match &schedule.task {
        Task::Act(act) => (Some(asked(act)), None),
        Task::Reminder(reminder) => {
            let reminder = shown::ScheduledReminder {
                text: reminder.text.clone(),
                data: reminder.data.as_ref().map(text_map),
            };
            (None, Some(reminder))
        }
    };
    let (at, times, from, until) = match &schedule.timing {
        Timing::At(at) => (Some(*at), None, None, None),
        Timing::Every { times, from, until } => (None, Some(times), *from, *until),
    };
    shown::Schedule {
        id: schedule.id.to_string(),
        community: schedule.community.to_string(),
        kind: schedule.task.kind().into(),
        state: schedule.state.into(),
        member: member(schedule),
        actor: actor(&schedule.actor),
        act,
        reminder,
        at: at.map(Time),
        cron: times.map(|times| times.expression().to_owned()),
        time_zone: times.map(|times| times.time_zone().to_owned()),
        from: from.map(Time),
        until: until.map(Time),
        next_run_at: schedule.due_at.map(Time),
        runs: schedule.runs,
        failures: schedule.failures,
        last_run: schedule.last_run.as_ref().map(run),
        created_at: Time(schedule.created_at),
        ended_at: schedule.ended_at.map(Time),
    }
}

fn member(schedule: &Schedule) -> Option<MemberRef> {
    let named = match &schedule.task {
        Task::Act(act) => act.particulars.named.as_ref(),
        Task::Reminder(reminder) => reminder.named.as_ref(),
    };
    schedule.user.map(|user| MemberRef {
        user: Some(user.to_string()),
        identity: named.map(ToString::to_string),
    })
}

fn run(run: &Run) -> shown::ScheduleRun {
    let problem = run.problem.as_deref().map(serde_json::from_str);
    shown::ScheduleRun {
        due_at: Time(run.due_at),
        ran_at: Time(run.ran_at),
        outcome: run.outcome.into(),
        missed: run.missed,
        attempts: run.attempts,
        case: run.case,
        held_act: run.held.map(|held| held.to_string()),
        problem: problem.and_then(|read| {
            read.inspect_err(|error| tracing::error!(%error, "a kept problem cannot be read"))
                .ok()
        }),
    }
}

/// What the log says of a schedule as it stands now.
pub(crate) fn told(kind: &'static str, schedule: &Schedule, now: DateTime<Utc>) -> NewEvent {
    let data = EventData {
        schedule: Some(self::schedule(schedule)),
        ..EventData::default()
    };
    event(kind, schedule, &data, now)
}

/// What the log says of a run, which the schedule has just taken over.
pub(crate) fn ran(schedule: &Schedule, run: &Run) -> NewEvent {
    match (&schedule.task, run.outcome) {
        (_, Outcome::Failed) => told(types::SCHEDULE_FAILED, schedule, run.ran_at),
        (Task::Act(_), _) => told(types::SCHEDULE_RAN, schedule, run.ran_at),
        (Task::Reminder(reminder), _) => {
            let data = EventData {
                reminder: Some(due(schedule, reminder, run)),
                ..EventData::default()
            };
            event(types::REMINDER_DUE, schedule, &data, run.ran_at)
        }
    }
}

fn due(schedule: &Schedule, reminder: &Reminder, run: &Run) -> shown::DueReminder {
    shown::DueReminder {
        schedule: schedule.id.to_string(),
        member: member(schedule),
        text: reminder.text.clone(),
        data: reminder.data.as_ref().map(text_map),
        due_at: Time(run.due_at),
        missed: run.missed,
    }
}

fn event(kind: &'static str, schedule: &Schedule, data: &EventData, at: DateTime<Utc>) -> NewEvent {
    NewEvent {
        kind,
        community: Some(schedule.community),
        user: schedule.user,
        at,
        data: json(data),
    }
}
