//! From a draft to a flow, or to everything that is wrong with it.

use super::draft::{
    Draft, End, MAX_FIELD_LABEL, MAX_LABEL, MAX_LIFETIME, MAX_TEXT, MAX_TIMEOUT, MIN_LIFETIME, MIN_TIMEOUT,
    MOST_CHOICES, MOST_FIELDS, MOST_NAMES, MOST_STATES, MOST_TRANSITIONS, Prompt, State, Timeout, Transition,
};
use super::field::{Choice, Field, Kind, MAX_ANSWER};
use super::flow::{Flow, FlowName};
use super::wording::Wording;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// Events that have a meaning of their own.
const SUBMIT: &str = "submit";
const TIMEOUT: &str = "timeout";

/// Names under which the service keeps what its own work came to, in shipped flows.
const BROUGHT: [&str; 5] = ["appeal", "case", "held", "other", "refusal"];

/// What the checker has found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn wrong(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Finding {
            pointer: pointer.into(),
            detail: detail.into(),
        });
    }

    fn text(&mut self, pointer: &str, wording: &Wording, longest: usize) {
        let text = wording.as_str();
        if text.trim().is_empty() {
            self.wrong(pointer, "say something");
        } else if text.chars().count() > longest {
            self.wrong(pointer, format!("at most {longest} characters"));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.wrong(pointer, "no control characters except line break and tab");
        }
    }

    fn at_most(&mut self, pointer: &str, count: usize, most: usize) {
        if count > most {
            self.wrong(pointer, format!("at most {most}"));
        }
    }

    /// That no name is there twice.
    fn once(&mut self, pointer: &str, names: impl Iterator<Item = Name>) {
        let mut seen = BTreeSet::new();
        for (index, name) in names.enumerate() {
            if !seen.insert(name) {
                self.wrong(format!("{pointer}/{index}"), format!("{name} is there already"));
            }
        }
    }
}

/// Checks a draft. Shipped flows may have calls, and events from within.
///
/// # Errors
/// Everything that is wrong with it, in the order of the document.
pub fn check(name: FlowName, draft: Draft) -> Result<Flow, Vec<Finding>> {
    let mut findings = Findings::default();
    findings.text("/title", &draft.title, MAX_LABEL);
    if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&draft.lifetime) {
        let bounds = format!("{MIN_LIFETIME} to {MAX_LIFETIME} seconds");
        findings.wrong("/lifetime", bounds);
    }
    check_fields(&mut findings, "/takes", &draft.takes);
    if draft.states.is_empty() {
        findings.wrong("/states", "at least one");
    }
    findings.at_most("/states", draft.states.len(), MOST_STATES);
    findings.once("/states", draft.states.iter().map(|state| state.name));
    let mut known = names_of(&draft);
    if known.len() > MOST_NAMES {
        let detail = format!(
            "a flow keeps answers under at most {MOST_NAMES} names, and this has {}",
            known.len()
        );
        findings.wrong("/states", detail);
    }
    if name.is_shipped() {
        known.extend(BROUGHT.into_iter().filter_map(|name| Name::new(name).ok()));
    }
    for (index, state) in draft.states.iter().enumerate() {
        let at = format!("/states/{index}");
        match &state.state {
            State::Ask { prompt, on, timeout } => {
                check_prompt(&mut findings, &format!("{at}/prompt"), prompt, &known);
                check_on(&mut findings, &at, (prompt, on), *timeout, name.is_shipped());
            }
            State::Call { .. } if !name.is_shipped() => {
                findings.wrong(&at, "only shipped flows have the service do something");
            }
            State::Call { .. } => {}
            State::End(end) => check_end(&mut findings, &format!("{at}/end"), end, &known),
        }
    }
    check_ways(&mut findings, &draft);
    if findings.0.is_empty() {
        let version = 1;
        Ok(Flow { name, version, draft })
    } else {
        Err(findings.0)
    }
}

/// The names under which a flow keeps something. A shipped one keeps what it is told from within, too.
fn names_of(draft: &Draft) -> BTreeSet<Name> {
    let asked = draft.states.iter().flat_map(|state| match &state.state {
        State::Ask { prompt, .. } => prompt.fields.as_slice(),
        _ => &[],
    });
    let fields = draft.takes.iter().chain(asked);
    fields
        .map(|field| field.name)
        .chain(draft.forgets.iter().copied())
        .collect()
}

fn check_prompt(findings: &mut Findings, at: &str, prompt: &Prompt, known: &BTreeSet<Name>) {
    findings.text(&format!("{at}/text"), &prompt.text, MAX_TEXT);
    check_shown(findings, at, &prompt.show, known);
    check_fields(findings, &format!("{at}/fields"), &prompt.fields);
    check_choices(findings, &format!("{at}/choices"), &prompt.choices);
}

fn check_end(findings: &mut Findings, at: &str, end: &End, known: &BTreeSet<Name>) {
    findings.text(&format!("{at}/text"), &end.text, MAX_TEXT);
    check_shown(findings, at, &end.show, known);
}

fn check_shown(findings: &mut Findings, at: &str, shown: &[Name], known: &BTreeSet<Name>) {
    findings.at_most(&format!("{at}/show"), shown.len(), MOST_NAMES);
    findings.once(&format!("{at}/show"), shown.iter().copied());
    for (index, name) in shown.iter().enumerate() {
        if !known.contains(name) {
            findings.wrong(format!("{at}/show/{index}"), format!("nothing asks for {name}"));
        }
    }
}

fn check_choices(findings: &mut Findings, at: &str, choices: &[Choice]) {
    findings.at_most(at, choices.len(), MOST_CHOICES);
    findings.once(at, choices.iter().map(|choice| choice.id));
    for (index, choice) in choices.iter().enumerate() {
        findings.text(&format!("{at}/{index}/label"), &choice.label, MAX_LABEL);
    }
}

fn check_fields(findings: &mut Findings, at: &str, fields: &[Field]) {
    findings.at_most(at, fields.len(), MOST_FIELDS);
    findings.once(at, fields.iter().map(|field| field.name));
    for (index, field) in fields.iter().enumerate() {
        let at = format!("{at}/{index}");
        findings.text(&format!("{at}/label"), &field.label, MAX_FIELD_LABEL);
        match &field.kind {
            Kind::Text { min, max } if min > max || *max > MAX_ANSWER || *max == 0 => {
                let bounds = format!(
                    "a text has at least min_length and at most max_length characters, of 1 to {MAX_ANSWER}"
                );
                findings.wrong(format!("{at}/max_length"), bounds);
            }
            Kind::Integer { min, max } if min > max => {
                findings.wrong(format!("{at}/max"), "at least as much as min");
            }
            Kind::Choice { options } if options.is_empty() => {
                findings.wrong(format!("{at}/options"), "at least one");
            }
            Kind::Choice { options } => check_choices(findings, &format!("{at}/options"), options),
            _ => {}
        }
    }
}

/// What leads on from a state that waits: every choice does, and `submit` where something is asked for.
fn check_on(
    findings: &mut Findings,
    at: &str,
    (prompt, on): (&Prompt, &[Transition]),
    timeout: Option<Timeout>,
    shipped: bool,
) {
    findings.at_most(&format!("{at}/on"), on.len(), MOST_TRANSITIONS);
    findings.once(&format!("{at}/on"), on.iter().map(|transition| transition.event));
    let has = |event: &str| on.iter().any(|transition| transition.event.as_str() == event);
    for (index, choice) in prompt.choices.iter().enumerate() {
        if !has(choice.id.as_str()) {
            let detail = format!("nothing says where {} leads", choice.id);
            findings.wrong(format!("{at}/prompt/choices/{index}"), detail);
        }
    }
    if prompt.fields.is_empty() == has(SUBMIT) {
        findings.wrong(
            format!("{at}/on"),
            "a state that asks for fields says where submit leads, and no other one does",
        );
    }
    for (index, transition) in on.iter().enumerate() {
        if transition.event.as_str() == TIMEOUT {
            findings.wrong(
                format!("{at}/on/{index}"),
                "time is said with `timeout` of the state",
            );
        }
        if transition.inner && !shipped {
            findings.wrong(
                format!("{at}/on/{index}"),
                "only shipped flows have events from within",
            );
        }
    }
    if on.is_empty() && timeout.is_none() {
        findings.wrong(at, "it waits, and nothing leads on");
    }
    if timeout.is_some_and(|timeout| !(MIN_TIMEOUT..=MAX_TIMEOUT).contains(&timeout.after)) {
        let bounds = format!("{MIN_TIMEOUT} to {MAX_TIMEOUT} seconds");
        findings.wrong(format!("{at}/timeout/after"), bounds);
    }
}

/// Where states lead: to states that are there, to all of them, and to an end from each.
fn check_ways(findings: &mut Findings, draft: &Draft) {
    let places: BTreeMap<Name, &State> = draft.states.iter().map(|s| (s.name, &s.state)).collect();
    let before = findings.0.len();
    if !places.contains_key(&draft.start) {
        findings.wrong("/start", format!("there is no state {}", draft.start));
    }
    for (index, state) in draft.states.iter().enumerate() {
        for (place, transition) in state.state.on().iter().enumerate() {
            if !places.contains_key(&transition.to) {
                let detail = format!("there is no state {}", transition.to);
                findings.wrong(format!("/states/{index}/on/{place}/to"), detail);
            }
        }
        let lost = state
            .state
            .timeout()
            .filter(|timeout| !places.contains_key(&timeout.to));
        if let Some(timeout) = lost {
            let detail = format!("there is no state {}", timeout.to);
            findings.wrong(format!("/states/{index}/timeout/to"), detail);
        }
    }
    if findings.0.len() > before {
        return;
    }
    let reached = closure([draft.start], |name| {
        places
            .get(&name)
            .into_iter()
            .flat_map(|state| state.leads_to())
            .collect()
    });
    let ends = places.iter().filter(|(_, state)| matches!(state, State::End(_)));
    let leading = closure(ends.map(|(name, _)| *name), |name| {
        let leads = places
            .iter()
            .filter(|(_, state)| state.leads_to().any(|to| to == name));
        leads.map(|(from, _)| *from).collect()
    });
    for (index, state) in draft.states.iter().enumerate() {
        if !reached.contains(&state.name) {
            findings.wrong(
                format!("/states/{index}"),
                format!("nothing leads to {}", state.name),
            );
        }
        if !leading.contains(&state.name) {
            findings.wrong(
                format!("/states/{index}"),
                format!("{} leads to no end", state.name),
            );
        }
        if circles(state.name, &places) {
            let detail = "time alone leads round in a circle; have it lead to an end, or to a state that waits for somebody";
            findings.wrong(format!("/states/{index}/timeout/to"), detail);
        }
    }
}

/// Whether somebody who never answers comes back to where they were.
fn circles(from: Name, places: &BTreeMap<Name, &State>) -> bool {
    let next = |name: Name| {
        places
            .get(&name)
            .and_then(|state| state.timeout())
            .map(|timeout| timeout.to)
    };
    let mut at = from;
    for _ in 0..=places.len() {
        match next(at) {
            Some(to) if to == from => return true,
            Some(to) => at = to,
            None => return false,
        }
    }
    // A circle further on, which its own states tell of.
    false
}

/// What can be reached from some states.
fn closure(from: impl IntoIterator<Item = Name>, leads: impl Fn(Name) -> Vec<Name>) -> BTreeSet<Name> {
    let mut waiting: Vec<Name> = from.into_iter().collect();
    let mut seen: BTreeSet<Name> = waiting.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        waiting.extend(leads(name).into_iter().filter(|to| seen.insert(*to)));
    }
    seen
}
