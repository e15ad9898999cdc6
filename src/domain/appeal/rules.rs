//! What a community's policy says of appeals.

use crate::domain::kind::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Seconds of an hour, and of a day.
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Something that a member is asked when they appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// A name that stays the same over versions.
    pub id: String,
    /// What is asked, as the member reads it.
    pub text: String,
    /// Whether there is no appeal without an answer.
    pub required: bool,
}

/// That several reviewers have to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// How many have to say the same.
    pub needed: i64,
    /// How many are asked at the most. Where none but `uphold` can get so many any more, the case stands.
    pub of: i64,
}

/// What a community's policy says of appeals. Lengths of time are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How long after the case was recorded it may be appealed; `None` for ever.
    pub window: Option<i64>,
    /// How long after the case was recorded it may not be appealed yet.
    pub wait: i64,
    /// How many appeals a case may have.
    pub most: i64,
    /// How long after the end of an appeal there is no other one of the case.
    pub gap: i64,
    /// Kinds of cases that may not be appealed.
    pub except_kinds: BTreeSet<Kind>,
    /// What a member is asked.
    pub questions: Vec<Question>,
    /// For how long an appeal is a reviewer's once they have claimed it.
    pub claim_for: i64,
    /// Within how long an appeal is to be decided. Waiting for the member does not count.
    pub decide_within: i64,
    /// How long a member has to answer what a reviewer asks.
    pub answer_within: i64,
    /// How long a member has to finish a draft.
    pub draft_for: i64,
    /// Whether reviewers are not told who is who.
    pub blind: bool,
    /// Whether several have to agree; `None` for one alone.
    pub votes: Option<Votes>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            window: None,
            wait: 0,
            most: 3,
            gap: 0,
            except_kinds: BTreeSet::new(),
            questions: Vec::new(),
            claim_for: HOUR,
            decide_within: 7 * DAY,
            answer_within: 14 * DAY,
            draft_for: 7 * DAY,
            blind: false,
            votes: None,
        }
    }
}

impl Rules {
    /// Whether they are those of a policy that says nothing.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
