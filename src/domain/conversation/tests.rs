//! Flows and sessions on values: what the checker refuses, what events and time make of a session.

use super::*;
use crate::domain::appeal::Question;
use crate::domain::id::{CommunityId, ConversationId, UserId};
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn prompt(text: &str) -> Prompt {
    Prompt {
        text: text.into(),
        ..Prompt::default()
    }
}

fn ask(timeout: Option<(i64, &str)>) -> State {
    State::Ask {
        prompt: prompt("x"),
        on: Vec::new(),
        timeout: timeout.map(|(after, to)| Timeout { after, to: name(to) }),
    }
}

fn end(outcome: &str) -> State {
    State::End(End {
        outcome: name(outcome),
        text: "x".into(),
        show: Vec::new(),
        tells: true,
    })
}

fn line(event: &str, to: &str) -> Transition {
    Transition {
        event: name(event),
        to: name(to),
        handler: Handler::Go,
        inner: false,
    }
}

/// `a` waits a minute, then `b` does without one; `on` leads on from each.
fn draft() -> Draft {
    let mut draft = Draft::new("x", name("a"));
    draft.state(name("a"), ask(Some((60, "b"))));
    draft.state(name("b"), ask(None));
    draft.state(name("done"), end("done"));
    draft.register(name("a"), line("on", "b"));
    draft.register(name("b"), line("on", "done"));
    draft.register(name("done"), line("on", "a"));
    draft
}

fn flow(draft: Draft) -> Flow {
    check(FlowName::parse("mine").unwrap(), draft).unwrap()
}

pub(super) fn begun(flow: &Flow) -> Session {
    let start = Start {
        id: ConversationId(Uuid::from_u128(1)),
        community: CommunityId(Uuid::from_u128(2)),
        user: UserId(Uuid::from_u128(3)),
        channel: "dm".to_owned(),
        data: BTreeMap::new(),
        link: Link::default(),
    };
    opened(flow, start, at(0)).unwrap().session
}

pub(super) fn event(text: &str) -> Event {
    Event {
        name: name(text),
        answers: BTreeMap::new(),
        source: Source::Caller,
    }
}

fn pointers(draft: Draft) -> Vec<String> {
    let found = check(FlowName::parse("mine").unwrap(), draft).unwrap_err();
    found.into_iter().map(|finding| finding.pointer).collect()
}

#[test]
fn an_event_leads_on_and_another_one_changes_nothing() {
    let flow = flow(draft());
    let session = begun(&flow);
    assert_eq!(
        (session.state, session.step, session.deadline),
        (name("a"), 1, Some(at(60)))
    );
    let illegal = session.handle(&flow, &event("off"), at(1)).unwrap_err();
    assert_eq!(illegal.said(), "in the state a there is no off; there is on");
    let second = session.handle(&flow, &event("on"), at(1)).unwrap().session;
    assert_eq!((second.state, second.step, second.deadline), (name("b"), 2, None));
    let last = second.handle(&flow, &event("on"), at(2)).unwrap();
    let told: Vec<_> = last.told.iter().map(|told| told.what).collect();
    assert_eq!(told, [News::Ended, News::Completed]);
    assert_eq!(last.session.ended.unwrap().outcome, name("done"));
    let over = last.session.handle(&flow, &event("on"), at(3)).unwrap_err();
    assert_eq!(over, NotTaken::Over(name("done")));
}

#[test]
fn time_comes_before_every_event() {
    let flow = flow(draft());
    let session = begun(&flow);
    assert!(session.at(&flow, at(59)).unwrap().told.is_empty());
    let next = session.handle(&flow, &event("on"), at(60)).unwrap().session;
    assert_eq!(
        next.ended.unwrap().outcome,
        name("done"),
        "time led to b, and the event on from there"
    );
    let week = session.at(&flow, at(USUAL_LIFETIME)).unwrap();
    assert_eq!(
        week.session.ended.unwrap(),
        Ended {
            at: at(USUAL_LIFETIME),
            outcome: name("expired")
        }
    );
    let whens: Vec<_> = week.told.iter().map(|told| told.at).collect();
    assert_eq!(
        whens,
        [at(60), at(USUAL_LIFETIME)],
        "each at its time, whenever it is looked at"
    );
    assert_eq!(
        session
            .at(&flow, at(100))
            .unwrap()
            .session
            .at(&flow, at(USUAL_LIFETIME))
            .unwrap()
            .session,
        week.session
    );
}

#[test]
fn whoever_leaves_goes_the_flows_own_way() {
    let flow = flow(draft());
    let left = begun(&flow).cancel(&flow, at(1)).unwrap();
    assert_eq!(
        (left.session.ended.unwrap().outcome, left.told.len()),
        (name("cancelled"), 1)
    );
    let mut own = draft();
    own.register(name("a"), line("cancel", "b"));
    let flow = self::flow(own);
    assert_eq!(
        begun(&flow).cancel(&flow, at(1)).unwrap().session.state,
        name("b")
    );
    assert!(left.session.cancel(&flow, at(2)).is_err());
}

#[test]
fn nobody_says_what_the_service_says() {
    let mut draft = draft();
    draft.register(
        name("a"),
        Transition {
            inner: true,
            ..line("agreed", "b")
        },
    );
    assert_eq!(
        pointers(draft.clone()),
        ["/states/0/on/1"],
        "not in a flow of a tenant's"
    );
    let flow = check(FlowName::parse("tribune.x").unwrap(), draft).unwrap();
    let session = begun(&flow);
    let said = session.handle(&flow, &event("agreed"), at(1)).unwrap_err().said();
    assert!(said.ends_with("there is on"), "{said}");
    let mut next = session.at(&flow, at(1)).unwrap();
    next.called(&flow, "agreed", at(1)).unwrap();
    assert_eq!(next.session.state, name("b"));
}

#[test]
fn a_flow_that_leads_nowhere_is_none() {
    let with = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        pointers(draft)
    };
    assert_eq!(with(&|draft| draft.start = name("z")), ["/start"]);
    assert_eq!(with(&|draft| draft.state(name("z"), end("z"))), ["/states/3"]);
    assert_eq!(
        with(&|draft| draft.register(name("a"), line("z", "nowhere"))),
        ["/states/0/on/1/to"]
    );
    assert_eq!(
        with(&|draft| draft.register(name("a"), line("on", "b"))),
        ["/states/0/on/1"]
    );
    assert_eq!(
        with(&|draft| draft.register(name("a"), line("timeout", "b"))),
        ["/states/0/on/1"]
    );
    assert_eq!(
        with(&|draft| draft.states[1].state = ask(None)),
        ["/states/1", "/states/0", "/states/1", "/states/2"]
    );
    assert_eq!(
        with(&|draft| draft.states[1].state = ask(Some((60, "a")))),
        [
            "/states/0",
            "/states/0/timeout/to",
            "/states/1",
            "/states/1/timeout/to",
            "/states/2"
        ]
    );
    let circle = with(&|draft| {
        draft.states[1].state = ask(Some((60, "a")));
        draft.register(name("b"), line("on", "done"));
    });
    assert_eq!(
        circle,
        ["/states/0/timeout/to", "/states/1/timeout/to"],
        "time alone goes round"
    );
    let many = with(&|draft| {
        for n in 0..MOST_STATES {
            draft.state(name(&format!("s{n}")), end("x"));
            draft.register(name("a"), line(&format!("e{n}"), &format!("s{n}")));
        }
    });
    assert_eq!(many, ["/states", "/states/0/on"]);
}

/// What is wrong with answers to four fields, by where it is.
fn wrong(pairs: &[(&str, Value)]) -> Vec<String> {
    let field = |text: &str, kind, required| Field {
        name: name(text),
        label: "x".into(),
        kind,
        required,
    };
    let fields = [
        field("t", Kind::Text { min: 1, max: 3 }, true),
        field("n", Kind::Integer { min: 0, max: 9 }, false),
        field("d", Kind::Date, false),
        field("u", Kind::Url, false),
    ];
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let found = answers(&fields, &pairs.collect(), "").err().unwrap_or_default();
    found.into_iter().map(|finding| finding.pointer).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn answers_are_what_was_asked_for() {
    assert!(wrong(&[("t", text("äöü"))]).is_empty());
    assert_eq!(wrong(&[]), ["/t"]);
    let texts = ["    ", "", "four", "a\u{0}", "   "].map(text);
    for bad in texts.into_iter().chain([Value::Integer(3), Value::Boolean(true)]) {
        assert_eq!(wrong(&[("t", bad.clone())]), ["/t"], "{bad:?}");
    }
    let bad = [
        ("t", text("a")),
        ("n", Value::Integer(10)),
        ("x/y", Value::Boolean(true)),
    ];
    assert_eq!(wrong(&bad), ["/n", "/x~1y"]);
    let dates = ["2026-02-29", "2026-2-01", "26-02-01", "today", "+026-01-01"].map(|bad| ("d", bad));
    let links = [
        "javascript:x",
        "https://",
        "https://u@h/",
        "https://a b",
        "http://<",
    ]
    .map(|bad| ("u", bad));
    for (field, bad) in dates.into_iter().chain(links) {
        assert_eq!(
            wrong(&[("t", text("a")), (field, text(bad))]),
            [format!("/{field}")],
            "{bad}"
        );
    }
    let good = [
        ("t", text("a")),
        ("d", text("2028-02-29")),
        ("u", text("https://example.com/x?y#z")),
    ];
    assert!(wrong(&good).is_empty());
}

#[test]
fn every_shipped_flow_is_there() {
    for kind in Shipped::ALL {
        let name = FlowName::parse(kind.name()).unwrap();
        let flow = shipped(&name).unwrap_or_else(|| panic!("{name} is refused by the checker"));
        assert_eq!(Shipped::named(flow.name()), Some(kind));
        let said = format!("{:?}", flow.draft());
        assert!(
            !said.contains(&format!("{:?}", Name::NAMELESS)),
            "{name} has a word that is no name"
        );
    }
    for word in ["", "Tribune.x", "tribune.", "tribune.a.b", "other.x", "a b"] {
        assert!(FlowName::parse(word).is_err(), "{word}");
    }
}

fn question(text: &str, required: bool) -> Question {
    Question {
        id: text.to_lowercase(),
        text: text.to_owned(),
        required,
    }
}

#[test]
fn an_intake_asks_what_the_policy_asks() {
    let none = intake(&[]).unwrap();
    assert_eq!(Some(&none), shipped(none.name()));
    let flow = intake(&[question("Why?", true), question("Else?", false)]).unwrap();
    let mut said = event("submit");
    said.answers = [("statement".to_owned(), text("x"))].into();
    let asked = begun(&flow).handle(&flow, &said, at(1)).unwrap().session;
    assert_eq!(asked.state, name("questions"));
    let submit = |answers: &[(&str, &str)]| {
        let mut event = event("submit");
        let answers = answers
            .iter()
            .map(|(name, said)| ((*name).to_owned(), text(said)));
        event.answers = answers.collect();
        asked.handle(&flow, &event, at(2))
    };
    let missing = submit(&[("question_2", "x")]).unwrap_err();
    let missed = Finding {
        pointer: "/answers/question_1".to_owned(),
        detail: "an answer is needed".to_owned(),
    };
    assert_eq!(missing, NotTaken::Answers(vec![missed]));
    assert!(submit(&[("question_1", &"x".repeat(4_001))]).is_err());
    let answered = submit(&[("question_1", &"x".repeat(4_000))]).unwrap().session;
    assert_eq!(answered.state, name("check"));
    assert!(answered.data.contains_key(&question_field(0)));
    assert_eq!(label(&flow, question_field(1)), "Else?".into());
    let left = answered.handle(&flow, &event("cancel"), at(3)).unwrap().session;
    assert!(
        left.data.is_empty(),
        "what was said is forgotten: {:?}",
        left.data
    );
}

#[test]
fn there_is_room_for_every_question_of_a_policy() {
    let long = "x".repeat(500);
    let questions = |count| vec![question(&long, true); count];
    assert!(intake(&questions(10)).is_ok());
    assert!(intake(&questions(11)).is_err());
    assert!(intake(&[question(" ", true)]).is_err());
}
