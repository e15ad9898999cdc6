//! What a reviewer comes to, and what several of them come to together.

use super::document::Vote;
use super::rules::Votes;
use crate::domain::act::Detail;
use crate::domain::kind::Kind;
use crate::domain::points::Points;
use crate::domain::time::Span;
use serde::{Deserialize, Serialize};

/// What a reviewer came to, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The case stands as it is.
    Uphold,
    /// It counts less, or for a shorter time.
    Reduce,
    /// A milder act takes its place.
    Replace,
    /// It no longer counts.
    Void,
}

/// What a reviewer came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Finding {
    /// The case stands as it is.
    Uphold,
    /// It counts less, or for a shorter time.
    Reduce {
        /// So many points, if they change.
        points: Option<Points>,
        /// Its sanction lasts so long from its start, if that changes.
        duration: Option<Span>,
    },
    /// A milder act takes its place.
    Replace {
        /// Its kind.
        kind: Kind,
        /// What else there is to it.
        detail: Detail,
    },
    /// It no longer counts.
    Void,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Uphold, Self::Reduce, Self::Replace, Self::Void];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uphold => "uphold",
            Self::Reduce => "reduce",
            Self::Replace => "replace",
            Self::Void => "void",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl Finding {
    /// In a word.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Uphold => Outcome::Uphold,
            Self::Reduce { .. } => Outcome::Reduce,
            Self::Replace { .. } => Outcome::Replace,
            Self::Void => Outcome::Void,
        }
    }
}

/// What reviewers have come to with one more vote: `None` while too few have said the same.
#[must_use]
pub fn agreed(votes: Option<Votes>, cast: &[Vote], finding: &Finding) -> Option<Finding> {
    let Some(Votes { needed, of }) = votes else {
        return Some(finding.clone());
    };
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let (needed, of) = (count(needed), count(of));
    let said = |what: &Finding| {
        let before = cast.iter().filter(|vote| vote.finding == *what).count();
        before + usize::from(finding == what)
    };
    if said(finding) >= needed {
        return Some(finding.clone());
    }
    let left = of.saturating_sub(cast.len() + 1);
    let said_so_far = cast.iter().map(|vote| &vote.finding).chain([finding]);
    let possible = left >= needed
        || said_so_far
            .filter(|what| **what != Finding::Uphold)
            .any(|what| said(what) + left >= needed);
    (!possible).then_some(Finding::Uphold)
}
