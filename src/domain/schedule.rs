//! What is to be done at a time that was set before: an act or a reminder, once or again and again.
//!
//! A schedule stands at its next run. With what a run comes to, it moves on to the next one, or ends; and it moves on in the transaction in
//! which the run has its effect, so that a run that is given to two has one.

use super::act::Act;
use super::actor::Actor;
use super::cron::Cron;
use super::id::{CommunityId, HeldId, KeyId, ScheduleId, TenantId, UserId};
use super::identity::Identity;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many schedules of a community may be active at a time.
pub const MOST_ACTIVE: i64 = 10_000;
/// How many runs in a row fail before a schedule is given up.
pub const MOST_FAILURES: i32 = 20;
/// Up to how many runs that were missed are counted.
pub const MOST_MISSED: i64 = 1_000;
/// How far ahead something may be scheduled.
pub const FARTHEST: TimeDelta = TimeDelta::days(3_650);

/// The longest steps back in which the last of many missed times is looked for.
const STEPS_BACK: [TimeDelta; 5] = [
    TimeDelta::hours(1),
    TimeDelta::hours(25),
    TimeDelta::days(32),
    TimeDelta::days(367),
    TimeDelta::days(3_660),
];

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// An act on a member.
    Act(Box<Act>),
    /// Somebody is to be told something.
    Reminder(Reminder),
}

/// What somebody is to be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    /// What.
    pub text: String,
    /// The identity by which the call named the member whom it is about.
    pub named: Option<Identity>,
    /// What the bot wants to know then.
    pub data: Option<Map<String, Value>>,
}

/// When.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Once.
    At(DateTime<Utc>),
    /// Again and again.
    Every {
        /// The times.
        times: Box<Cron>,
        /// Not before.
        from: Option<DateTime<Utc>>,
        /// Not after.
        until: Option<DateTime<Utc>>,
    },
}

/// Gives each word of a list its name, and each name its word.
macro_rules! names {
    ($type:ident: $($word:ident $name:literal),+) => {
        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$word),+];

            /// The name in documents and in the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $name),+ }
            }

            /// The one of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$word),)+ _ => None }
            }
        }
    };
}

/// What kind of task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// An act.
    Act,
    /// A reminder.
    Reminder,
}

/// Where a schedule is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has a next run.
    Active,
    /// Every run is over.
    Done,
    /// It was given up: its only run failed, or it can no longer be carried out.
    Failed,
    /// Somebody took it back.
    Cancelled,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Succeeded,
    /// The act waits for others.
    Held,
    /// It was refused.
    Failed,
}

names!(TaskKind: Act "act", Reminder "reminder");
names!(State: Active "active", Done "done", Failed "failed", Cancelled "cancelled");
names!(Outcome: Succeeded "succeeded", Held "held", Failed "failed");

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it was first due: of runs that were missed, the first one.
    pub since: DateTime<Utc>,
    /// When it was due; of runs that were missed, the last one.
    pub due_at: DateTime<Utc>,
    /// When it was carried out.
    pub ran_at: DateTime<Utc>,
    /// What it came to.
    pub outcome: Outcome,
    /// The case that was recorded.
    pub case: Option<i64>,
    /// The act that waits for others.
    pub held: Option<HeldId>,
    /// The problem document, where it failed.
    pub problem: Option<String>,
    /// How many times it was begun.
    pub attempts: i32,
    /// How many earlier ones it stands for; at most [`MOST_MISSED`].
    pub missed: i64,
}

/// What a run came to, as whoever carried it out says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It was done; an act has a case.
    Done(Option<i64>),
    /// The act waits for others.
    Held(HeldId),
    /// It was refused.
    Refused {
        /// The problem document.
        problem: String,
        /// Whether no later run can be carried out either.
        for_good: bool,
    },
}

/// A schedule and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub community: CommunityId,
    /// Its id.
    pub id: ScheduleId,
    /// Rises with every change.
    pub version: i32,
    /// Where it is in its life.
    pub state: State,
    /// What is to be done.
    pub task: Task,
    /// Upon whom, or whom it is about.
    pub user: Option<UserId>,
    /// Who acts. What they may do is looked up when it runs.
    pub actor: Actor,
    /// The key with which it acts.
    pub key: KeyId,
    /// When.
    pub timing: Timing,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it is to run next.
    pub due_at: Option<DateTime<Utc>>,
    /// When the next run was first due. Earlier than `due_at` where it is tried again.
    pub since: Option<DateTime<Utc>>,
    /// How many times the next run was begun.
    pub attempts: i32,
    /// How many runs are over.
    pub runs: i64,
    /// How many of them failed, the last ones in a row.
    pub failures: i32,
    /// The last run.
    pub last_run: Option<Run>,
}

/// Why nothing is done about a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It has ended so.
    Ended(State),
    /// Its last run did not fail, or there was none.
    NothingFailed,
}

impl Task {
    /// What kind of task.
    #[must_use]
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::Act(_) => TaskKind::Act,
            Self::Reminder(_) => TaskKind::Reminder,
        }
    }
}

impl Timing {
    /// The first run of a schedule that is made now; `None` when there is none.
    #[must_use]
    pub fn first(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let first = match self {
            Self::At(at) => (*at > now).then_some(*at),
            Self::Every { times, from, .. } => match from {
                Some(from) if *from > now => times.first(*from),
                _ => times.next(now),
            },
        };
        let farthest = now.checked_add_signed(FARTHEST)?;
        first.filter(|first| self.allows(*first) && *first <= farthest)
    }

    /// The first run after a moment.
    #[must_use]
    pub fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(_) => None,
            Self::Every { times, .. } => times.next(after).filter(|next| self.allows(*next)),
        }
    }

    fn allows(&self, time: DateTime<Utc>) -> bool {
        match self {
            Self::At(_) => true,
            Self::Every { until, .. } => until.is_none_or(|until| time <= until),
        }
    }

    /// Of the runs that are due since a moment the last one, and how many came before it. `since` is one of them.
    #[must_use]
    pub fn due(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> (DateTime<Utc>, i64) {
        let (mut last, mut missed) = (since, 0);
        while let Some(next) = self.next(last).filter(|next| *next <= now) {
            if missed == MOST_MISSED {
                return (self.last_before(now).unwrap_or(last), missed);
            }
            (last, missed) = (next, missed + 1);
        }
        (last, missed)
    }

    /// The last run at a moment or before it, looked for ever farther back.
    fn last_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_due = |time: &DateTime<Utc>| *time <= now;
        STEPS_BACK.iter().find_map(|step| {
            let mut last = self.next(now.checked_sub_signed(*step)?).filter(is_due)?;
            while let Some(next) = self.next(last).filter(is_due) {
                last = next;
            }
            Some(last)
        })
    }
}

impl Schedule {
    /// Takes over what the run that was due came to, and moves on.
    pub fn settle(&mut self, ran: Ran, ran_at: DateTime<Utc>) {
        let Some(since) = self.since else { return };
        let (due_at, missed) = self.timing.due(since, ran_at);
        let (mut case, mut held, mut problem) = (None, None, None);
        let mut for_good = false;
        let outcome = match ran {
            Ran::Done(number) => {
                case = number;
                Outcome::Succeeded
            }
            Ran::Held(id) => {
                held = Some(id);
                Outcome::Held
            }
            Ran::Refused {
                problem: document,
                for_good: is_final,
            } => {
                problem = Some(document);
                for_good = is_final;
                Outcome::Failed
            }
        };
        self.runs += 1;
        self.failures = match outcome {
            Outcome::Failed => self.failures.saturating_add(1),
            Outcome::Succeeded | Outcome::Held => 0,
        };
        self.last_run = Some(Run {
            since,
            due_at,
            ran_at,
            outcome,
            case,
            held,
            problem,
            attempts: self.attempts,
            missed,
        });
        let next = self.timing.next(ran_at.max(due_at));
        match next {
            Some(next) if !for_good && self.failures < MOST_FAILURES => self.stand_at(next, next),
            _ if outcome == Outcome::Failed => self.end(State::Failed, ran_at),
            _ => self.end(State::Done, ran_at),
        }
    }

    /// Takes it back. To take back what was taken back changes nothing, and gives `false`.
    ///
    /// # Errors
    /// [`NotTaken::Ended`] for one that has ended otherwise.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<bool, NotTaken> {
        match self.state {
            State::Cancelled => Ok(false),
            State::Active => {
                self.end(State::Cancelled, now);
                Ok(true)
            }
            State::Done | State::Failed => Err(NotTaken::Ended(self.state)),
        }
    }

    /// Carries the last run out once more, from now on, because it failed; with the key of whoever says so.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn retry(&mut self, key: KeyId, now: DateTime<Utc>) -> Result<(), NotTaken> {
        if let State::Done | State::Cancelled = self.state {
            return Err(NotTaken::Ended(self.state));
        }
        let failed = |run: &&Run| run.outcome == Outcome::Failed;
        let since = self.last_run.as_ref().filter(failed).map(|run| run.since);
        let since = since.ok_or(NotTaken::NothingFailed)?;
        self.state = State::Active;
        self.ended_at = None;
        self.key = key;
        match &mut self.actor {
            Actor::Human { key: carried, .. } => *carried = Some(key),
            Actor::Key { key: own } | Actor::Automod { key: own, .. } => *own = key,
            Actor::Escalation { .. } | Actor::System | Actor::External { .. } | Actor::Import { .. } => {}
        }
        self.stand_at(now, since);
        Ok(())
    }

    fn stand_at(&mut self, due_at: DateTime<Utc>, since: DateTime<Utc>) {
        self.version += 1;
        self.attempts = 0;
        self.due_at = Some(due_at);
        self.since = Some(since);
    }

    fn end(&mut self, state: State, now: DateTime<Utc>) {
        self.version += 1;
        self.attempts = 0;
        self.state = state;
        self.ended_at = Some(now);
        self.due_at = None;
        self.since = None;
    }
}

#[cfg(test)]
#[path = "schedule/tests.rs"]
mod tests;
