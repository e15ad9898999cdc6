//! Where somebody stands in a flow, and what an event makes of it.

use super::draft::{Call, Handler, State};
use super::field::{Value, answers, listed};
use super::flow::{Flow, FlowName};
use crate::domain::appeal::Question;
use crate::domain::id::{CommunityId, ConversationId, KeyId, UserId};
use crate::domain::language::Language;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest name of a channel, in characters.
pub const MAX_CHANNEL: usize = 200;
/// How many wrong codes somebody may enter in a conversation.
pub const MOST_TRIES: u32 = 5;

/// How conversations end that did not come to an end of their flow.
const CANCELLED: &str = "cancelled";
const EXPIRED: &str = "expired";

/// Where somebody stands in a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: ConversationId,
    /// The community.
    pub community: CommunityId,
    /// With whom.
    pub user: UserId,
    /// Where, as the relay calls it.
    pub channel: String,
    /// The flow.
    pub flow: FlowName,
    /// The version with which it began, and with which it goes on.
    pub version: i32,
    /// The state.
    pub state: Name,
    /// How many states it has been in.
    pub step: i32,
    /// What was answered.
    pub data: BTreeMap<Name, Value>,
    /// When time leads on, by the state.
    pub deadline: Option<DateTime<Utc>>,
    /// When it is over at the latest.
    pub expires_at: DateTime<Utc>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// What shipped flows keep besides.
    pub link: Link,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// How, in one word.
    pub outcome: Name,
}

/// What shipped flows keep besides answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Link {
    /// As whom they were named when it began: `platform:id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// The language in which they are asked, where it began with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the policy asks of an appeal, as it was in force when the conversation began.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// The conversation on the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<(CommunityId, ConversationId)>,
    /// How many codes were wrong.
    #[serde(skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// The key that acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// SHA-256 of the code that the other side has to enter. It has a column of its own.
    #[serde(skip)]
    pub code: Option<[u8; 32]>,
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A conversation to begin.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its id.
    pub id: ConversationId,
    /// The community.
    pub community: CommunityId,
    /// With whom.
    pub user: UserId,
    /// Where, as the relay calls it.
    pub channel: String,
    /// What it is started with: answers to what the flow takes.
    pub data: BTreeMap<Name, Value>,
    /// What shipped flows keep besides.
    pub link: Link,
}

/// Who says that something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A caller.
    Caller,
    /// The service itself.
    Service,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub name: Name,
    /// What was answered.
    pub answers: BTreeMap<String, Value>,
    /// Who says so.
    pub source: Source,
}

/// What the log tells of a conversation: where it stood after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: News,
    /// The state after it.
    pub state: Name,
    /// How many states it has been in.
    pub step: i32,
    /// How it ended, if it did.
    pub outcome: Option<Name>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What happened to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It began.
    Started,
    /// It is in another state.
    Advanced,
    /// It is over.
    Ended,
    /// It is over, and what was collected is told with it.
    Completed,
}

/// What comes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Where the conversation stands then.
    pub session: Session,
    /// What the service has to do, whose result is the next event.
    pub call: Option<Call>,
    /// Answers that are used for the call and kept nowhere.
    pub used: BTreeMap<Name, Value>,
    /// What the log tells, in order.
    pub told: Vec<Told>,
}

/// Why nothing comes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The state has no such event.
    Illegal {
        /// Where it stands.
        state: Name,
        /// What was to happen.
        event: Name,
        /// What may happen.
        legal: Vec<Name>,
    },
    /// It is over.
    Over(Name),
    /// The answers are none.
    Answers(Vec<Finding>),
    /// The stored state is none of the flow's.
    Lost(Name),
}

impl NotTaken {
    /// As a part of a sentence.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::Illegal { state, event, legal } => {
                let names: Vec<_> = legal.iter().map(Name::as_str).collect();
                format!(
                    "in the state {state} there is no {event}; there is {}",
                    listed(&names)
                )
            }
            Self::Over(outcome) => format!("the conversation is over: {outcome}"),
            Self::Answers(_) => "the answers are not valid".to_owned(),
            Self::Lost(state) => format!("the flow has no state {state}"),
        }
    }
}

/// A conversation begins. What it is started with has been checked.
///
/// # Errors
/// [`NotTaken::Lost`], for a flow that is none.
pub fn opened(flow: &Flow, start: Start, now: DateTime<Utc>) -> Result<Next, NotTaken> {
    let session = Session {
        id: start.id,
        community: start.community,
        user: start.user,
        channel: start.channel,
        flow: flow.name().clone(),
        version: flow.version(),
        state: flow.draft().start,
        step: 0,
        data: start.data,
        deadline: None,
        expires_at: after(now, flow.draft().lifetime),
        created_at: now,
        ended: None,
        link: start.link,
    };
    let mut next = Next::of(session);
    next.enter(flow, flow.draft().start, now, News::Started)?;
    Ok(next)
}

impl Session {
    /// The conversation at a moment: time has led on as far as it does by then.
    ///
    /// # Errors
    /// [`NotTaken::Lost`] for a session that is not of the flow.
    pub fn at(&self, flow: &Flow, now: DateTime<Utc>) -> Result<Next, NotTaken> {
        let mut next = Next::of(self.clone());
        // The checker lets time alone lead through each state once at the most.
        for _ in 0..=flow.draft().states.len() {
            if !next.pass(flow, now)? {
                break;
            }
        }
        Ok(next)
    }

    /// What an event makes of it. Time comes first.
    ///
    /// # Errors
    /// Why nothing comes of it; but for time, which leads on all the same, nothing is changed then.
    pub fn handle(&self, flow: &Flow, event: &Event, now: DateTime<Utc>) -> Result<Next, NotTaken> {
        let mut next = self.at(flow, now)?;
        next.take(flow, event, now)?;
        Ok(next)
    }

    /// Somebody takes it back: by the flow's own way for that, where the state has one.
    ///
    /// # Errors
    /// That it is over, or that the service is at work for it.
    pub fn cancel(&self, flow: &Flow, now: DateTime<Utc>) -> Result<Next, NotTaken> {
        let mut next = self.at(flow, now)?;
        let Ok(name) = Name::new("cancel") else {
            return Ok(next);
        };
        let event = Event {
            name,
            answers: BTreeMap::new(),
            source: Source::Caller,
        };
        let state = next.session.state;
        let legal = flow.transition(state, name).is_some_and(|to| !to.inner);
        if legal || next.session.ended.is_some() || !matches!(flow.state(state), Some(State::Ask { .. })) {
            next.take(flow, &event, now)?;
        } else {
            next.end(flow, word(CANCELLED, state), now, false);
        }
        Ok(next)
    }

    /// When time leads on, if it does.
    #[must_use]
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match (self.ended, self.deadline) {
            (Some(_), _) => None,
            (None, Some(deadline)) => Some(deadline.min(self.expires_at)),
            (None, None) => Some(self.expires_at),
        }
    }
}

/// A word that is a name; what stands in its place is never used.
fn word(text: &str, otherwise: Name) -> Name {
    Name::new(text).unwrap_or(otherwise)
}

fn after(from: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    TimeDelta::try_seconds(seconds)
        .and_then(|delta| from.checked_add_signed(delta))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Next {
    fn of(session: Session) -> Self {
        Self {
            session,
            call: None,
            used: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// What the service's own work came to, in the same step.
    ///
    /// # Errors
    /// That the state knows nothing of it.
    pub fn called(&mut self, flow: &Flow, came: &str, now: DateTime<Utc>) -> Result<(), NotTaken> {
        let state = self.session.state;
        let event = Event {
            name: word(came, state),
            answers: BTreeMap::new(),
            source: Source::Service,
        };
        self.take(flow, &event, now)
    }

    /// Whether time led on by one state.
    fn pass(&mut self, flow: &Flow, now: DateTime<Utc>) -> Result<bool, NotTaken> {
        let session = &self.session;
        let state = flow.state(session.state).ok_or(NotTaken::Lost(session.state))?;
        // What the service is at work on ends by itself.
        let Some(due) = session.due_at().filter(|due| *due <= now) else {
            return Ok(false);
        };
        match state {
            State::Call { .. } => Ok(false),
            _ if due < session.expires_at || session.deadline == Some(due) => {
                let Some(timeout) = state.timeout() else {
                    return Ok(false);
                };
                self.enter(flow, timeout.to, due, News::Advanced)?;
                Ok(true)
            }
            _ => {
                self.end(flow, word(EXPIRED, session.state), due, false);
                Ok(true)
            }
        }
    }

    fn take(&mut self, flow: &Flow, event: &Event, now: DateTime<Utc>) -> Result<(), NotTaken> {
        let session = &self.session;
        if let Some(ended) = session.ended {
            return Err(NotTaken::Over(ended.outcome));
        }
        let transition = flow.transition(session.state, event.name);
        let allowed = transition.filter(|to| !to.inner || event.source == Source::Service);
        let Some(transition) = allowed else {
            return Err(NotTaken::Illegal {
                state: session.state,
                event: event.name,
                legal: flow.legal(session.state),
            });
        };
        let fields = match (flow.state(session.state), transition.handler) {
            (Some(State::Ask { prompt, .. }), Handler::Collect | Handler::Use) => prompt.fields.as_slice(),
            _ => &[],
        };
        let given = answers(fields, &event.answers, "/answers").map_err(NotTaken::Answers)?;
        match transition.handler {
            Handler::Collect => {
                for field in fields {
                    self.session.data.remove(&field.name);
                }
                self.session.data.extend(given);
            }
            Handler::Use => self.used = given,
            Handler::Go => {}
        }
        self.enter(flow, transition.to, now, News::Advanced)
    }

    fn enter(&mut self, flow: &Flow, name: Name, at: DateTime<Utc>, what: News) -> Result<(), NotTaken> {
        let state = flow.state(name).ok_or(NotTaken::Lost(name))?;
        self.session.state = name;
        self.session.step = self.session.step.saturating_add(1);
        self.session.deadline = state.timeout().map(|timeout| after(at, timeout.after));
        self.call = None;
        // Where the service is at work nobody waits, and an end is told as such.
        if what == News::Started || matches!(state, State::Ask { .. }) {
            self.tell(what, at, None);
        }
        match state {
            State::Ask { .. } => {}
            State::Call { call, .. } => self.call = Some(*call),
            State::End(end) => self.end(flow, end.outcome, at, end.tells),
        }
        Ok(())
    }

    fn end(&mut self, flow: &Flow, outcome: Name, at: DateTime<Utc>, tells: bool) {
        self.session.ended = Some(Ended { at, outcome });
        self.session.deadline = None;
        self.session.link.code = None;
        for name in &flow.draft().forgets {
            self.session.data.remove(name);
        }
        self.tell(News::Ended, at, Some(outcome));
        if tells {
            self.tell(News::Completed, at, Some(outcome));
        }
    }

    fn tell(&mut self, what: News, at: DateTime<Utc>, outcome: Option<Name>) {
        self.told.push(Told {
            what,
            state: self.session.state,
            step: self.session.step,
            outcome,
            at,
        });
    }
}
