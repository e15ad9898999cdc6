//! What both stores know of conversations: rows as values, and the work of shipped flows as far as it needs no query.

use super::codec::Place;
use crate::domain::appeal::{Saying, Statement};
use crate::domain::conversation::{
    Draft, Flow, FlowName, Link, Next, Session, Value, check, intake, question_field, shipped,
};
use crate::domain::id::{AppealId, ConversationId};
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::ports::conversations::Talked;
use crate::ports::directory::Conflict;
use crate::ports::error::StoreError;
use chrono::{DateTime, TimeDelta, Utc};

/// How long whoever submitted an act has for it before others look after it.
const ACT_TAKES: TimeDelta = TimeDelta::seconds(30);

/// The flow of a conversation with what it keeps besides: a shipped one, asking what it began with, or what the tenant's version says.
pub(crate) fn flow_with(
    place: &Place<'_>,
    (name, version, doc): (&str, i32, Option<&str>),
    link: &Link,
) -> Result<Flow, StoreError> {
    if link.questions.is_empty() {
        return flow_of(place, name, version, doc);
    }
    intake(&link.questions).map_err(|found| place.corrupt("link", first(&found)))
}

/// A shipped flow, or what the tenant's version says.
pub(crate) fn flow_of(
    place: &Place<'_>,
    name: &str,
    version: i32,
    doc: Option<&str>,
) -> Result<Flow, StoreError> {
    let name = flow_name(place, name)?;
    if let Some(flow) = shipped(&name) {
        return Ok(flow.clone());
    }
    let doc = doc.ok_or_else(|| place.corrupt("flow", "there is no such version"))?;
    let draft: Draft = place.json("doc", doc)?;
    let flow = check(name, draft).map_err(|found| place.corrupt("doc", first(&found)))?;
    Ok(flow.at(version))
}

/// What is wrong with a flow, as far as the first of it.
fn first(found: &[Finding]) -> String {
    let first = found.first();
    first.map_or_else(String::new, |first| {
        format!("{}: {}", first.pointer, first.detail)
    })
}

pub(crate) fn flow_name(place: &Place<'_>, name: &str) -> Result<FlowName, StoreError> {
    FlowName::parse(name).map_err(|error| place.corrupt("flow", error))
}

pub(crate) fn word(place: &Place<'_>, column: &'static str, text: &str) -> Result<Name, StoreError> {
    Name::new(text).map_err(|error| place.corrupt(column, error))
}

/// When there is something to do about a conversation without anybody saying anything.
pub(crate) fn due_at(next: &Next, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match next.call {
        Some(_) => Some(now + ACT_TAKES),
        None => next.session.due_at(),
    }
}

/// Keeps a word under a name of the shipped flows.
pub(crate) fn bring(session: &mut Session, name: &str, value: Value) {
    if let Ok(name) = Name::new(name) {
        session.data.insert(name, value);
    }
}

/// A text under a name of the shipped flows.
pub(crate) fn text<'s>(session: &'s Session, name: &str) -> Option<&'s str> {
    match session.data.get(&Name::new(name).ok()?)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A number, likewise.
pub(crate) fn number(session: &Session, name: &str) -> Option<i64> {
    match session.data.get(&Name::new(name).ok()?)? {
        Value::Integer(number) => Some(*number),
        _ => None,
    }
}

/// What somebody says in the appeal that they wrote.
pub(crate) fn saying(session: &Session, now: DateTime<Utc>) -> Saying {
    let words = |name: &str| text(session, name).map(str::to_owned);
    let asked = session.link.questions.iter().enumerate();
    Saying {
        statement: Statement {
            at: now,
            text: words("statement").unwrap_or_default(),
            evidence: words("evidence").into_iter().collect(),
        },
        answers: asked
            .filter_map(|(place, question)| {
                let said = words(question_field(place).as_str())?;
                Some((question.id.clone(), said))
            })
            .collect(),
    }
}

/// Notes that an appeal was filed.
pub(crate) fn filed(session: &mut Session, appeal: AppealId) {
    bring(session, "appeal", Value::Text(appeal.to_string()));
}

/// What became of a conversation that moved.
pub(crate) fn talked(next: Next, flow: Flow) -> Talked {
    Talked {
        session: next.session,
        flow,
        told: next.told,
        brought: Vec::new(),
        others: Vec::new(),
    }
}

/// That nothing comes of an event.
pub(crate) fn not_taken(why: crate::domain::conversation::NotTaken) -> Conflict {
    Conflict::Conversation(why)
}

/// In which order two conversations are locked.
pub(crate) fn in_order(mine: ConversationId, other: Option<ConversationId>) -> bool {
    other.is_none_or(|other| mine < other)
}

/// Whether a conversation waits with a code that was entered, in one that is another person's on another platform.
pub(crate) fn matches(mine: &Session, peer: &Next, entered: &[u8; 32]) -> bool {
    let platform = |link: &Link| {
        let named = link.named.as_deref()?;
        named.split_once(':').map(|(platform, _)| platform.to_owned())
    };
    let code = peer.session.link.code.as_ref();
    peer.session.ended.is_none()
        && peer.session.state.as_str() == "code"
        && code.is_some_and(|code| same(code, entered))
        && platform(&mine.link) != platform(&peer.session.link)
}

/// Whether two hashes are equal, in a time that does not tell how much of them is.
fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// Whether the other side has agreed and still waits.
pub(crate) fn agreed(mine: ConversationId, peer: &Next) -> bool {
    peer.session.ended.is_none()
        && peer.session.state.as_str() == "waiting"
        && peer.session.link.peer.is_some_and(|(_, id)| id == mine)
}
