//! What a community tells its members, and when.

use crate::domain::kind::{Kind, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many characters a community may say of how to appeal.
pub const MOST_CHARACTERS: usize = 500;

/// Whether a notice goes before what platforms do, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before it: who is out already may not be told any more.
    Before,
    /// After it.
    After,
    /// Never.
    Off,
}

/// What a community tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticePolicy {
    /// When, for all kinds that `kinds` does not name; by default before what removes the member, and after everything else.
    pub when: Option<When>,
    /// When, for some kinds.
    pub kinds: BTreeMap<Kind, When>,
    /// How to appeal, in the community's own words.
    pub how_to_appeal: Option<String>,
    /// Whether a link goes with notices that lets the member see the case and appeal.
    pub links: bool,
}

impl Default for NoticePolicy {
    fn default() -> Self {
        Self {
            when: None,
            kinds: BTreeMap::new(),
            how_to_appeal: None,
            links: true,
        }
    }
}

impl When {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Off];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Off => "off",
        }
    }
}

impl NoticePolicy {
    /// Whether it says nothing of its own.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// When the member is told of an act of a kind that is so severe. What restricts nobody is told only where the kind is named.
    #[must_use]
    pub fn when(&self, kind: Kind, severity: Severity) -> When {
        let usual = || match severity {
            Severity::Note => When::Off,
            Severity::Warn | Severity::Mute => self.when.unwrap_or(When::After),
            Severity::Kick | Severity::Tempban | Severity::Ban => self.when.unwrap_or(When::Before),
        };
        self.kinds.get(&kind).copied().unwrap_or_else(usual)
    }

    /// When the member is told what became of an appeal: unless nobody is told anything, after it.
    #[must_use]
    pub fn of_decisions(&self) -> When {
        match self.when {
            Some(When::Off) => When::Off,
            _ => When::After,
        }
    }
}
