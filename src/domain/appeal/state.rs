//! Where an appeal is in its life, and what may happen next.

use serde::{Deserialize, Serialize};

/// Where an appeal is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for a reviewer.
    Submitted,
    /// A reviewer has it in hand.
    InReview,
    /// It was decided, and the member told.
    Closed,
    /// The member took it back.
    Withdrawn,
    /// Nothing was left to decide.
    Moot,
}

/// What may happen to an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A reviewer takes it in hand.
    Claim,
    /// The reviewer puts it back.
    Release,
    /// The reviewer decides.
    Decide,
    /// The member takes it back.
    Withdraw,
    /// Nothing is left to decide.
    BecomeMoot,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Submitted,
        Self::InReview,
        Self::Closed,
        Self::Withdrawn,
        Self::Moot,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Moot => "moot",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether something is still to come of it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Submitted | Self::InReview)
    }

    /// Where it is after a step; `None` where that cannot happen.
    #[must_use]
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Submitted, Step::Claim) => Some(Self::InReview),
            (Self::InReview, Step::Release) => Some(Self::Submitted),
            (Self::InReview, Step::Decide) => Some(Self::Closed),
            (Self::Submitted | Self::InReview, Step::Withdraw) => Some(Self::Withdrawn),
            (Self::Submitted | Self::InReview, Step::BecomeMoot) => Some(Self::Moot),
            _ => None,
        }
    }

    /// What somebody may do about it.
    pub fn steps(self) -> impl Iterator<Item = Step> {
        let asked = Step::ALL.into_iter().filter(|step| *step != Step::BecomeMoot);
        asked.filter(move |step| self.after(*step).is_some())
    }
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [
        Self::Claim,
        Self::Release,
        Self::Decide,
        Self::Withdraw,
        Self::BecomeMoot,
    ];

    /// Its name, which is that of the call.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Decide => "decide",
            Self::Withdraw => "withdraw",
            Self::BecomeMoot => "become_moot",
        }
    }
}
