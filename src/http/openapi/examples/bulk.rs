//! Many acts in one request, as the reference shows them.

use serde_json::{Value, json};

use super::{act_answer, act_request};

/// A request with two acts.
pub(crate) fn request() -> Value {
    json!({
        "actor": {"platform": "discord", "id": "53908232506183680"},
        "items": [
            act_request(),
            {"kind": "ban", "member": "discord:175928847299117063", "reason": "Raid"},
        ],
    })
}

/// What came of it.
pub(crate) fn answer() -> Value {
    json!({"dry_run": false, "succeeded": 1, "held": 0, "refused": 1, "items": items()})
}

/// One that was done and one that was refused.
pub(crate) fn items() -> Value {
    json!([
        {"index": 0, "status": 201, "act": act_answer(), "held": null, "void": null, "problem": null},
        {"index": 1, "status": 409, "act": null, "held": null, "void": null, "problem": {
            "type": "/docs/problems/duplicate_act",
            "title": "The same act was just recorded",
            "status": 409,
            "detail": "Case #11 already records this; send allow_duplicate: true to record it again.",
            "code": "duplicate_act",
            "errors": [],
            "request_id": "req_9f1c2d3e4a5b6c7d00000001",
        }},
    ])
}

/// A job that runs.
pub(crate) fn job() -> Value {
    json!({
        "id": "job_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "community": super::COMMUNITY,
        "kind": "acts",
        "state": "running",
        "dry_run": false,
        "total": 4_000,
        "done": 1_250,
        "succeeded": 1_240,
        "held": 7,
        "refused": 3,
        "failure": null,
        "key": super::KEY,
        "created_at": "2026-11-22T12:00:00.000000Z",
        "started_at": "2026-11-22T12:00:00.400000Z",
        "finished_at": null,
    })
}

/// The same, stopped.
pub(crate) fn cancelled_job() -> Value {
    let mut job = job();
    job["state"] = json!("cancelled");
    job["finished_at"] = json!("2026-11-22T12:00:09.000000Z");
    job
}

/// A page of jobs.
pub(crate) fn job_page() -> Value {
    json!({"items": [job()], "next_cursor": null})
}

/// A page of what came of the items.
pub(crate) fn result_page() -> Value {
    json!({"items": items(), "next_cursor": "dBjftJeZ4CV7InYiOjEsImsiOjF9"})
}

/// A request to plan how a job is undone.
pub(crate) fn undo_request() -> Value {
    json!({"job": "job_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f"})
}

/// The plan.
pub(crate) fn undo_plan() -> Value {
    let told =
        "Members, moderators and bots were told. Notices and events that went out are not called back.";
    json!({
        "irreversible": [
            {"what": "kicked", "detail": "Members were removed. They may come back; nobody fetches them.", "cases": [41]},
            {"what": "told", "detail": told, "cases": [42, 41]},
        ],
        "cases": [42, 41],
        "ends": [{"id": super::SANCTION, "user": super::USER, "kind": "ban", "case": 42, "ends_at": null}],
        "may_end": [],
        "already_voided": [40],
        "not_voidable": [],
        "waiting": [],
        "id": "pln_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
        "community": super::COMMUNITY,
        "created_at": "2026-11-22T13:00:00.000000Z",
        "expires_at": "2026-11-22T14:00:00.000000Z",
        "job": null,
    })
}

/// The job that carries it out.
pub(crate) fn void_job() -> Value {
    let mut job = job();
    for (field, value) in [
        ("kind", json!("voids")),
        ("state", json!("queued")),
        ("total", json!(2)),
        ("done", json!(0)),
        ("succeeded", json!(0)),
        ("held", json!(0)),
        ("refused", json!(0)),
        ("started_at", Value::Null),
    ] {
        job[field] = value;
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_what_they_show() {
        use super::super::tests::{asks, is};
        asks::<wire::bulk::BulkRequest>(request());
        is::<wire::bulk::BulkAnswer>(answer());
        is::<wire::job::Job>(cancelled_job());
        is::<wire::job::Job>(void_job());
        is::<wire::undo::UndoPlan>(undo_plan());
        asks::<wire::undo::UndoRequest>(undo_request());
        is::<wire::page::JobPage>(job_page());
        is::<wire::page::JobResultPage>(result_page());
    }
}
