//! A flow that is right: whoever has one has been through the checker.

use super::draft::{Draft, State, Transition};
use crate::domain::name::Name;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the names of shipped flows begin with. No tenant's flow does, as no [`Name`] has a full stop.
pub const PREFIX: &str = "tribune.";

/// What a flow is called: a name, or that of a shipped one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FlowName(String);

/// Why a text is not the name of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a flow's name is 1 to 32 lower-case letters, digits or '_', a letter first; shipped ones begin with tribune."
)]
pub struct NotAFlowName;

impl FlowName {
    /// From a text.
    ///
    /// # Errors
    /// [`NotAFlowName`] says what a name looks like.
    pub fn parse(text: &str) -> Result<Self, NotAFlowName> {
        let plain = text.strip_prefix(PREFIX).unwrap_or(text);
        Name::new(plain).map_err(|_| NotAFlowName)?;
        Ok(Self(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is shipped.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.0.starts_with(PREFIX)
    }
}

impl TryFrom<String> for FlowName {
    type Error = NotAFlowName;

    fn try_from(text: String) -> Result<Self, NotAFlowName> {
        Self::parse(&text)
    }
}

impl From<FlowName> for String {
    fn from(name: FlowName) -> Self {
        name.0
    }
}

impl From<Name> for FlowName {
    fn from(name: Name) -> Self {
        Self(name.to_string())
    }
}

impl fmt::Display for FlowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub(super) name: FlowName,
    pub(super) version: i32,
    pub(super) draft: Draft,
}

impl Flow {
    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &FlowName {
        &self.name
    }

    /// Which version of it.
    #[must_use]
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// The same under another version, which is the store's to say.
    #[must_use]
    pub fn at(self, version: i32) -> Self {
        Self { version, ..self }
    }

    /// What it says.
    #[must_use]
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }

    /// A state.
    #[must_use]
    pub fn state(&self, name: Name) -> Option<&State> {
        let found = self.draft.states.iter().find(|state| state.name == name);
        found.map(|found| &found.state)
    }

    /// Where an event leads in a state.
    #[must_use]
    pub fn transition(&self, state: Name, event: Name) -> Option<&Transition> {
        let on = self.state(state)?.on();
        on.iter().find(|transition| transition.event == event)
    }

    /// What somebody may say in a state.
    #[must_use]
    pub fn legal(&self, state: Name) -> Vec<Name> {
        let on = self.state(state).map(State::on).unwrap_or_default();
        on.iter()
            .filter(|transition| !transition.inner)
            .map(|transition| transition.event)
            .collect()
    }
}
