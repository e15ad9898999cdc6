//! Acts that wait for others, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, KEY, USER, act_answer, actor};

const HELD: &str = "hld_01939c8ecf0a7182e3945f6071829304";

/// A second person.
fn approver() -> Value {
    json!({"type": "human", "user": "usr_01939c8ed01b7293f4a5607182930415", "identity": "discord:41771983423143937", "key": KEY,
        "automod": null, "rung": null, "source": null, "asserted": null})
}

fn approval() -> Value {
    json!({"by": approver(), "at": "2026-11-22T12:05:00.000000Z"})
}

/// A ban that waits for two people.
pub(crate) fn act() -> Value {
    json!({
        "id": HELD,
        "community": COMMUNITY,
        "state": "held",
        "hold": {"why": "approval", "budget": null, "needed": 2, "rank": "admin"},
        "member": {"user": USER, "identity": "discord:80351110224678912"},
        "actor": actor(),
        "act": {
            "kind": "ban",
            "duration": null,
            "capabilities": [],
            "supersedes": null,
            "messages": null,
            "reason": "Raid",
            "evidence": [],
            "context": null,
            "visibility": "moderators",
            "break_glass": false,
            "allow_duplicate": false,
        },
        "approvals": [],
        "created_at": "2026-11-22T12:00:00.123456Z",
        "expires_at": "2026-11-29T12:00:00.000000Z",
        "ended": null,
    })
}

/// What a budget makes an act wait for.
pub(crate) fn hold() -> Value {
    let budget = json!({"per": "actor", "acts": 30, "within": 3600, "kinds": null});
    json!({"why": "budget", "budget": budget, "needed": 1, "rank": "moderator"})
}

/// A page of them.
pub(crate) fn page() -> Value {
    json!({"items": [act()], "next_cursor": null})
}

/// An approval by a person.
pub(crate) fn approve_request() -> Value {
    json!({"actor": {"platform": "discord", "id": "41771983423143937"}})
}

/// The act with one approval of two.
pub(crate) fn approved() -> Value {
    let mut held = act();
    held["approvals"] = json!([approval()]);
    held
}

/// What would come of the second approval.
pub(crate) fn approval_preview() -> Value {
    let (mut act, mut held) = (released(), approved());
    act["dry_run"] = json!(true);
    held["state"] = json!("released");
    let number = &act["case"]["number"];
    held["ended"] =
        json!({"at": "2026-11-22T12:05:00.000000Z", "by": approver(), "reason": null, "case": number});
    json!({"dry_run": true, "act": act, "held": held})
}

/// The act, carried out.
pub(crate) fn released() -> Value {
    let mut answer = act_answer();
    answer["case"]["released"] = json!({"held": HELD, "approvals": [approval()]});
    answer
}

/// A rejection.
pub(crate) fn reject_request() -> Value {
    json!({"actor": {"platform": "discord", "id": "41771983423143937"}, "reason": "A mute will do"})
}

/// The act, rejected.
pub(crate) fn rejected() -> Value {
    let mut held = act();
    held["state"] = json!("rejected");
    held["ended"] = json!({"at": "2026-11-22T12:05:00.000000Z", "by": approver(), "reason": "A mute will do", "case": null});
    held
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asks, is};
    use super::*;

    #[test]
    fn examples_are_what_they_show() {
        is::<wire::page::HeldActPage>(page());
        is::<wire::held::HeldAct>(approved());
        is::<wire::held::HeldAct>(rejected());
        is::<wire::held::Hold>(hold());
        is::<wire::act::ActAnswer>(released());
        is::<wire::held::ApprovalPreview>(approval_preview());
        asks::<wire::held::ApproveRequest>(approve_request());
        asks::<wire::held::RejectRequest>(reject_request());
    }
}
