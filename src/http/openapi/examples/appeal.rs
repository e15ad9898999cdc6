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
        "next": ["add_statement", "claim", "ask", "bar", "withdraw"],
        "statements": [{"at": "2026-11-22T12:00:00.123456Z", "text": said["statement"], "evidence": said["evidence"]}],
        "answers": [],
        "asked": [],
        "claimed": null,
        "votes": [],
        "decision": null,
        "barred": null,
        "deadline": null,
        "decide_by": "2026-11-29T12:00:00.123456Z",
        "overdue": false,
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
    appeal["next"] = json!(["add_statement", "release", "ask", "decide", "withdraw"]);
    appeal["claimed"] = json!({"by": by(), "until": "2026-11-22T14:00:00.123456Z", "exception": false});
    appeal["deadline"] = json!("2026-11-22T14:00:00.123456Z");
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
    appeal["decision"] = json!({"outcome": "void", "by": by(), "at": "2026-11-22T13:30:00.123456Z", "reason": reason, "exception": false, "split": false});
    let came = void_answer();
    let remedy = json!({"case": came["case"], "replaced": null, "also_voided": came["also_voided"], "standing": came["standing"]});
    json!({"appeal": appeal, "remedy": remedy})
}

/// What is sent to ask the member something.
pub(crate) fn ask_request() -> Value {
    let mut request = reviewer();
    request["question"] = json!("Which channel was it in?");
    request
}

/// One that waits for the member.
pub(crate) fn asked() -> Value {
    let mut appeal = filed();
    appeal["state"] = json!("needs_info");
    appeal["next"] = json!(["add_statement", "withdraw"]);
    appeal["asked"] = json!([{"at": "2026-11-22T13:00:00.123456Z", "question": ask_request()["question"],
        "answer_by": "2026-12-06T13:00:00.123456Z", "answered_at": null}]);
    appeal["deadline"] = json!("2026-12-06T13:00:00.123456Z");
    appeal
}

/// What is sent to refuse one.
pub(crate) fn bar_request() -> Value {
    let mut request = reviewer();
    request["reason"] = json!("This insults the moderators and says nothing of the case");
    request
}

/// One that nobody looks at.
pub(crate) fn barred() -> Value {
    let mut appeal = ended("barred");
    appeal["barred"] =
        json!({"at": "2026-11-22T13:30:00.123456Z", "by": by(), "reason": bar_request()["reason"]});
    appeal
}

/// What is said to other moderators.
pub(crate) fn comment_request() -> Value {
    let mut request = reviewer();
    request["text"] = json!("I saw it happen.");
    request["evidence"] = json!(["https://discord.com/channels/81384788765712384/1/3"]);
    request
}

/// Something more that the member says.
pub(crate) fn statement_request() -> Value {
    json!({"statement": "It was in #help."})
}

/// What a draft is handed in with.
pub(crate) fn submit_request() -> Value {
    json!({"answers": {"before": "Never."}})
}

/// What a reviewer goes by.
pub(crate) fn review() -> Value {
    let case = &void_answer()["case"];
    let said = comment_request();
    json!({
        "appeal": claimed(),
        "facts": {"kind": "warn", "at": "2026-11-22T11:00:00.000000Z", "points": 1, "duration": null, "reason": "Spam",
            "evidence": [], "automated": false, "policy_version": 1},
        "case": case,
        "comments": [{"at": "2026-11-22T12:30:00.123456Z", "by": by(), "text": said["text"], "evidence": said["evidence"]}],
    })
}

/// Whether a case may be appealed.
pub(crate) fn eligibility() -> Value {
    json!({
        "eligible": false,
        "barrier": "gap",
        "detail": "The case may not be appealed: it is too soon after the last appeal; it may be appealed from 2026-12-01T12:00:00Z on.",
        "from": "2026-12-01T12:00:00.123456Z",
        "until": null,
        "left": 2,
        "questions": [{"id": "before", "text": "What happened before?", "required": true}],
        "open": null,
    })
}

/// How often appeals changed something.
pub(crate) fn overturns() -> Value {
    let tally = json!({"decided": 4, "upheld": 3, "reduced": 1, "replaced": 0, "voided": 0, "overturned_percent": 25});
    json!({
        "by": "rule", "from": null, "until": null,
        "items": [{"group": "rung:mute-1h", "identity": null, "tally": tally}],
        "left_out": 0, "total": tally, "complete": true,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asks, is};
    use super::*;

    #[test]
    fn examples_of_appeals_are_what_they_show() {
        asks::<wire::appeal_link::AppealLinkRequest>(super::super::appeal_link::request());
        is::<wire::appeal_link::AppealLinkCreated>(super::super::appeal_link::created());
        is::<wire::appeal_link::AppealLink>(super::super::appeal_link::revoked());
        is::<wire::page::AppealLinkPage>(super::super::appeal_link::page());
        asks::<wire::appeal::AppealRequest>(request());
        asks::<wire::appeal::ReviewerRequest>(reviewer());
        asks::<wire::appeal::AskRequest>(ask_request());
        asks::<wire::appeal::BarRequest>(bar_request());
        asks::<wire::appeal::CommentRequest>(comment_request());
        asks::<wire::appeal::StatementRequest>(statement_request());
        asks::<wire::appeal::SubmitRequest>(submit_request());
        is::<wire::appeal::AppealReview>(review());
        is::<wire::appeal::Overturns>(overturns());
        is::<wire::appeal::AppealEligibility>(eligibility());
        asks::<wire::appeal::DecisionRequest>(decision_request());
        for shown in [filed(), claimed(), withdrawn(), asked(), barred()] {
            is::<wire::appeal::Appeal>(shown);
        }
        is::<wire::appeal::DecisionAnswer>(decided());
        is::<wire::page::AppealPage>(page());
    }
}
