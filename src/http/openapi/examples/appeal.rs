//! Appeals, as the reference shows them.

use serde_json::{Value, json};

use super::{COMMUNITY, KEY, USER, void_answer};

const APPEAL: &str = "apl_01939c8ecf0a7182e3945f6071829304";

/// A second moderator.
fn by() -> Value {
    json!({"type": "human", "user": "usr_01939c8ed01b7293f4a5607182930415", "identity": "discord:41771983423143937", "key": KEY,
        "automod": null, "rung": null, "source": null, "asserted": null})
}

/// What is sent to file one.
pub(crate) fn request() -> Value {
    json!({"statement": "The link was to our own rules.", "evidence": ["https://discord.com/channels/81384788765712384/1/2"]})
}

/// One that waits.
pub(crate) fn filed() -> Value {
    let said = request();
    json!({
        "id": APPEAL,
        "community": COMMUNITY,
        "case": 12,
        "member": {"user": USER, "identity": null},
        "state": "submitted",
        "next": ["claim", "withdraw"],
        "statements": [{"at": "2026-11-22T12:00:00.123456Z", "text": said["statement"], "evidence": said["evidence"]}],
        "claimed": null,
        "decision": null,
        "created_at": "2026-11-22T12:00:00.123456Z",
        "ended_at": null,
    })
}

/// A page of them.
pub(crate) fn page() -> Value {
    json!({"items": [filed()], "next_cursor": null})
}

/// Who reviews.
pub(crate) fn reviewer() -> Value {
    json!({"actor": {"platform": "discord", "id": "41771983423143937"}})
}

/// One that somebody has in hand.
pub(crate) fn claimed() -> Value {
    let mut appeal = filed();
    appeal["state"] = json!("in_review");
    appeal["next"] = json!(["release", "decide", "withdraw"]);
    appeal["claimed"] = json!({"by": by(), "until": "2026-11-22T14:00:00.123456Z"});
    appeal
}

fn ended(state: &str) -> Value {
    let mut appeal = filed();
    appeal["state"] = json!(state);
    appeal["next"] = json!([]);
    appeal["ended_at"] = json!("2026-11-22T13:30:00.123456Z");
    appeal
}

/// One that was taken back.
pub(crate) fn withdrawn() -> Value {
    ended("withdrawn")
}

/// What is sent to decide one.
pub(crate) fn decision_request() -> Value {
    let mut request = reviewer();
    request["outcome"] = json!("void");
    request["reason"] = json!("It was a link to the rules");
    request
}

/// One that was decided, with what came of it.
pub(crate) fn decided() -> Value {
    let mut appeal = ended("closed");
    let reason = &decision_request()["reason"];
    appeal["decision"] =
        json!({"outcome": "void", "by": by(), "at": "2026-11-22T13:30:00.123456Z", "reason": reason});
    json!({"appeal": appeal, "remedy": void_answer()})
}
