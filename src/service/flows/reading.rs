//! From a request to a flow, or to everything that is wrong with it.

use crate::domain::conversation::{
    Choice, Draft, End, Field, Flow, Handler, Kind, MAX_ANSWER, Prompt, State, StateDraft, Timeout,
    Transition, USUAL_LIFETIME, check,
};
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::domain::time::Span;
use wire::conversation::{FlowChoice, FlowEnd, FlowField, FlowPrompt, FlowRequest, FlowState};
use wire::duration::Duration;
use wire::word::FieldType;

/// The greatest whole number that JSON readers everywhere can hold.
const GREATEST: i64 = 9_007_199_254_740_991;

/// The event with which fields are answered.
const SUBMIT: &str = "submit";

/// What was refused so far.
#[derive(Default)]
struct Reader(Vec<Finding>);

/// A flow of a tenant's.
pub(super) fn flow(name: Name, request: &FlowRequest) -> Result<Flow, Vec<Finding>> {
    let mut reader = Reader::default();
    let draft = reader.draft(request);
    match draft {
        Some(draft) if reader.0.is_empty() => check(name.into(), draft),
        _ => Err(reader.0),
    }
}

impl Reader {
    fn wrong(&mut self, pointer: &str, detail: impl ToString) {
        self.0.push(Finding {
            pointer: pointer.to_owned(),
            detail: detail.to_string(),
        });
    }

    fn name(&mut self, pointer: &str, text: &str) -> Option<Name> {
        Name::new(text).map_err(|error| self.wrong(pointer, error)).ok()
    }

    fn seconds(&mut self, pointer: &str, given: &Duration) -> Option<i64> {
        let span = match given {
            Duration::Seconds(seconds) => Span::new(*seconds),
            Duration::Iso(text) => Span::parse_iso(text),
        };
        span.map(Span::seconds)
            .map_err(|error| self.wrong(pointer, error))
            .ok()
    }

    fn draft(&mut self, request: &FlowRequest) -> Option<Draft> {
        let takes = self.fields("/takes", &request.takes);
        let start = self.name("/start", &request.start);
        let lifetime = match &request.lifetime {
            Some(given) => self.seconds("/lifetime", given),
            None => Some(USUAL_LIFETIME),
        };
        let states = request.states.iter().enumerate();
        let states: Vec<_> = states
            .filter_map(|(index, state)| self.state(&format!("/states/{index}"), state))
            .collect();
        Some(Draft {
            title: request.title.as_str().into(),
            takes,
            start: start?,
            lifetime: lifetime?,
            forgets: Vec::new(),
            states,
        })
    }

    fn state(&mut self, at: &str, state: &FlowState) -> Option<StateDraft> {
        let name = self.name(&format!("{at}/name"), &state.name);
        let read = match (&state.prompt, &state.end) {
            (Some(prompt), None) => self.asks(at, state, prompt),
            (None, Some(end)) => {
                if !state.on.is_empty() || state.timeout.is_some() {
                    self.wrong(at, "nothing leads on from an end");
                }
                self.end(&format!("{at}/end"), end)
            }
            _ => {
                self.wrong(at, "a state has either a prompt or an end");
                None
            }
        };
        Some(StateDraft {
            name: name?,
            state: read?,
        })
    }

    fn asks(&mut self, at: &str, state: &FlowState, prompt: &FlowPrompt) -> Option<State> {
        let mut on = Vec::new();
        for (index, line) in state.on.iter().enumerate() {
            let event = self.name(&format!("{at}/on/{index}/event"), &line.event);
            let to = self.name(&format!("{at}/on/{index}/to"), &line.to);
            on.extend(event.zip(to).map(|(event, to)| Transition {
                event,
                to,
                handler: if event.as_str() == SUBMIT {
                    Handler::Collect
                } else {
                    Handler::Go
                },
                inner: false,
            }));
        }
        let timeout = match &state.timeout {
            Some(timeout) => {
                let after = self.seconds(&format!("{at}/timeout/after"), &timeout.after);
                let to = self.name(&format!("{at}/timeout/to"), &timeout.to);
                Some(Timeout {
                    after: after?,
                    to: to?,
                })
            }
            None => None,
        };
        let at = format!("{at}/prompt");
        let prompt = Prompt {
            text: prompt.text.as_str().into(),
            show: self.names(&format!("{at}/show"), &prompt.show),
            fields: self.fields(&format!("{at}/fields"), &prompt.fields),
            choices: self.choices(&format!("{at}/choices"), &prompt.choices),
        };
        Some(State::Ask { prompt, on, timeout })
    }

    fn end(&mut self, at: &str, end: &FlowEnd) -> Option<State> {
        let outcome = self.name(&format!("{at}/outcome"), &end.outcome);
        let show = self.names(&format!("{at}/show"), &end.show);
        Some(State::End(End {
            outcome: outcome?,
            text: end.text.as_str().into(),
            show,
            tells: end.completes,
        }))
    }

    fn names(&mut self, at: &str, words: &[String]) -> Vec<Name> {
        let words = words.iter().enumerate();
        words
            .filter_map(|(index, word)| self.name(&format!("{at}/{index}"), word))
            .collect()
    }

    fn choices(&mut self, at: &str, choices: &[FlowChoice]) -> Vec<Choice> {
        let choices = choices.iter().enumerate();
        choices
            .filter_map(|(index, choice)| {
                let id = self.name(&format!("{at}/{index}/id"), &choice.id)?;
                let label = choice.label.as_str().into();
                Some(Choice { id, label })
            })
            .collect()
    }

    fn fields(&mut self, at: &str, fields: &[FlowField]) -> Vec<Field> {
        let fields = fields.iter().enumerate();
        fields
            .filter_map(|(index, field)| self.field(&format!("{at}/{index}"), field))
            .collect()
    }

    fn field(&mut self, at: &str, field: &FlowField) -> Option<Field> {
        let name = self.name(&format!("{at}/name"), &field.name);
        let given = [
            ("min_length", field.min_length.is_some(), FieldType::Text),
            ("max_length", field.max_length.is_some(), FieldType::Text),
            ("min", field.min.is_some(), FieldType::Integer),
            ("max", field.max.is_some(), FieldType::Integer),
            ("options", !field.options.is_empty(), FieldType::Choice),
        ];
        for (part, _, _) in given.iter().filter(|(_, there, of)| *there && *of != field.kind) {
            self.wrong(&format!("{at}/{part}"), "this is for fields of another type");
        }
        let kind = match field.kind {
            FieldType::Text => Kind::Text {
                min: self.length(&format!("{at}/min_length"), field.min_length, 1)?,
                max: self.length(&format!("{at}/max_length"), field.max_length, MAX_ANSWER)?,
            },
            FieldType::Integer => Kind::Integer {
                min: field.min.unwrap_or(-GREATEST),
                max: field.max.unwrap_or(GREATEST),
            },
            FieldType::Choice => Kind::Choice {
                options: self.choices(&format!("{at}/options"), &field.options),
            },
            FieldType::Boolean => Kind::Boolean,
            FieldType::Url => Kind::Url,
            FieldType::Date => Kind::Date,
        };
        if let Kind::Integer { min, max } = &kind {
            for (part, number) in [("min", min), ("max", max)] {
                if !(-GREATEST..=GREATEST).contains(number) {
                    self.wrong(&format!("{at}/{part}"), format!("from -{GREATEST} to {GREATEST}"));
                }
            }
        }
        Some(Field {
            name: name?,
            label: field.label.as_str().into(),
            kind,
            required: field.required,
        })
    }

    fn length(&mut self, at: &str, given: Option<i64>, otherwise: u32) -> Option<u32> {
        let Some(given) = given else {
            return Some(otherwise);
        };
        let length = u32::try_from(given).ok().filter(|length| *length <= MAX_ANSWER);
        if length.is_none() {
            self.wrong(at, format!("from 0 to {MAX_ANSWER}"));
        }
        length
    }
}
