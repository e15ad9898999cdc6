//! The flows that are always there: an appeal, a severe act that is confirmed, and two accounts of one person that are linked.
//!
//! They say what they say by keys of messages, of which there is one in every language. Whoever shows a conversation says them in the person's.

use super::check::check;
use super::draft::{Call, Draft, End, Handler, Prompt, State, Timeout, Transition};
use super::field::{Choice, Field, Kind};
use super::flow::{Flow, FlowName};
use super::intake::appeal;
use super::wording::Wording;
use crate::domain::name::Name;
use crate::domain::time::MAX_SPAN;
use std::sync::LazyLock;

/// How long somebody may take to write, in seconds.
pub(super) const TO_WRITE: i64 = 86_400;
/// How long somebody may take to confirm a severe act.
const TO_CONFIRM: i64 = 300;
/// How long a code counts, and how long either side may take after it.
const TO_LINK: i64 = 600;

/// A shipped flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shipped {
    /// A member appeals.
    Appeal,
    /// A moderator confirms a severe act.
    ConfirmAct,
    /// The second of two accounts enters the code of the first.
    EnterCode,
    /// The first of two accounts of one person.
    LinkAccount,
}

impl Shipped {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 4] = [Self::Appeal, Self::ConfirmAct, Self::EnterCode, Self::LinkAccount];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appeal => "tribune.appeal",
            Self::ConfirmAct => "tribune.confirm_act",
            Self::EnterCode => "tribune.enter_code",
            Self::LinkAccount => "tribune.link_account",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn named(name: &FlowName) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|shipped| shipped.name() == name.as_str())
    }
}

static FLOWS: LazyLock<Vec<Flow>> = LazyLock::new(|| {
    let drafts = Shipped::ALL
        .into_iter()
        .map(|shipped| (shipped.name(), draft(shipped)));
    drafts
        .filter_map(|(name, draft)| check(FlowName::parse(name).ok()?, draft).ok())
        .collect()
});

/// The shipped flow of a name. They have one version: what is changed about one gets another name, as conversations under way keep theirs.
#[must_use]
pub fn shipped(name: &FlowName) -> Option<&'static Flow> {
    FLOWS.iter().find(|flow| flow.name() == name)
}

/// What people read beside an answer: the label of what asked for it.
#[must_use]
pub fn label(flow: &Flow, name: Name) -> Wording {
    let asked = flow.draft().states.iter().flat_map(|state| match &state.state {
        State::Ask { prompt, .. } => prompt.fields.as_slice(),
        _ => &[],
    });
    let mut fields = flow.draft().takes.iter().chain(asked);
    match fields.find(|field| field.name == name) {
        Some(field) => field.label.clone(),
        None => Wording::Key(match name.as_str() {
            "appeal" => "talk-fact-appeal",
            "case" => "talk-appeal-case",
            "held" => "talk-fact-held",
            "other" => "talk-fact-other",
            _ => "talk-fact-refusal",
        }),
    }
}

fn draft(shipped: Shipped) -> Draft {
    match shipped {
        Shipped::Appeal => appeal(&[]),
        Shipped::ConfirmAct => confirm_act(),
        Shipped::EnterCode => enter_code(),
        Shipped::LinkAccount => link_account(),
    }
}

/// The words here are names, all of them: one that was not would be none in every place, and the checker would refuse its flow, which a test
/// would tell.
pub(super) fn name(word: &str) -> Name {
    Name::new(word).unwrap_or(Name::NAMELESS)
}

pub(super) fn ask(prompt: Prompt, after: i64) -> State {
    State::Ask {
        prompt,
        on: Vec::new(),
        timeout: Some(Timeout {
            after,
            to: name("late"),
        }),
    }
}

pub(super) fn prompt(key: &'static str, show: &[&str], choices: &[(&str, &'static str)]) -> Prompt {
    Prompt {
        text: Wording::Key(key),
        show: show.iter().map(|word| name(word)).collect(),
        fields: Vec::new(),
        choices: choices.iter().map(|(id, key)| choice(id, key)).collect(),
    }
}

pub(super) fn choice(id: &str, key: &'static str) -> Choice {
    Choice {
        id: name(id),
        label: Wording::Key(key),
    }
}

pub(super) fn call(call: Call) -> State {
    State::Call { call, on: Vec::new() }
}

pub(super) fn end(outcome: &str, key: &'static str, show: &[&str]) -> State {
    State::End(End {
        outcome: name(outcome),
        text: Wording::Key(key),
        show: show.iter().map(|word| name(word)).collect(),
        tells: false,
    })
}

pub(super) fn field(word: &str, key: &'static str, kind: Kind, required: bool) -> Field {
    Field {
        name: name(word),
        label: Wording::Key(key),
        kind,
        required,
    }
}

/// Registers lines of the table: state, event, next state.
pub(super) fn lines(draft: &mut Draft, handler: Handler, inner: bool, lines: &[(&str, &str, &str)]) {
    for (from, event, to) in lines {
        let transition = Transition {
            event: name(event),
            to: name(to),
            handler,
            inner,
        };
        draft.register(name(from), transition);
    }
}

fn confirm_act() -> Draft {
    let mut draft = Draft::new(Wording::Key("talk-act-title"), name("confirm"));
    draft.lifetime = 3_600;
    let kinds = Kind::Choice {
        options: vec![
            choice("ban", "kind-ban"),
            choice("tempban", "kind-tempban"),
            choice("kick", "kind-kick"),
            choice("mute", "kind-mute"),
        ],
    };
    let seconds = Kind::Integer {
        min: 1,
        max: MAX_SPAN,
    };
    draft.takes = vec![
        field("member", "talk-act-member", Kind::Text { min: 3, max: 161 }, true),
        field("kind", "talk-act-kind", kinds, true),
        field("duration", "talk-act-duration", seconds, false),
        field(
            "reason",
            "talk-act-reason",
            Kind::Text { min: 1, max: 2_000 },
            false,
        ),
    ];
    draft.forgets = vec![name("member"), name("reason")];
    let choices = [("confirm", "talk-act-confirm"), ("cancel", "talk-cancel")];
    let asked = prompt(
        "talk-act-ask",
        &["kind", "member", "duration", "reason"],
        &choices,
    );
    draft.state(name("confirm"), ask(asked, TO_CONFIRM));
    draft.state(name("acting"), call(Call::Act));
    draft.state(name("done"), end("done", "talk-act-done", &["case"]));
    draft.state(name("held"), end("held", "talk-act-held", &["held"]));
    draft.state(name("refused"), end("refused", "talk-act-refused", &["refusal"]));
    draft.state(name("cancelled"), end("cancelled", "talk-act-cancelled", &[]));
    draft.state(name("late"), end("expired", "talk-act-late", &[]));
    let table = [
        ("confirm", "confirm", "acting"),
        ("confirm", "cancel", "cancelled"),
    ];
    lines(&mut draft, Handler::Go, false, &table);
    let table = [
        ("acting", "done", "done"),
        ("acting", "held", "held"),
        ("acting", "refused", "refused"),
    ];
    lines(&mut draft, Handler::Go, true, &table);
    draft
}

/// What both sides of a link come to.
fn link_ends(draft: &mut Draft) {
    draft.state(name("linked"), end("linked", "talk-link-linked", &[]));
    draft.state(name("denied"), end("denied", "talk-link-denied", &[]));
    draft.state(name("cancelled"), end("cancelled", "talk-link-cancelled", &[]));
    draft.state(name("late"), end("expired", "talk-link-late", &[]));
    draft.lifetime = 4 * 3_600;
    draft.forgets = vec![name("other")];
}

fn link_account() -> Draft {
    let mut draft = Draft::new(Wording::Key("talk-link-title"), name("issuing"));
    draft.state(name("issuing"), call(Call::IssueCode));
    let choices = [("again", "talk-link-again"), ("cancel", "talk-cancel")];
    draft.state(
        name("code"),
        ask(prompt("talk-link-code", &[], &choices), TO_LINK),
    );
    let choices = [("confirm", "talk-link-confirm"), ("deny", "talk-link-deny")];
    draft.state(
        name("confirm"),
        ask(prompt("talk-link-ask", &["other"], &choices), TO_LINK),
    );
    draft.state(name("merging"), call(Call::Merge));
    draft.state(name("denying"), call(Call::Deny));
    draft.state(name("failed"), end("failed", "talk-link-failed", &["refusal"]));
    link_ends(&mut draft);
    let table = [
        ("code", "again", "issuing"),
        ("code", "cancel", "cancelled"),
        ("confirm", "confirm", "merging"),
        ("confirm", "deny", "denying"),
    ];
    lines(&mut draft, Handler::Go, false, &table);
    let table = [
        ("issuing", "done", "code"),
        ("code", "agreed", "confirm"),
        ("merging", "done", "linked"),
        ("merging", "refused", "failed"),
        ("denying", "done", "denied"),
    ];
    lines(&mut draft, Handler::Go, true, &table);
    draft
}

fn enter_code() -> Draft {
    let mut draft = Draft::new(Wording::Key("talk-code-title"), name("enter"));
    for (word, key) in [("enter", "talk-code-ask"), ("wrong", "talk-code-wrong")] {
        let mut asked = prompt(key, &[], &[("cancel", "talk-cancel")]);
        let code = Kind::Text { min: 8, max: 20 };
        asked.fields = vec![field("code", "talk-code-code", code, true)];
        draft.state(name(word), ask(asked, TO_LINK));
    }
    draft.state(name("matching"), call(Call::MatchCode));
    let choices = [("confirm", "talk-link-confirm"), ("deny", "talk-link-deny")];
    draft.state(
        name("confirm"),
        ask(prompt("talk-code-check", &["other"], &choices), TO_LINK),
    );
    draft.state(name("agreeing"), call(Call::Agree));
    let waiting = prompt("talk-code-waiting", &["other"], &[("cancel", "talk-cancel")]);
    draft.state(name("waiting"), ask(waiting, TO_LINK));
    draft.state(name("failed"), end("failed", "talk-code-failed", &[]));
    link_ends(&mut draft);
    let table = [("enter", "submit", "matching"), ("wrong", "submit", "matching")];
    lines(&mut draft, Handler::Use, false, &table);
    let table = [
        ("enter", "cancel", "cancelled"),
        ("wrong", "cancel", "cancelled"),
        ("confirm", "confirm", "agreeing"),
        ("confirm", "deny", "denied"),
        ("waiting", "cancel", "cancelled"),
    ];
    lines(&mut draft, Handler::Go, false, &table);
    let table = [
        ("matching", "done", "confirm"),
        ("matching", "refused", "wrong"),
        ("matching", "failed", "failed"),
        ("agreeing", "done", "waiting"),
        ("agreeing", "refused", "late"),
        ("waiting", "linked", "linked"),
        ("waiting", "denied", "denied"),
    ];
    lines(&mut draft, Handler::Go, true, &table);
    draft
}
