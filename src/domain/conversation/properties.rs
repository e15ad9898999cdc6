//! What holds in every flow, for every order of events: nobody is ever where no end is possible, what cannot happen changes nothing, and time ends
//! it all.

use super::tests::{at, begun, event};
use super::*;
use crate::domain::appeal::Question;
use crate::domain::name::Name;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// States of random flows, and the events that they may have.
const STATES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const EVENTS: [&str; 4] = ["go", "back", "cancel", "confirm"];

/// What people and systems may say, whether it fits or not.
const SAID: [&str; 14] = [
    "go", "back", "cancel", "confirm", "submit", "timeout", "file", "edit", "again", "deny", "agreed",
    "linked", "done", "refused",
];

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// What a state of a random flow is: where events lead, after how long it is over and where to; nothing for an end.
type Shape = Option<(Vec<(usize, usize)>, Option<(i64, usize)>)>;

fn shapes() -> impl Strategy<Value = (Vec<Shape>, i64)> {
    let on = prop::collection::vec((0..EVENTS.len(), 0..STATES.len()), 0..4);
    let timeout = prop::option::of((MIN_TIMEOUT..2_000, 0..STATES.len()));
    let shape = prop::option::weighted(0.7, (on, timeout));
    (
        prop::collection::vec(shape, 2..=STATES.len()),
        MIN_LIFETIME..20_000,
    )
}

/// A flow of a shape, if the checker takes it.
fn flow((shapes, lifetime): &(Vec<Shape>, i64)) -> Option<Flow> {
    let mut draft = Draft::new("random", name("a"));
    draft.lifetime = *lifetime;
    for (state, shape) in STATES.iter().zip(shapes) {
        let Some((on, timeout)) = shape else {
            let end = End {
                outcome: name(state),
                text: "x".into(),
                show: Vec::new(),
                tells: true,
            };
            draft.state(name(state), State::End(end));
            continue;
        };
        let on = on
            .iter()
            .map(|(event, to)| (EVENTS[*event], STATES[*to % shapes.len()]));
        let on: BTreeMap<_, _> = on.collect();
        let line = |(event, to): (&&str, &&str)| Transition {
            event: name(event),
            to: name(to),
            handler: Handler::Go,
            inner: false,
        };
        let prompt = Prompt {
            text: "x".into(),
            ..Prompt::default()
        };
        let timeout = timeout.map(|(after, to)| Timeout {
            after,
            to: name(STATES[to % shapes.len()]),
        });
        draft.state(
            name(state),
            State::Ask {
                prompt,
                on: on.iter().map(line).collect(),
                timeout,
            },
        );
    }
    check(FlowName::parse("random").unwrap(), draft).ok()
}

/// Whether an end can be reached from a state, looked for without the checker.
fn ends(flow: &Flow, from: Name) -> bool {
    let (mut seen, mut waiting) = (vec![from], vec![from]);
    while let Some(name) = waiting.pop() {
        let state = flow.state(name).unwrap();
        if matches!(state, State::End(_)) {
            return true;
        }
        for to in state.leads_to() {
            if !seen.contains(&to) {
                seen.push(to);
                waiting.push(to);
            }
        }
    }
    false
}

/// Answers that fit, for whatever is asked; by dice, what need not be answered is left out.
fn fitting(flow: &Flow, state: Name, dice: usize) -> BTreeMap<String, Value> {
    let Some(State::Ask { prompt, .. }) = flow.state(state) else {
        return BTreeMap::new();
    };
    let answer = |kind: &Kind| match kind {
        Kind::Text { max, .. } => Value::Text("abcdefgh".chars().take(*max as usize).collect()),
        Kind::Integer { min, .. } => Value::Integer(*min),
        Kind::Choice { options } => Value::Text(options[0].id.to_string()),
        Kind::Boolean => Value::Boolean(true),
        Kind::Url => Value::Text("https://example.com/".to_owned()),
        Kind::Date => Value::Text("2026-11-28".to_owned()),
    };
    prompt
        .fields
        .iter()
        .filter(|field| field.required || dice.is_multiple_of(2))
        .map(|field| (field.name.to_string(), answer(&field.kind)))
        .collect()
}

/// Whatever the service comes to, until it waits for somebody.
fn worked(flow: &Flow, mut next: Next, dice: usize, now: i64) -> Session {
    let mut turn = dice;
    while next.call.is_some() {
        let state = flow.state(next.session.state).unwrap();
        let came = state.on()[turn % state.on().len()].event;
        next.called(flow, came.as_str(), at(now)).unwrap();
        turn += 1;
    }
    next.session
}

/// Walks through a flow by dice: events that fit and events that do not, and time.
fn walk(flow: &Flow, steps: &[(usize, usize, i64)]) -> Result<(), TestCaseError> {
    let mut session = begun(flow);
    if let Some(call) = flow.state(session.state).unwrap().calls() {
        let mut next = session.at(flow, at(0)).unwrap();
        next.call = Some(call);
        session = worked(flow, next, 0, 0);
    }
    let mut now = 0;
    for (said, dice, wait) in steps {
        now += wait;
        let before = session.clone();
        let stands = session.at(flow, at(now)).unwrap().session;
        prop_assert!(ends(flow, stands.state), "no end from {}", stands.state);
        let mut event = event(SAID[*said]);
        if SAID[*said] == "submit" {
            event.answers = fitting(flow, stands.state, *dice);
        }
        let legal = stands.ended.is_none() && flow.legal(stands.state).contains(&event.name);
        match session.handle(flow, &event, at(now)) {
            Ok(next) => {
                prop_assert!(legal, "{} in {}", event.name, stands.state);
                prop_assert!(next.session.step > stands.step);
                session = worked(flow, next, *dice, now);
            }
            Err(NotTaken::Illegal { legal: listed, .. }) => {
                prop_assert!(!legal);
                prop_assert_eq!(listed, flow.legal(stands.state));
            }
            Err(NotTaken::Over(outcome)) => {
                prop_assert_eq!(stands.ended.map(|ended| ended.outcome), Some(outcome))
            }
            Err(other) => prop_assert!(false, "{:?}", other),
        }
        if !legal {
            prop_assert_eq!(&session, &before, "an event that cannot happen changes nothing");
        }
    }
    let over = session.at(flow, session.expires_at).unwrap().session;
    let ended = over.ended.expect("time ends it");
    prop_assert!(ended.at <= over.expires_at);
    prop_assert_eq!(over.due_at(), None);
    for name in &flow.draft().forgets {
        prop_assert!(!over.data.contains_key(name), "{} is kept", name);
    }
    Ok(())
}

fn steps() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    prop::collection::vec(
        (
            0..SAID.len(),
            0..8_usize,
            prop_oneof![3 => 0..60_i64, 1 => 0..100_000_i64],
        ),
        0..40,
    )
}

proptest! {
    /// Through every shipped flow.
    #[test]
    fn shipped_flows_come_to_an_end(which in 0..Shipped::ALL.len(), steps in steps()) {
        let name = FlowName::parse(Shipped::ALL[which].name()).unwrap();
        walk(shipped(&name).unwrap(), &steps)?;
    }

    /// Through random flows, as far as the checker takes them, and through an intake with random questions.
    #[test]
    fn every_flow_comes_to_an_end(shape in shapes(), required in prop::collection::vec(any::<bool>(), 1..=10), steps in steps()) {
        let asked = required.iter().map(|required| Question {
            id: "x".to_owned(),
            text: "x".to_owned(),
            required: *required,
        });
        let asking = intake(&asked.collect::<Vec<_>>()).unwrap();
        walk(&asking, &steps)?;
        if let Some(flow) = flow(&shape) {
            for state in &flow.draft().states {
                prop_assert!(ends(&flow, state.name));
            }
            walk(&flow, &steps)?;
        }
    }

    /// Time leads to the same, however often somebody looks.
    #[test]
    fn looking_changes_nothing(shape in shapes(), looks in prop::collection::vec(0..3_000_i64, 1..12)) {
        if let Some(flow) = flow(&shape) {
            let begun = begun(&flow);
            let (mut stepwise, mut now, mut told) = (begun.clone(), 0, Vec::new());
            for look in looks {
                now += look;
                let next = stepwise.at(&flow, at(now)).unwrap();
                told.extend(next.told);
                stepwise = next.session;
            }
            let once = begun.at(&flow, at(now)).unwrap();
            prop_assert_eq!(once.session, stepwise);
            prop_assert_eq!(once.told, told);
        }
    }
}
