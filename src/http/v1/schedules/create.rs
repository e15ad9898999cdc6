//! `POST /v1/communities/{community}/schedules`

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, SubsecRound as _, Utc};
use wire::act::ActRequest;
use wire::schedule::{ReminderRequest, Schedule, ScheduleRequest};
use wire::time::Time;
use wire::word::ExecuteBy;

use crate::domain::cron::{Cron, CronError};
use crate::domain::schedule::{Reminder, Timing};
use crate::http::api::ApiState;
use crate::http::fields::Fields;
use crate::http::idempotency::Idempotency;
use crate::http::json::StrictJson;
use crate::http::openapi::{examples, problems::problems};
use crate::http::path::{InCommunity, Segments};
use crate::http::problem::Problem;
use crate::http::respond;
use crate::http::v1::acts::create::order;
use crate::service::PersonRef;
use crate::service::caller::Caller;
use crate::service::schedules::TaskOrder;

/// The longest reminder, in characters.
const MAX_TEXT: usize = 1_000;
/// The clocks of whoever names none.
const UTC: &str = "UTC";

problems!(CreateScheduleProblems: Post, NotFound, CommunityArchived, TooManySchedules, RankTooLow, SelfAction, ForbiddenRank,
    TargetImmune, UnknownKind, ClockSkew);

/// Schedule an act or a reminder
///
/// Once, `at` a moment, or again and again by a `cron` expression on the clocks of a `time_zone`. An act is what `POST …/acts` takes. When its
/// time comes it is decided anew, by the same key and the same person: what they may not do then fails. What they may never do is refused now.
///
/// For an act the key needs the scope acts:write besides.
///
/// Scope: `schedules:write`.
#[utoipa::path(
    post,
    path = "/v1/communities/{community}/schedules",
    tag = "schedules",
    params(InCommunity, Idempotency),
    request_body(content = ScheduleRequest, example = json!(examples::schedule::request())),
    responses(
        (status = 201, description = "It is scheduled.", body = Schedule,
            headers(
                ("Location" = String, description = "The schedule."),
                ("Idempotent-Replayed" = String, description = "`true` on the answer to a repeat."),
            ), example = json!(examples::schedule::reminder())),
        CreateScheduleProblems,
    )
)]
pub async fn create_schedule(
    caller: Caller,
    State(api): State<ApiState>,
    Segments(InCommunity { community }): Segments<InCommunity>,
    repeat: Idempotency,
    body: StrictJson<ScheduleRequest>,
) -> Result<Response, Problem> {
    let asked = read(&body.value)?;
    let claim = repeat.claim(&body);
    let made = api
        .service
        .create_schedule(&caller, community, asked, claim)
        .await?;
    let location = format!("/v1/communities/{community}/schedules/{}", made.answer.tag);
    Ok(respond::created(made, &location))
}

/// What a request describes, or everything that is wrong with it.
fn read(request: &ScheduleRequest) -> Result<(TaskOrder, Timing), Problem> {
    let mut fields = Fields::default();
    let task = match (&request.act, &request.reminder) {
        (Some(act), None) => task_of_act(&mut fields, act),
        (None, Some(asked)) => reminder(&mut fields, asked),
        (None, None) => {
            fields.refuse("", "say what is to be done: `act` or `reminder`");
            None
        }
        (Some(_), Some(_)) => {
            fields.refuse(
                "/reminder",
                "either an act or a reminder; make two schedules of them",
            );
            None
        }
    };
    let timing = timing(&mut fields, request);
    fields.finish(task.zip(timing))
}

/// The act, which is as in a request to act now but for what only makes sense now.
fn task_of_act(fields: &mut Fields, act: &ActRequest) -> Option<TaskOrder> {
    if act.dry_run {
        let detail = "what is scheduled is done; try the act out as a request to act now";
        fields.refuse("/act/dry_run", detail);
    }
    if act.execute_by == ExecuteBy::Caller {
        fields.refuse(
            "/act/execute_by",
            "when it runs nobody calls; relays carry it out",
        );
    }
    if act.actor.as_ref().is_some_and(|actor| actor.rank.is_some()) {
        let detail = "a rank that is asserted now says nothing of the time when it runs; the rank that is stored here counts then";
        fields.refuse("/act/actor/rank", detail);
    }
    match order(act) {
        Ok(order) => Some(TaskOrder::Act(Box::new(order))),
        Err(problem) => {
            for error in problem.errors() {
                fields.refuse(format!("/act{}", error.pointer), &error.detail);
            }
            None
        }
    }
}

fn reminder(fields: &mut Fields, asked: &ReminderRequest) -> Option<TaskOrder> {
    let text = fields.text("/reminder/text", &asked.text, MAX_TEXT);
    if asked.text.trim().is_empty() {
        fields.refuse("/reminder/text", "a reminder says something");
    }
    let member = asked.member.as_deref();
    let member = member.and_then(|member| fields.person("/reminder/member", member));
    let named = match &member {
        Some(PersonRef::Identity(identity)) => Some(identity.clone()),
        _ => None,
    };
    let data = fields.context("/reminder/data", asked.data.as_ref());
    let reminder = Reminder {
        text: text?,
        named,
        data,
    };
    Some(TaskOrder::Reminder(reminder, member))
}

fn timing(fields: &mut Fields, request: &ScheduleRequest) -> Option<Timing> {
    let expression = match (request.at, &request.cron) {
        (Some(at), None) => {
            let of_cron = [
                ("/time_zone", request.time_zone.is_some()),
                ("/from", request.from.is_some()),
                ("/until", request.until.is_some()),
            ];
            for (pointer, _) in of_cron.iter().filter(|(_, given)| *given) {
                fields.refuse(
                    *pointer,
                    "this goes with `cron`; a moment in `at` has its own offset",
                );
            }
            return Some(Timing::At(moment(fields, "/at", Some(at))?));
        }
        (None, Some(expression)) => expression,
        (None, None) => {
            fields.refuse("", "say when: `at` a moment, or `cron` for again and again");
            return None;
        }
        (Some(_), Some(_)) => {
            fields.refuse("/cron", "either once, `at`, or again and again, `cron`");
            return None;
        }
    };
    let zone = request.time_zone.as_deref().unwrap_or(UTC);
    let times = Cron::parse(expression, zone);
    let at = match &times {
        Err(CronError::UnknownZone) => "/time_zone",
        _ => "/cron",
    };
    let times = fields.take(at, times);
    let from = moment(fields, "/from", request.from);
    let until = moment(fields, "/until", request.until);
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        fields.refuse("/until", "not before `from`");
    }
    Some(Timing::Every {
        times: Box::new(times?),
        from,
        until,
    })
}

/// A moment as exact as it is kept.
fn moment(fields: &mut Fields, pointer: &str, given: Option<Time>) -> Option<DateTime<Utc>> {
    fields.instant(pointer, given)?;
    given.map(|time| time.0.trunc_subsecs(6))
}
