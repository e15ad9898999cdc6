//! Conversations: a person is asked one thing after the other. What is asked follows from a flow.

use crate::case::{Actor, MemberRef};
use crate::duration::Duration;
use crate::time::Time;
use crate::word::{ConversationStatus, FieldType};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// An answer: a text, a whole number, or true or false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
}

impl Serialize for AnswerValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Boolean(yes) => serializer.serialize_bool(*yes),
        }
    }
}

impl<'de> Deserialize<'de> for AnswerValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = AnswerValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, or true or false")
            }
            fn visit_bool<E: Error>(self, yes: bool) -> Result<AnswerValue, E> {
                Ok(AnswerValue::Boolean(yes))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<AnswerValue, E> {
                Ok(AnswerValue::Integer(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<AnswerValue, E> {
                i64::try_from(number)
                    .map(AnswerValue::Integer)
                    .map_err(|_| E::custom("a whole number that is too large"))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<AnswerValue, E> {
                crate::number::integer(serde::de::value::F64Deserializer::new(number))
                    .map(AnswerValue::Integer)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<AnswerValue, E> {
                Ok(AnswerValue::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

const fn yes() -> bool {
    true
}

wire! {
    /// Something to choose.
    #[serde(deny_unknown_fields)]
    pub struct FlowChoice {
        /// The event, or the answer.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub id: String,
        /// What people read.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Label))]
        pub label: String,
    }
}

wire! {
    /// What is asked for.
    #[serde(deny_unknown_fields)]
    pub struct FlowField {
        /// Under which name the answer is kept.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub name: String,
        /// What people read.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FieldLabel))]
        pub label: String,
        /// What kind of answer it takes.
        #[serde(rename = "type")]
        pub kind: FieldType,
        /// Whether there must be an answer. Default true.
        #[serde(default = "yes")]
        #[cfg_attr(feature = "openapi", schema(default = true))]
        pub required: bool,
        /// Of a text: how many characters at least. Default 1.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 4_000))]
        pub min_length: Option<i64>,
        /// Of a text: how many characters at most. Default 4 000.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 4_000))]
        pub max_length: Option<i64>,
        /// Of an integer: the least. Default the least that JSON readers everywhere can hold.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64))]
        pub min: Option<i64>,
        /// Of an integer: the greatest. Default the greatest that JSON readers everywhere can hold.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64))]
        pub max: Option<i64>,
        /// Of a choice: what there is.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 25))]
        pub options: Vec<FlowChoice>,
    }
}

wire! {
    /// What people see in a state, whatever their platform draws it with.
    #[serde(deny_unknown_fields)]
    pub struct FlowPrompt {
        /// What is said.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::PromptText))]
        pub text: String,
        /// Which answers are shown with it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Word>, max_items = 40))]
        pub show: Vec<String>,
        /// What is asked for, with the event `submit`.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub fields: Vec<FlowField>,
        /// Events to choose among.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 25))]
        pub choices: Vec<FlowChoice>,
    }
}

wire! {
    /// Where an event leads.
    #[serde(deny_unknown_fields)]
    pub struct FlowTransition {
        /// The event: the id of a choice, `submit`, `cancel`, or whatever your systems say.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub event: String,
        /// The state that comes next.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub to: String,
    }
}

wire! {
    /// Where time leads.
    #[serde(deny_unknown_fields)]
    pub struct FlowTimeout {
        /// After how long: from 10 seconds to 30 days.
        pub after: Duration,
        /// The state that comes next.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub to: String,
    }
}

wire! {
    /// How a conversation is over.
    #[serde(deny_unknown_fields)]
    pub struct FlowEnd {
        /// In one word.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub outcome: String,
        /// What is said.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::PromptText))]
        pub text: String,
        /// Which answers are shown with it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Word>, max_items = 40))]
        pub show: Vec<String>,
        /// Whether the event `conversation.completed` tells what was collected. Default true.
        #[serde(default = "yes")]
        #[cfg_attr(feature = "openapi", schema(default = true))]
        pub completes: bool,
    }
}

wire! {
    /// A state: it asks (`prompt`) or is an end (`end`). In shipped flows some are neither: there the service is at work.
    #[serde(deny_unknown_fields)]
    pub struct FlowState {
        /// Its name.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub name: String,
        /// What people see while it waits.
        #[serde(default)]
        pub prompt: Option<FlowPrompt>,
        /// What leads where. Every choice does, and `submit` where something is asked for.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 32))]
        pub on: Vec<FlowTransition>,
        /// Where time leads.
        #[serde(default)]
        pub timeout: Option<FlowTimeout>,
        /// How the conversation is over here.
        #[serde(default)]
        pub end: Option<FlowEnd>,
    }
}

wire! {
    /// A version of a flow to write.
    #[serde(deny_unknown_fields)]
    pub struct FlowRequest {
        /// What it is for.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Label))]
        pub title: String,
        /// What a conversation is started with.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub takes: Vec<FlowField>,
        /// The state in which it begins.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub start: String,
        /// After how long a conversation is over, however far it got: from a minute to 90 days. Default 7 days.
        #[serde(default)]
        pub lifetime: Option<Duration>,
        /// The states.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub states: Vec<FlowState>,
        /// Why.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub comment: Option<String>,
    }
}

wire! {
    /// A version of a flow.
    pub struct Flow {
        /// Its name.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FlowName))]
        pub name: String,
        /// The version; those that are shipped have one.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub version: i32,
        /// What it is for.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Label))]
        pub title: String,
        /// What a conversation is started with.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub takes: Vec<FlowField>,
        /// The state in which it begins.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub start: String,
        /// After how many seconds a conversation is over, however far it got.
        #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 7_776_000))]
        pub lifetime: i64,
        /// The states.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub states: Vec<FlowState>,
        /// When it was written; null for shipped ones.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub created_at: Option<Time>,
        /// By whom; null for shipped ones.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub by: Option<Actor>,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub comment: Option<String>,
    }
}

wire! {
    /// Begins a conversation.
    #[serde(deny_unknown_fields)]
    pub struct ConversationRequest {
        /// The flow.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FlowName))]
        pub flow: String,
        /// With whom.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Person))]
        pub member: String,
        /// Where, as the bot calls it: nothing is read into it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ConversationChannel))]
        pub channel: String,
        /// What it is started with, by the names of what the flow takes.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Answers))]
        pub data: BTreeMap<String, AnswerValue>,
    }
}

wire! {
    /// Something that happens in a conversation.
    #[serde(deny_unknown_fields)]
    pub struct AdvanceRequest {
        /// The `step` of the conversation as you saw it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub step: i32,
        /// What happens: one of `next` of the conversation.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub event: String,
        /// The answers, with `submit`, by the names of fields.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Answers))]
        pub answers: BTreeMap<String, AnswerValue>,
        /// Who did it, where a person did. Shipped flows need it. Whoever is somebody else than the member is refused.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Person>))]
        pub by: Option<String>,
    }
}

wire! {
    /// An answer that is shown with a prompt.
    pub struct Fact {
        /// Its name.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub name: String,
        /// What people read.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FieldLabel))]
        pub label: String,
        /// What was answered. People wrote it: draw it as plain text.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Answer))]
        pub value: AnswerValue,
    }
}

wire! {
    /// What people see now.
    pub struct ConversationPrompt {
        /// What is said.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::PromptText))]
        pub text: String,
        /// What was answered before, as far as it is shown.
        #[cfg_attr(feature = "openapi", schema(max_items = 40))]
        pub facts: Vec<Fact>,
        /// What is asked for, with the event `submit`.
        #[cfg_attr(feature = "openapi", schema(max_items = 10))]
        pub fields: Vec<FlowField>,
        /// Events to choose among.
        #[cfg_attr(feature = "openapi", schema(max_items = 25))]
        pub choices: Vec<FlowChoice>,
    }
}

wire! {
    /// A conversation.
    pub struct Conversation {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ConversationId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The flow.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FlowName))]
        pub flow: String,
        /// The version of the flow with which it began, and with which it goes on.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub version: i32,
        /// With whom.
        pub member: MemberRef,
        /// Where, as the bot calls it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ConversationChannel))]
        pub channel: String,
        /// Whether it runs.
        pub status: ConversationStatus,
        /// The state that it is in.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub state: String,
        /// How many states it has been in: give it back when something happens.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub step: i32,
        /// What may happen now.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Word>, max_items = 32))]
        pub next: Vec<String>,
        /// What people see now; null while the service is at work.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub prompt: Option<ConversationPrompt>,
        /// What was collected.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Answers))]
        pub data: BTreeMap<String, AnswerValue>,
        /// A one-time code for the other side, where one was made now. It is in this answer and in no other.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::LinkCode>, required))]
        pub code: Option<String>,
        /// When time leads on; null where it does only at `expires_at`.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub deadline: Option<Time>,
        /// When it is over at the latest.
        pub expires_at: Time,
        /// When it began.
        pub created_at: Time,
        /// When it ended; null while it runs.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ended_at: Option<Time>,
        /// How it ended, as its flow calls it, or `cancelled` or `expired`; null while it runs.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Word>, required))]
        pub outcome: Option<String>,
    }
}

wire! {
    /// What the log says of a conversation: nothing of what was written, but where a tenant's own flow is completed.
    pub struct ConversationNews {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ConversationId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// With whom.
        pub member: MemberRef,
        /// The flow.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::FlowName))]
        pub flow: String,
        /// The version of the flow.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub version: i32,
        /// The state that it was in then.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Word))]
        pub state: String,
        /// How many states it had been in.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub step: i32,
        /// How it ended; null unless it did.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Word>, required))]
        pub outcome: Option<String>,
        /// What was collected, for `conversation.completed`; null otherwise.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Answers>, required))]
        pub data: Option<BTreeMap<String, AnswerValue>>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_is_written() {
        let read = |text: &str| serde_json::from_str::<AnswerValue>(text).ok();
        assert_eq!(read("3"), Some(AnswerValue::Integer(3)));
        assert_eq!(read("3.0"), Some(AnswerValue::Integer(3)));
        assert_eq!(read("true"), Some(AnswerValue::Boolean(true)));
        assert_eq!(read("\"3\""), Some(AnswerValue::Text("3".to_owned())));
        for wrong in ["3.5", "null", "[]", "18446744073709551615"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
