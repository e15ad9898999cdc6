//! What the shipped flows say: by the key of a prompt, a label or a choice.

const TEXTS: &[(&str, &str)] = &[
    ("appeal.title", "File an appeal"),
    ("appeal.case", "The number of the case"),
    (
        "appeal.ask",
        "Say why the decision was wrong, in your own words. A link to what shows it helps.",
    ),
    ("appeal.statement", "What happened"),
    ("appeal.evidence", "A link to what shows it"),
    (
        "appeal.check",
        "This is what a reviewer will read. Shall it be filed?",
    ),
    ("appeal.file", "File it"),
    ("appeal.edit", "Write it anew"),
    ("appeal.refused", "The appeal could not be filed."),
    ("appeal.again", "Try again"),
    (
        "appeal.filed",
        "Your appeal is filed. Somebody who had no part in the decision looks at the case.",
    ),
    ("appeal.cancelled", "Nothing was filed."),
    (
        "appeal.late",
        "Too much time has passed, and nothing was filed. You can begin anew.",
    ),
    ("act.title", "Confirm a severe act"),
    ("act.member", "The member"),
    ("act.kind", "The kind of act"),
    ("act.duration", "For how many seconds"),
    ("act.reason", "The reason"),
    (
        "act.ask",
        "This is a severe act. Please confirm that it is meant.",
    ),
    ("act.confirm", "Confirm"),
    ("act.done", "It is done."),
    ("act.held", "It waits for somebody else to approve it."),
    ("act.refused", "It was refused, and nothing was done."),
    ("act.cancelled", "Nothing was done."),
    ("act.late", "Nobody confirmed it in time, and nothing was done."),
    ("kind.ban", "Ban"),
    ("kind.tempban", "Ban for a time"),
    ("kind.kick", "Kick"),
    ("kind.mute", "Mute"),
    ("link.title", "Link an account on another platform"),
    (
        "link.code",
        "Enter this code on the other platform within ten minutes. Give it to nobody else.",
    ),
    ("link.again", "A new code"),
    (
        "link.ask",
        "Somebody entered your code on another platform and says that both accounts are theirs. Is this you?",
    ),
    ("link.confirm", "Yes, this is me"),
    ("link.deny", "No"),
    (
        "link.linked",
        "The accounts are linked. From now on they are one person here.",
    ),
    ("link.denied", "The accounts were not linked."),
    ("link.cancelled", "The accounts were not linked."),
    (
        "link.late",
        "Too much time has passed, and the accounts were not linked.",
    ),
    ("link.failed", "The accounts could not be linked."),
    ("code.title", "Enter the code of an account on another platform"),
    (
        "code.ask",
        "Enter the code that you were given on the other platform.",
    ),
    ("code.code", "The code"),
    (
        "code.wrong",
        "This is no code that counts now. Look at it once more, or have a new one made.",
    ),
    (
        "code.check",
        "Is this your account on the other platform? If somebody else gave you the code, say no.",
    ),
    ("code.waiting", "Now confirm on the other platform."),
    ("code.failed", "Too many codes were wrong."),
    ("fact.appeal", "The appeal"),
    ("fact.held", "The act that waits"),
    ("fact.other", "The other account"),
    ("fact.refusal", "Why"),
    ("cancel", "Cancel"),
];

/// The text of a key; the key itself where there is none, which tests forbid.
pub(super) fn text(key: &'static str) -> &'static str {
    let found = TEXTS.iter().find(|(name, _)| *name == key);
    found.map_or(key, |(_, text)| text)
}
