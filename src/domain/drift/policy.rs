//! What a community does about drift.

use super::Difference;
use serde::{Deserialize, Serialize};

/// What is done about a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// It is listed and told, and nothing more.
    #[default]
    Report,
    /// What is desired is said to the platform once more.
    Heal,
    /// What happened natively is recorded as a case.
    Adopt,
}

/// What is done about drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftPolicy {
    /// Where less holds than is desired.
    pub lifted_natively: Response,
    /// Where more holds than is desired.
    pub imposed_natively: Response,
}

impl Response {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Heal => "heal",
            Self::Adopt => "adopt",
        }
    }
}

impl DriftPolicy {
    /// Whether all of it is only reported.
    #[must_use]
    pub fn only_reports(&self) -> bool {
        *self == Self::default()
    }

    /// What is done about a difference.
    #[must_use]
    pub const fn response(self, difference: Difference) -> Response {
        if difference.is_less() {
            self.lifted_natively
        } else {
            self.imposed_natively
        }
    }
}
