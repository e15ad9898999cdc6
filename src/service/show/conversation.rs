//! Conversations and flows, as callers and the log read them.

use super::super::judge::json;
use super::case::actor;
use crate::domain::conversation::{
    Choice, Field, Flow, Kind, News, Prompt, Session, State, StateDraft, Told, Value, Wording, label,
};
use crate::domain::language::Language;
use crate::domain::name::Name;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::conversations::{FlowRecord, Talked};
use crate::ports::error::StoreError;
use crate::service::error::ServiceError;
use crate::texts::say;
use std::collections::BTreeMap;
use wire::case::MemberRef;
use wire::conversation::{
    AnswerValue, Conversation, ConversationNews, ConversationPrompt, Fact, FlowChoice, FlowEnd, FlowField,
    FlowPrompt, FlowState, FlowTimeout, FlowTransition,
};
use wire::duration::Duration;
use wire::event::{EventData, types};
use wire::time::Time;
use wire::word::{ConversationStatus, FieldType};

/// A conversation as it stands.
pub(crate) fn conversation(session: &Session, flow: &Flow) -> Conversation {
    Conversation {
        id: session.id.to_string(),
        community: session.community.to_string(),
        flow: session.flow.to_string(),
        version: session.version,
        member: member(session),
        channel: session.channel.clone(),
        status: if session.ended.is_some() {
            ConversationStatus::Ended
        } else {
            ConversationStatus::Running
        },
        state: session.state.to_string(),
        step: session.step,
        next: match session.ended {
            Some(_) => Vec::new(),
            None => flow
                .legal(session.state)
                .iter()
                .map(ToString::to_string)
                .collect(),
        },
        prompt: prompt(session, flow),
        data: data(&session.data),
        code: None,
        deadline: session.deadline.map(Time),
        expires_at: Time(session.expires_at),
        created_at: Time(session.created_at),
        ended_at: session.ended.map(|ended| Time(ended.at)),
        outcome: session.ended.map(|ended| ended.outcome.to_string()),
    }
}

fn member(session: &Session) -> MemberRef {
    MemberRef {
        user: Some(session.user.to_string()),
        identity: None,
    }
}

/// What people see. Who did not come to an end of the flow sees no prompt of the state in which it ended.
fn prompt(session: &Session, flow: &Flow) -> Option<ConversationPrompt> {
    let (text, show, asked) = match flow.state(session.state)? {
        State::Ask { prompt, .. } if session.ended.is_none() => (&prompt.text, &prompt.show, Some(prompt)),
        State::End(end) => (&end.text, &end.show, None),
        _ => return None,
    };
    let language = session.link.language.unwrap_or_default();
    let none = Prompt::default();
    let asked = asked.unwrap_or(&none);
    let facts = show.iter().filter_map(|name| {
        let value = session.data.get(name)?;
        Some(Fact {
            name: name.to_string(),
            label: said(language, &label(flow, *name)),
            value: answer(value),
        })
    });
    Some(ConversationPrompt {
        text: said(language, text),
        facts: facts.collect(),
        fields: asked.fields.iter().map(|it| field(language, it)).collect(),
        choices: asked.choices.iter().map(|it| choice(language, it)).collect(),
    })
}

/// What a tenant wrote, as they wrote it; what a shipped flow says, in the language.
fn said(language: Language, wording: &Wording) -> String {
    match wording {
        Wording::Written(text) => text.clone(),
        Wording::Key(key) => say(language, key, &[]),
    }
}

/// A conversation that moved: what callers read, and what the log says of each step.
pub(crate) fn moved(talked: &Talked) -> (Answer, Vec<NewEvent>) {
    let shown = conversation(&talked.session, &talked.flow);
    let mut events: Vec<_> = talked.others.iter().flat_map(|other| moved(other).1).collect();
    events.extend(talked.told.iter().map(|told| event(&talked.session, told)));
    let answer = Answer {
        tag: shown.id.clone(),
        body: json(&shown),
    };
    (answer, events)
}

fn event(session: &Session, told: &Told) -> NewEvent {
    let completed = told.what == News::Completed;
    NewEvent {
        kind: match told.what {
            News::Started => types::CONVERSATION_STARTED,
            News::Advanced => types::CONVERSATION_ADVANCED,
            News::Ended => types::CONVERSATION_ENDED,
            News::Completed => types::CONVERSATION_COMPLETED,
        },
        community: Some(session.community),
        user: Some(session.user),
        at: told.at,
        data: json(&EventData {
            conversation: Some(ConversationNews {
                id: session.id.to_string(),
                community: session.community.to_string(),
                member: member(session),
                flow: session.flow.to_string(),
                version: session.version,
                state: told.state.to_string(),
                step: told.step,
                outcome: told.outcome.map(|outcome| outcome.to_string()),
                data: completed.then(|| data(&session.data)),
            }),
            ..EventData::default()
        }),
    }
}

/// An answer, read back.
///
/// # Errors
/// That it is none, which a later version may have made of it.
pub(crate) fn read(answer: &Answer) -> Result<Conversation, ServiceError> {
    serde_json::from_str(&answer.body)
        .map_err(|error| ServiceError::Store(StoreError::Failed(Box::new(error))))
}

/// The language in which the document of a flow is read.
const READ_IN: Language = Language::En;

/// A flow that is shipped.
pub(crate) fn flow(flow: &Flow) -> wire::conversation::Flow {
    let draft = flow.draft();
    wire::conversation::Flow {
        name: flow.name().to_string(),
        version: flow.version(),
        title: said(READ_IN, &draft.title),
        takes: draft.takes.iter().map(|it| field(READ_IN, it)).collect(),
        start: draft.start.to_string(),
        lifetime: draft.lifetime,
        states: draft.states.iter().map(state).collect(),
        created_at: None,
        by: None,
        comment: None,
    }
}

/// A version of a tenant's flow.
pub(crate) fn record(record: &FlowRecord) -> wire::conversation::Flow {
    wire::conversation::Flow {
        created_at: Some(Time(record.created_at)),
        by: Some(actor(&record.by)),
        comment: record.comment.clone(),
        ..flow(&record.flow)
    }
}

fn state(draft: &StateDraft) -> FlowState {
    let (prompt, end) = match &draft.state {
        State::Ask { prompt, .. } => (Some(asked(prompt)), None),
        State::Call { .. } => (None, None),
        State::End(end) => {
            let end = FlowEnd {
                outcome: end.outcome.to_string(),
                text: said(READ_IN, &end.text),
                show: words(&end.show),
                completes: end.tells,
            };
            (None, Some(end))
        }
    };
    FlowState {
        name: draft.name.to_string(),
        prompt,
        on: draft
            .state
            .on()
            .iter()
            .map(|line| FlowTransition {
                event: line.event.to_string(),
                to: line.to.to_string(),
            })
            .collect(),
        timeout: draft.state.timeout().map(|timeout| FlowTimeout {
            after: Duration::Seconds(timeout.after),
            to: timeout.to.to_string(),
        }),
        end,
    }
}

fn asked(prompt: &Prompt) -> FlowPrompt {
    FlowPrompt {
        text: said(READ_IN, &prompt.text),
        show: words(&prompt.show),
        fields: prompt.fields.iter().map(|it| field(READ_IN, it)).collect(),
        choices: prompt.choices.iter().map(|it| choice(READ_IN, it)).collect(),
    }
}

fn words(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn choice(language: Language, choice: &Choice) -> FlowChoice {
    FlowChoice {
        id: choice.id.to_string(),
        label: said(language, &choice.label),
    }
}

fn field(language: Language, field: &Field) -> FlowField {
    let (mut lengths, mut bounds, mut options) = ((None, None), (None, None), Vec::new());
    let kind = match &field.kind {
        Kind::Text { min, max } => {
            lengths = (Some(i64::from(*min)), Some(i64::from(*max)));
            FieldType::Text
        }
        Kind::Integer { min, max } => {
            bounds = (Some(*min), Some(*max));
            FieldType::Integer
        }
        Kind::Choice { options: listed } => {
            options = listed.iter().map(|it| choice(language, it)).collect();
            FieldType::Choice
        }
        Kind::Boolean => FieldType::Boolean,
        Kind::Url => FieldType::Url,
        Kind::Date => FieldType::Date,
    };
    FlowField {
        name: field.name.to_string(),
        label: said(language, &field.label),
        kind,
        required: field.required,
        min_length: lengths.0,
        max_length: lengths.1,
        min: bounds.0,
        max: bounds.1,
        options,
    }
}

fn data(data: &BTreeMap<Name, Value>) -> BTreeMap<String, AnswerValue> {
    let answers = data.iter();
    answers
        .map(|(name, value)| (name.to_string(), answer(value)))
        .collect()
}

fn answer(value: &Value) -> AnswerValue {
    match value {
        Value::Text(text) => AnswerValue::Text(text.clone()),
        Value::Integer(number) => AnswerValue::Integer(*number),
        Value::Boolean(yes) => AnswerValue::Boolean(*yes),
    }
}

/// An answer as a request has it.
pub(crate) fn value(given: &AnswerValue) -> Value {
    match given {
        AnswerValue::Text(text) => Value::Text(text.clone()),
        AnswerValue::Integer(number) => Value::Integer(*number),
        AnswerValue::Boolean(yes) => Value::Boolean(*yes),
    }
}
