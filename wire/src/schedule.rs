//! Schedules: acts and reminders at a time that was set before.

use crate::act::ActRequest;
use crate::case::{Actor, MemberRef};
use crate::held::AskedAct;
use crate::problem::Problem;
use crate::time::Time;
use crate::word::{RunOutcome, ScheduleKind, ScheduleState};
use std::collections::BTreeMap;

wire! {
    /// Something that somebody is to be told.
    #[serde(deny_unknown_fields)]
    pub struct ReminderRequest {
        /// What.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ReminderText))]
        pub text: String,
        /// The member whom it is about, if it is about one: a user id (`usr_…`) or `platform:native_id`. People who are unknown so far are
        /// made known.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Person>))]
        pub member: Option<String>,
        /// What the bot wants to know then, such as a channel to write in: text by name.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>))]
        pub data: Option<BTreeMap<String, String>>,
    }
}

wire! {
    /// What is to be done, `act` or `reminder`, and when, `at` or `cron`.
    #[serde(deny_unknown_fields)]
    pub struct ScheduleRequest {
        /// An act, as in a request to act now. Without `dry_run`, `execute_by` and a rank: what whoever acts may do is looked up when it runs.
        #[serde(default)]
        pub act: Option<ActRequest>,
        /// A reminder: at its time there is an event `reminder.due`.
        #[serde(default)]
        pub reminder: Option<ReminderRequest>,
        /// Once, at this moment, within ten years.
        #[serde(default)]
        pub at: Option<Time>,
        /// Again and again: minute, hour, day of the month, month, day of the week.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CronText>))]
        pub cron: Option<String>,
        /// On whose clocks, for `cron`: a name of the IANA database. Left out, UTC.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::TimeZone>))]
        pub time_zone: Option<String>,
        /// Not before this moment, for `cron`.
        #[serde(default)]
        pub from: Option<Time>,
        /// Not after this moment, for `cron`.
        #[serde(default)]
        pub until: Option<Time>,
    }
}

wire! {
    /// A reminder of a schedule.
    pub struct ScheduledReminder {
        /// What somebody is to be told.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ReminderText))]
        pub text: String,
        /// What the bot wants to know then.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>, required))]
        pub data: Option<BTreeMap<String, String>>,
    }
}

wire! {
    /// A run of a schedule.
    pub struct ScheduleRun {
        /// When it was due; of runs that were missed, the last one.
        pub due_at: Time,
        /// When it was carried out.
        pub ran_at: Time,
        /// What it came to.
        pub outcome: RunOutcome,
        /// How many runs before it were missed, for which it stands too; 1000 at most.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub missed: i64,
        /// How many times it was begun: more than once where the store was away, or a process died.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub attempts: i32,
        /// The case that was recorded.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub case: Option<i64>,
        /// The held act, where the act waits for others.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::HeldId>, required))]
        pub held_act: Option<String>,
        /// Why it failed: what a request for the act at that moment would have been answered with.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub problem: Option<Problem>,
    }
}

wire! {
    /// What is to be done at a time, and what became of it.
    pub struct Schedule {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ScheduleId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// What it does.
        pub kind: ScheduleKind,
        /// Where it is in its life.
        pub state: ScheduleState,
        /// The member whom the act is upon, or whom the reminder is about.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub member: Option<MemberRef>,
        /// Who acts.
        pub actor: Actor,
        /// The act; null for a reminder.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub act: Option<AskedAct>,
        /// The reminder; null for an act.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub reminder: Option<ScheduledReminder>,
        /// When, of one that runs once.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub at: Option<Time>,
        /// The cron expression, of one that runs again and again.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CronText>, required))]
        pub cron: Option<String>,
        /// On whose clocks.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::TimeZone>, required))]
        pub time_zone: Option<String>,
        /// Not before this moment.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub from: Option<Time>,
        /// Not after this moment.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// When it runs next; null once it has ended.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub next_run_at: Option<Time>,
        /// How many runs are over.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub runs: i64,
        /// How many runs failed, the last ones in a row. After 20 it is given up.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub failures: i32,
        /// The last run; null before the first one.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub last_run: Option<ScheduleRun>,
        /// When it was made.
        pub created_at: Time,
        /// When it ended.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_at: Option<Time>,
    }
}

wire! {
    /// A reminder whose time has come.
    pub struct DueReminder {
        /// The schedule that it comes from.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ScheduleId))]
        pub schedule: String,
        /// The member whom it is about.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub member: Option<MemberRef>,
        /// What somebody is to be told.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ReminderText))]
        pub text: String,
        /// What the bot wanted to know then.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>, required))]
        pub data: Option<BTreeMap<String, String>>,
        /// When it was due; of times that were missed, the last one.
        pub due_at: Time,
        /// How many times before it were missed, for which it stands too; 1000 at most.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub missed: i64,
    }
}
