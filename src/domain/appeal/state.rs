//! Where an appeal is in its life, and what may happen next.

use serde::{Deserialize, Serialize};

/// Where an appeal is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The member is still writing it.
    Draft,
    /// It waits for a reviewer.
    Submitted,
    /// A reviewer has it in hand.
    InReview,
    /// A reviewer has asked the member something.
    NeedsInfo,
    /// It was decided, and the member told.
    Closed,
    /// The member took it back.
    Withdrawn,
    /// Nothing was left to decide.
    Moot,
    /// A reviewer refused to look at it, and said why.
    Barred,
    /// The member did not finish or answer it in time.
    Expired,
}

/// What may happen to an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The member hands it in.
    Submit,
    /// The member says something more; where a reviewer has asked, that is the answer.
    AddStatement,
    /// A reviewer takes it in hand.
    Claim,
    /// The reviewer puts it back; with a vote, if several have to agree.
    Release,
    /// A reviewer asks the member something.
    Ask,
    /// A reviewer refuses to look at it.
    Bar,
    /// The reviewer decides.
    Decide,
    /// The member takes it back.
    Withdraw,
    /// Nothing is left to decide.
    BecomeMoot,
    /// The member's time is over.
    Expire,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Submitted,
        Self::InReview,
        Self::NeedsInfo,
        Self::Closed,
        Self::Withdrawn,
        Self::Moot,
        Self::Barred,
        Self::Expired,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::NeedsInfo => "needs_info",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Moot => "moot",
            Self::Barred => "barred",
            Self::Expired => "expired",
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
        matches!(
            self,
            Self::Draft | Self::Submitted | Self::InReview | Self::NeedsInfo
        )
    }

    /// Where it is after a step; `None` where that cannot happen.
    #[must_use]
    pub const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Draft, Step::Submit)
            | (Self::InReview, Step::Release)
            | (Self::NeedsInfo | Self::Submitted, Step::AddStatement) => Some(Self::Submitted),
            (Self::Submitted, Step::Claim) | (Self::InReview, Step::AddStatement) => Some(Self::InReview),
            (Self::Draft, Step::AddStatement) => Some(Self::Draft),
            (Self::Submitted | Self::InReview, Step::Ask) => Some(Self::NeedsInfo),
            (Self::Submitted, Step::Bar) => Some(Self::Barred),
            (Self::InReview, Step::Decide) => Some(Self::Closed),
            (Self::Draft | Self::NeedsInfo, Step::Expire) => Some(Self::Expired),
            (open, Step::Withdraw) if open.is_open() => Some(Self::Withdrawn),
            (open, Step::BecomeMoot) if open.is_open() => Some(Self::Moot),
            _ => None,
        }
    }

    /// What somebody may do about it.
    pub fn steps(self) -> impl Iterator<Item = Step> {
        let asked = Step::ALL.into_iter().filter(|step| step.is_asked_for());
        asked.filter(move |step| self.after(*step).is_some())
    }
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 10] = [
        Self::Submit,
        Self::AddStatement,
        Self::Claim,
        Self::Release,
        Self::Ask,
        Self::Bar,
        Self::Decide,
        Self::Withdraw,
        Self::BecomeMoot,
        Self::Expire,
    ];

    /// Its name, which is that of the call.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::AddStatement => "add_statement",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Ask => "ask",
            Self::Bar => "bar",
            Self::Decide => "decide",
            Self::Withdraw => "withdraw",
            Self::BecomeMoot => "become_moot",
            Self::Expire => "expire",
        }
    }

    /// Whether somebody may ask for it; the others happen by themselves.
    #[must_use]
    pub const fn is_asked_for(self) -> bool {
        !matches!(self, Self::BecomeMoot | Self::Expire)
    }
}
