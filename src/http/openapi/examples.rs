//! The documents that the reference shows as examples. A test reads each as the type that it is an example of.

pub(crate) mod appeal; // cases that are looked at again
pub(crate) mod appeal_link; // what lets members in
pub(crate) mod bulk; // many acts in one request
pub(crate) mod conversation; // one question after the other
pub(crate) mod directive; // what platforms are to do
pub(crate) mod drift; // what differs from the record
pub(crate) mod held; // acts that wait for others
pub(crate) mod notice; // what members are told
pub(crate) mod replace; // a milder act in the place of one
pub(crate) mod schedule; // acts and reminders at a time
pub(crate) mod webhook; // where events are sent

use serde_json::{Value, json};

const COMMUNITY: &str = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
const USER: &str = "usr_01939c8e8b6c7d4eaf501b2c3d4e5f60";
const MODERATOR: &str = "usr_01939c8e9c7d7e5fb0612c3d4e5f6071";
const KEY: &str = "key_01939c8ead8e7f60c1723d4e5f607182";
const SANCTION: &str = "san_01939c8ebe9f7071d2834e5f60718293";

/// A request to warn somebody.
pub(crate) fn act_request() -> Value {
    json!({
        "kind": "warn",
        "member": "discord:80351110224678912",
        "actor": {"platform": "discord", "id": "53908232506183680"},
        "reason": "Posted the same link in five channels",
        "evidence": ["https://discord.com/channels/81384788765712384/1/2"],
        "context": {"channel": "general"},
    })
}

/// Somebody who acts.
fn actor() -> Value {
    json!({"type": "human", "user": MODERATOR, "identity": "discord:53908232506183680", "key": KEY, "automod": null, "rung": null, "source": null, "asserted": null})
}

/// The ladder.
fn ladder(rung: &str) -> Value {
    json!({"type": "escalation", "user": null, "identity": null, "key": null, "automod": null, "rung": rung, "source": null, "asserted": null})
}

/// The mute in short.
fn brief() -> Value {
    json!({
        "id": SANCTION,
        "kind": "mute",
        "restriction": "mute",
        "capabilities": [],
        "while_above": null,
        "case": 13,
        "starts_at": "2026-11-22T12:00:00.000000Z",
        "ends_at": "2026-11-22T13:00:00.000000Z",
    })
}

/// The third warning.
pub(crate) fn case() -> Value {
    json!({
        "community": COMMUNITY,
        "number": 12,
        "member": {"user": USER, "identity": "discord:80351110224678912"},
        "kind": "warn",
        "actor": actor(),
        "at": "2026-11-22T12:00:00.000000Z",
        "recorded_at": "2026-11-22T12:00:00.123456Z",
        "points": 1,
        "policy_version": 1,
        "causes": [],
        "duration": null,
        "capabilities": [],
        "sanction": null,
        "ended": [],
        "rungs": [{"id": "mute-1h", "outcome": "fired"}],
        "reason": "Posted the same link in five channels",
        "evidence": ["https://discord.com/channels/81384788765712384/1/2"],
        "context": {"channel": "general"},
        "messages": null,
        "visibility": "moderators",
        "break_glass": false,
        "revision": 0,
        "voided": null,
        "reduced": null,
        "released": null,
        "origin": null,
        "replaces": null,
    })
}

/// The mute that it escalated to.
fn escalation() -> Value {
    let mut case = case();
    for (field, value) in [
        ("number", json!(13)),
        ("kind", json!("mute")),
        ("actor", ladder("mute-1h")),
        ("points", json!(0)),
        ("causes", json!([12])),
        ("duration", json!(3600)),
        ("sanction", brief()),
        ("rungs", json!([])),
        ("reason", Value::Null),
        ("evidence", json!([])),
        ("context", Value::Null),
    ] {
        case[field] = value;
    }
    case
}

/// The standing after it.
pub(crate) fn standing() -> Value {
    json!({
        "community": COMMUNITY,
        "user": USER,
        "at": "2026-11-22T12:00:00.000000Z",
        "policy_version": 1,
        "points": 3,
        "exact_units": "259200000",
        "paused": false,
        "paused_until": null,
        "clear_at": "2026-12-22T12:00:00.000000Z",
        "drops": [{"rung": "mute-1h", "threshold": 3, "at": "2026-11-23T12:00:00.000000Z"}],
        "latched": [{"rung": "mute-1h", "reset_below": 3, "armed_again_at": "2026-11-23T12:00:00.000000Z"}],
        "restrictions": [{"restriction": "mute", "capability": null, "until": "2026-11-22T13:00:00.000000Z"}],
        "sanctions": [brief()],
    })
}

/// What came of the act.
pub(crate) fn act_answer() -> Value {
    json!({"dry_run": false, "hold": null, "case": case(), "escalations": [escalation()], "standing": standing(), "directives": []})
}

/// What would come of it.
pub(crate) fn dry_act_answer() -> Value {
    let mut answer = act_answer();
    answer["dry_run"] = json!(true);
    answer["hold"] = held::hold();
    answer
}

/// A page of cases.
pub(crate) fn case_page() -> Value {
    json!({"items": [case()], "next_cursor": "dBjftJeZ4CV7InYiOjEsImsiOjEyfQ"})
}

/// The case, voided.
fn voided_case() -> Value {
    let mut case = case();
    case["voided"] = json!({
        "at": "2026-11-22T12:30:00.000000Z",
        "by": actor(),
        "reason": "Wrong person",
        "cause": null,
        "replaced_by": null,
    });
    case
}

/// A request to void it.
pub(crate) fn void_request() -> Value {
    json!({"reason": "Wrong person", "actor": {"platform": "discord", "id": "53908232506183680"}})
}

/// What came of the void: the mute is gone.
pub(crate) fn void_answer() -> Value {
    let mut standing = standing();
    for (field, value) in [
        ("at", json!("2026-11-22T12:30:00.000000Z")),
        ("points", json!(2)),
        ("exact_units", json!("172620000")),
        ("clear_at", json!("2026-12-12T11:30:00.000000Z")),
        ("drops", json!([])),
        ("latched", json!([])),
        ("restrictions", json!([])),
        ("sanctions", json!([])),
    ] {
        standing[field] = value;
    }
    json!({"dry_run": false, "case": voided_case(), "also_voided": [13], "standing": standing})
}

/// A request to reduce the case.
pub(crate) fn reduce_request() -> Value {
    json!({"points": 0.5, "reason": "First offence", "actor": {"platform": "discord", "id": "53908232506183680"}})
}

/// What came of the reduction: the mute is gone.
pub(crate) fn reduce_answer() -> Value {
    let mut answer = void_answer();
    let mut case = case();
    case["points"] = json!(0.5);
    case["reduced"] = json!({
        "at": "2026-11-22T12:30:00.000000Z",
        "by": actor(),
        "reason": "First offence",
        "points": 1,
        "ends_at": null,
    });
    answer["case"] = case;
    for (field, value) in [
        ("points", json!(2.5)),
        ("exact_units", json!("215820000")),
        ("clear_at", json!("2026-12-17T11:30:00.000000Z")),
    ] {
        answer["standing"][field] = value;
    }
    answer
}

/// Another reason.
pub(crate) fn reason_request() -> Value {
    json!({"reason": "Posted a phishing link in five channels"})
}

/// The case with another reason.
pub(crate) fn reworded_case() -> Value {
    let mut case = case();
    case["reason"] = reason_request()["reason"].clone();
    case["revision"] = json!(1);
    case
}

/// The earlier reason.
pub(crate) fn revisions() -> Value {
    json!({"items": [{
        "revision": 0,
        "reason": "Posted the same link in five channels",
        "replaced_by": actor(),
        "replaced_at": "2026-11-22T12:10:00.000000Z",
    }]})
}

/// The mute, with its state.
pub(crate) fn sanction() -> Value {
    json!({
        "id": SANCTION,
        "community": COMMUNITY,
        "member": {"user": USER, "identity": "discord:80351110224678912"},
        "kind": "mute",
        "restriction": "mute",
        "capabilities": [],
        "while_above": null,
        "case": 13,
        "state": "active",
        "starts_at": "2026-11-22T12:00:00.000000Z",
        "ends_at": "2026-11-22T13:00:00.000000Z",
        "ended_at": null,
        "ended_by": null,
    })
}

/// A page of sanctions.
pub(crate) fn sanction_page() -> Value {
    json!({"items": [sanction()], "next_cursor": null})
}

/// A request to lift it.
pub(crate) fn lift_request() -> Value {
    json!({"reason": "Apologised", "actor": {"platform": "discord", "id": "53908232506183680"}})
}

/// What would come of the lift.
pub(crate) fn dry_lift_answer() -> Value {
    let mut answer = lift_answer();
    answer["dry_run"] = json!(true);
    answer
}

/// What came of the lift.
pub(crate) fn lift_answer() -> Value {
    let mut case = case();
    for (field, value) in [
        ("number", json!(14)),
        ("kind", json!("unmute")),
        ("at", json!("2026-11-22T12:30:00.000000Z")),
        ("recorded_at", json!("2026-11-22T12:30:00.200000Z")),
        ("points", json!(0)),
        (
            "ended",
            json!([{"sanction": SANCTION, "how": "lifted", "at": "2026-11-22T12:30:00.000000Z"}]),
        ),
        ("rungs", json!([])),
        ("reason", json!("Apologised")),
        ("evidence", json!([])),
        ("context", Value::Null),
    ] {
        case[field] = value;
    }
    let mut standing = standing();
    for (field, value) in [
        ("at", json!("2026-11-22T12:30:00.000000Z")),
        ("exact_units", json!("259020000")),
        ("restrictions", json!([])),
        ("sanctions", json!([])),
    ] {
        standing[field] = value;
    }
    json!({"dry_run": false, "hold": null, "case": case, "escalations": [], "standing": standing, "directives": []})
}

/// Why the standing is as it is.
pub(crate) fn explanation() -> Value {
    let term = |case: i64, at: &str, gone_at: &str| {
        json!({
            "case": case,
            "kind": "warn",
            "at": at,
            "granted": 1,
            "left": 1,
            "left_units": "86400000",
            "gone_at": gone_at,
        })
    };
    json!({
        "standing": standing(),
        "model": "linear",
        "per_day": 0.1,
        "lapses_after": null,
        "granularity": 0.1,
        "terms": [
            term(12, "2026-11-22T12:00:00.000000Z", "2026-12-22T12:00:00.000000Z"),
            term(11, "2026-11-22T12:00:00.000000Z", "2026-12-12T12:00:00.000000Z"),
            term(10, "2026-11-22T12:00:00.000000Z", "2026-12-02T12:00:00.000000Z"),
        ],
        "carried": null,
        "complete": true,
        "sentences": [
            "At 2026-11-22 12:00 UTC you have 3 points.",
            "Case #10 (warn, 2026-11-22 12:00 UTC) gave you 1 point, and all of it still counts, until 2026-12-02 12:00 UTC if nothing else happens.",
            "Case #11 (warn, 2026-11-22 12:00 UTC) gave you 1 point, and all of it still counts, until 2026-12-12 12:00 UTC if nothing else happens.",
            "Case #12 (warn, 2026-11-22 12:00 UTC) gave you 1 point, and all of it still counts, until 2026-12-22 12:00 UTC if nothing else happens.",
            "Points fall by 0.1 points a day, those of the oldest case first.",
            "If nothing else happens, you have no points from 2026-12-22 12:00 UTC on.",
            "You have reached the rung mute-1h at 3 points, and fall below it at 2026-11-23 12:00 UTC.",
            "At 5 points, which is 2 points more, you would be muted for 1 day.",
            "Since 2026-11-22 12:00 UTC you are muted, until 2026-11-22 13:00 UTC.",
            "That followed by itself in case #13, when case #12 (warn, for the reason “Posted the same link in five channels”) reached the rung mute-1h: 3 points.",
            "Of the cases before it, #10, #11 and #12 still count.",
        ],
    })
}

/// A stretch of the log.
pub(crate) fn event() -> Value {
    json!({
        "id": "42",
        "type": "case.created",
        "community": COMMUNITY,
        "user": USER,
        "at": "2026-11-22T12:00:00.123456Z",
        "version": 1,
        "data": {"case": case()},
    })
}

/// A stretch of the log.
pub(crate) fn event_page() -> Value {
    json!({"items": [event()], "next_cursor": "42", "has_more": false, "missed_up_to": null})
}

/// The beginning of a stream.
pub(crate) fn event_stream() -> Value {
    let event = event();
    json!(format!(
        "retry: 1000\nid: 41\n\nid: 42\nevent: case.created\ndata: {event}\n\n"
    ))
}

/// Two lines of an import.
pub(crate) fn import_lines() -> Value {
    let ban = json!({
        "external_id": "case-411", "source": "zeppelin", "occurred_at": "2023-04-05T18:07:00Z",
        "member": "discord:80351110224678912", "member_name": "nelly", "moderator": "discord:53908232506183680",
        "kind": "tempban", "duration": "P7D", "reason": "Raid",
    });
    let warn = json!({
        "external_id": "case-412", "source": "zeppelin", "occurred_at": "2024-01-02T03:04:05Z",
        "member": "discord:80351110224678912", "kind": "warn", "reason": "Posted the same link in five channels",
    });
    json!(format!("{ban}\n{warn}\n"))
}

/// What became of them.
pub(crate) fn import_report() -> Value {
    json!({
        "dry_run": false, "lines": 2, "imported": 2, "already_there": 0, "members": 1, "sanctions_holding": 0,
        "first_case": 14, "last_case": 15,
    })
}

/// The first lines of an export and its last one.
pub(crate) fn export_lines() -> Value {
    let lines = [
        json!({"export": {"format": "tribune-community", "version": 1, "exported_at": "2026-11-22T12:00:00Z"}}),
        json!({"community": {"name": "Rust Cologne", "created_at": "2026-11-01T12:00:00Z", "policy_version": 1, "last_case": 0}}),
        json!({"end": {"lines": 2, "sha256": "5f0c0b5a7d6e4f3b2a1908172635445362718090a1b2c3d4e5f60718293a4b5c"}}),
    ];
    json!(lines.map(|line| format!("{line}\n")).concat())
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    /// That the example is exactly such a document: nothing missing, nothing that would be dropped.
    pub(super) fn is<T: Serialize + DeserializeOwned>(example: Value) {
        let text = example.to_string();
        let read: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert_eq!(serde_json::to_value(&read).unwrap(), example);
    }

    /// That the example is a request that says what it means; what it leaves out is left to the defaults.
    pub(super) fn asks<T: DeserializeOwned>(example: Value) {
        serde_json::from_str::<T>(&example.to_string()).unwrap();
    }

    #[test]
    fn examples_are_what_they_show() {
        is::<wire::act::ActAnswer>(act_answer());
        is::<wire::act::ActAnswer>(dry_act_answer());
        is::<wire::act::ActAnswer>(dry_lift_answer());
        is::<wire::act::ActAnswer>(lift_answer());
        is::<wire::act::VoidAnswer>(void_answer());
        is::<wire::case::Case>(reworded_case());
        is::<wire::page::CasePage>(case_page());
        is::<wire::page::RevisionList>(revisions());
        is::<wire::page::SanctionPage>(sanction_page());
        is::<wire::standing::Explanation>(explanation());
        is::<wire::page::EventPage>(event_page());
        for shown in [notice::sent(), notice::acknowledged()] {
            is::<wire::notice::Notice>(shown);
        }
        is::<wire::page::NoticePage>(notice::page());
        asks::<wire::conversation::ConversationRequest>(conversation::request());
        asks::<wire::conversation::AdvanceRequest>(conversation::advance());
        for shown in [
            conversation::started(),
            conversation::advanced(),
            conversation::cancelled(),
        ] {
            is::<wire::conversation::Conversation>(shown);
        }
        is::<wire::page::ConversationPage>(conversation::page());
        asks::<wire::conversation::FlowRequest>(conversation::flow_request());
        is::<wire::conversation::Flow>(conversation::flow());
        is::<wire::page::FlowPage>(conversation::flows());
        is::<wire::page::FlowVersionPage>(conversation::flows());
        asks::<wire::schedule::ScheduleRequest>(schedule::request());
        is::<wire::schedule::Schedule>(schedule::reminder());
        is::<wire::schedule::Schedule>(schedule::cancelled());
        is::<wire::schedule::Schedule>(schedule::act_that_failed());
        is::<wire::schedule::Schedule>(schedule::retried());
        is::<wire::page::SchedulePage>(schedule::page());
        is::<wire::directive::Directive>(directive::issued());
        is::<wire::directive::Leased>(directive::leased());
        is::<wire::page::DirectivePage>(directive::page());
        asks::<wire::act::ActRequest>(act_request());
        asks::<wire::act::VoidRequest>(void_request());
        is::<wire::act::VoidAnswer>(reduce_answer());
        asks::<wire::act::ReduceRequest>(reduce_request());
        is::<wire::act::ReplaceAnswer>(replace::answer());
        asks::<wire::act::ReplaceRequest>(replace::request());
        asks::<wire::act::ReasonRequest>(reason_request());
        asks::<wire::act::LiftRequest>(lift_request());
    }

    #[test]
    fn examples_of_the_directory_are_what_they_show() {
        use crate::http::v1::{communities, keys, members, policies, tenants, users};
        is::<wire::tenant::Tenant>(tenants::example());
        is::<wire::tenant::TenantCreated>(tenants::created());
        is::<wire::key::KeyCreated>(keys::created());
        is::<wire::key::ApiKey>(keys::revoked());
        is::<wire::community::Community>(communities::example());
        is::<wire::policy::Policy>(policies::example());
        is::<wire::user::User>(users::example());
        is::<wire::merge::Merge>(users::merge_example());
        is::<wire::merge::MergeAnswer>(users::merge_answer());
        is::<wire::merge::UndoMergeAnswer>(users::undo_merge_answer());
        is::<wire::user::Member>(members::example());
        asks::<wire::policy::PolicyRequest>(policies::request());
    }
}
