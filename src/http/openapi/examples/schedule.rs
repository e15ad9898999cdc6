//! Schedules, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, KEY, USER, actor};

/// A reminder on every working day.
pub(crate) fn request() -> Value {
    json!({
        "reminder": {"text": "Look through the reports of the night", "data": {"channel": "381984265217638400"}},
        "cron": "0 9 * * MON-FRI",
        "time_zone": "Europe/Berlin",
    })
}

/// What comes of it.
pub(crate) fn reminder() -> Value {
    json!({
        "id": "sch_01939c8ef1a27d58b9c0d1e2f3a4b5c6",
        "community": COMMUNITY,
        "kind": "reminder",
        "state": "active",
        "member": null,
        "actor": {"type": "key", "user": null, "identity": null, "key": KEY, "automod": null, "rung": null, "source": null, "asserted": null},
        "act": null,
        "reminder": {"text": "Look through the reports of the night", "data": {"channel": "381984265217638400"}},
        "at": null,
        "cron": "0 9 * * MON-FRI",
        "time_zone": "Europe/Berlin",
        "from": null,
        "until": null,
        "next_run_at": "2026-11-23T08:00:00.000000Z",
        "runs": 0,
        "failures": 0,
        "last_run": null,
        "created_at": "2026-11-22T12:00:00.123456Z",
        "ended_at": null,
    })
}

/// The same, taken back.
pub(crate) fn cancelled() -> Value {
    let mut schedule = reminder();
    schedule["state"] = json!("cancelled");
    schedule["next_run_at"] = json!(null);
    schedule["ended_at"] = json!("2026-11-22T12:05:00.000000Z");
    schedule
}

/// The end of a restriction that came to nothing.
pub(crate) fn act_that_failed() -> Value {
    let mut schedule = reminder();
    schedule["kind"] = json!("act");
    schedule["state"] = json!("failed");
    schedule["member"] = json!({"user": USER, "identity": "discord:80351110224678912"});
    schedule["actor"] = actor();
    schedule["act"] = json!({
        "kind": "unban", "duration": null, "capabilities": [], "supersedes": null, "messages": null, "reason": "Served", "evidence": [],
        "context": null, "visibility": "moderators", "break_glass": false, "allow_duplicate": false,
    });
    for field in ["reminder", "cron", "time_zone", "next_run_at"] {
        schedule[field] = json!(null);
    }
    schedule["at"] = json!("2026-11-24T12:00:00.000000Z");
    schedule["runs"] = json!(1);
    schedule["failures"] = json!(1);
    schedule["ended_at"] = json!("2026-11-24T12:00:00.234567Z");
    schedule["last_run"] = json!({
        "due_at": "2026-11-24T12:00:00.000000Z",
        "ran_at": "2026-11-24T12:00:00.234567Z",
        "outcome": "failed",
        "missed": 0,
        "attempts": 1,
        "case": null,
        "held_act": null,
        "problem": {
            "type": "/docs/problems/nothing_to_lift", "title": "Nothing to lift", "status": 409,
            "detail": "The member has no active ban.", "code": "nothing_to_lift", "errors": [],
            "request_id": "sch_01939c8ef1a27d58b9c0d1e2f3a4b5c6",
        },
    });
    schedule
}

/// The same, tried again.
pub(crate) fn retried() -> Value {
    let mut schedule = act_that_failed();
    schedule["state"] = json!("active");
    schedule["next_run_at"] = json!("2026-11-24T13:00:00.000000Z");
    schedule["ended_at"] = json!(null);
    schedule
}

/// A page.
pub(crate) fn page() -> Value {
    json!({"items": [act_that_failed(), reminder()], "next_cursor": null})
}
