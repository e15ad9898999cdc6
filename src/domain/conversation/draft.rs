//! A flow as it is written, which may be wrong in any way.

use super::field::{Choice, Field};
use super::wording::Wording;
use crate::domain::name::Name;
use serde::{Deserialize, Serialize};

/// The most states of a flow.
pub const MOST_STATES: usize = 50;
/// The most fields that a state asks for, or that a flow is started with.
pub const MOST_FIELDS: usize = 10;
/// The most choices of a state, and of a field.
pub const MOST_CHOICES: usize = 25;
/// The most transitions of a state.
pub const MOST_TRANSITIONS: usize = 32;
/// Under how many names a flow keeps answers.
pub const MOST_NAMES: usize = 40;
/// The longest text of a prompt, in characters.
pub const MAX_TEXT: usize = 2_000;
/// The longest title, and the longest label of a choice, in characters.
pub const MAX_LABEL: usize = 80;
/// The longest label of a field, in characters: as long as a question of a policy.
pub const MAX_FIELD_LABEL: usize = 500;
/// The shortest time for which a state waits, in seconds.
pub const MIN_TIMEOUT: i64 = 10;
/// The longest, in seconds: 30 days.
pub const MAX_TIMEOUT: i64 = 30 * 86_400;
/// The shortest time that a whole conversation may take, in seconds.
pub const MIN_LIFETIME: i64 = 60;
/// The longest, in seconds: 90 days.
pub const MAX_LIFETIME: i64 = 90 * 86_400;
/// What it takes unless the flow says otherwise: a week.
pub const USUAL_LIFETIME: i64 = 7 * 86_400;

/// A flow as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What it is for.
    pub title: Wording,
    /// What a conversation is started with.
    pub takes: Vec<Field>,
    /// The state in which it begins.
    pub start: Name,
    /// After how many seconds a conversation is over, however far it got.
    pub lifetime: i64,
    /// Answers that are forgotten at the end, because they are kept elsewhere or by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgets: Vec<Name>,
    /// The states.
    pub states: Vec<StateDraft>,
}

/// A state with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDraft {
    /// Its name.
    pub name: Name,
    /// What it is.
    #[serde(flatten)]
    pub state: State,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody is asked, and it waits for what they do.
    Ask {
        /// What they are asked.
        prompt: Prompt,
        /// What leads where.
        on: Vec<Transition>,
        /// Where time leads.
        timeout: Option<Timeout>,
    },
    /// The service does something, and what it comes to is an event. In shipped flows alone.
    Call {
        /// What.
        call: Call,
        /// What leads where.
        on: Vec<Transition>,
    },
    /// The conversation is over.
    End(End),
}

/// What people see, whatever their platform draws it with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// What is said.
    pub text: Wording,
    /// Which answers are shown with it.
    pub show: Vec<Name>,
    /// What is asked for, with the event `submit`.
    pub fields: Vec<Field>,
    /// Events to choose among.
    pub choices: Vec<Choice>,
}

/// Where an event leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The event.
    pub event: Name,
    /// The state that comes next.
    pub to: Name,
    /// What becomes of the answers.
    #[serde(default)]
    pub handler: Handler,
    /// The event comes from the service; nobody else may say it.
    #[serde(default)]
    pub inner: bool,
}

/// What is done about an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handler {
    /// Nothing but going on; answers are refused.
    #[default]
    Go,
    /// The answers are checked and kept.
    Collect,
    /// The answers are checked, used for what comes next, and kept nowhere.
    Use,
}

/// Where time leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeout {
    /// After how many seconds.
    pub after: i64,
    /// The state that comes next.
    pub to: Name,
}

/// How a conversation is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// In one word.
    pub outcome: Name,
    /// What is said.
    pub text: Wording,
    /// Which answers are shown with it.
    pub show: Vec<Name>,
    /// Whether the log tells what was collected.
    pub tells: bool,
}

/// What the service does in a state of a shipped flow. It comes to `done` or `refused`, and some to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Files an appeal.
    FileAppeal,
    /// Submits an act. It is carried out by a transaction of its own, and the session waits for it.
    Act,
    /// Makes a one-time code.
    IssueCode,
    /// Looks for the conversation that waits for a code; `failed` after too many in vain.
    MatchCode,
    /// Tells the other side that this one agrees.
    Agree,
    /// Tells the other side that this one does not.
    Deny,
    /// Merges the two sides.
    Merge,
}

impl State {
    /// What leads on from it, but for time.
    #[must_use]
    pub fn on(&self) -> &[Transition] {
        match self {
            Self::Ask { on, .. } | Self::Call { on, .. } => on,
            Self::End(_) => &[],
        }
    }

    /// What the service does in it.
    #[must_use]
    pub const fn calls(&self) -> Option<Call> {
        match self {
            Self::Call { call, .. } => Some(*call),
            _ => None,
        }
    }

    /// Where time leads.
    #[must_use]
    pub const fn timeout(&self) -> Option<Timeout> {
        match self {
            Self::Ask { timeout, .. } => *timeout,
            _ => None,
        }
    }

    /// Every state that may come next.
    pub fn leads_to(&self) -> impl Iterator<Item = Name> {
        let on = self.on().iter().map(|transition| transition.to);
        on.chain(self.timeout().map(|timeout| timeout.to))
    }
}

impl Draft {
    /// An empty one that begins in a state.
    #[must_use]
    pub fn new(title: impl Into<Wording>, start: Name) -> Self {
        Self {
            title: title.into(),
            takes: Vec::new(),
            start,
            lifetime: USUAL_LIFETIME,
            forgets: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Another state.
    pub fn state(&mut self, name: Name, state: State) {
        self.states.push(StateDraft { name, state });
    }

    /// Registers a line of the table: in the state, the event leads to another one. A state that is not there yet, or that is an end, has none.
    pub fn register(&mut self, state: Name, transition: Transition) {
        let found = self.states.iter_mut().find(|there| there.name == state);
        if let Some(StateDraft {
            state: State::Ask { on, .. } | State::Call { on, .. },
            ..
        }) = found
        {
            on.push(transition);
        }
    }
}
