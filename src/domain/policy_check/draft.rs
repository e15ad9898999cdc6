//! A policy as written: its parts already read, not yet held against each other.

use crate::domain::appeal;
use crate::domain::drift::DriftPolicy;
use crate::domain::hold::Holds;
use crate::domain::kind::Kind;
use crate::domain::name::Name;
use crate::domain::notice::NoticePolicy;
use crate::domain::points::Points;
#[allow(unused_imports, reason = "for links in the documentation")]
use crate::domain::policy::Policy;
use crate::domain::policy::{CustomKind, Freeze, Refire};
use crate::domain::rank::Rank;
use crate::domain::time::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a rung does, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyDraft {
    /// The kind of act.
    pub action: Kind,
    /// For how long.
    pub duration: Option<Span>,
    /// What a restriction takes away.
    pub capabilities: BTreeSet<Name>,
}

/// A rung as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RungDraft {
    /// Its id.
    pub id: String,
    /// Its threshold.
    pub at: Points,
    /// What happens.
    pub remedy: RemedyDraft,
    /// Whether it holds as long as the points are high, instead of for a duration.
    pub while_above: bool,
    /// How often; by default every offence for the top rung, once a crossing for the others.
    pub refire: Option<Refire>,
    /// When it is re-armed; by default at its threshold.
    pub reset_below: Option<Points>,
}

/// A rung for offences as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffenceRungDraft {
    /// Its id.
    pub id: String,
    /// The kinds that count.
    pub kinds: BTreeSet<Kind>,
    /// How many.
    pub count: i64,
    /// Within so many seconds.
    pub within: i64,
    /// What happens.
    pub remedy: RemedyDraft,
}

/// A decay as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayDraft {
    /// So much a day.
    Linear {
        /// Points a day.
        per_day: Points,
        /// Seconds of grace.
        grace: i64,
    },
    /// Whole until it lapses.
    Expiry {
        /// Seconds.
        after: i64,
    },
    /// Never.
    None,
}

/// A policy as written, its parts already read but not yet held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// See [`Policy::granularity`].
    pub granularity: Points,
    /// See [`Policy::weights`]; kinds left out keep their default.
    pub weights: BTreeMap<Kind, Points>,
    /// See [`Policy::decay`].
    pub decay: DecayDraft,
    /// See [`Policy::freeze_while`].
    pub freeze_while: Freeze,
    /// The rungs.
    pub ladder: Vec<RungDraft>,
    /// The rungs for offences.
    pub offence_rungs: Vec<OffenceRungDraft>,
    /// See [`Policy::kinds`].
    pub kinds: BTreeMap<Name, CustomKind>,
    /// See [`Policy::escalations_carry_points`].
    pub escalations_carry_points: bool,
    /// See [`Policy::duplicate_window`].
    pub duplicate_window: i64,
    /// See [`Policy::least_rank`]; kinds left out keep their default.
    pub least_rank: BTreeMap<Kind, Rank>,
    /// See [`Policy::holds`].
    pub holds: Holds,
    /// See [`Policy::drift`].
    pub drift: DriftPolicy,
    /// See [`Policy::appeals`].
    pub appeals: appeal::Rules,
    /// See [`Policy::notices`].
    pub notices: NoticePolicy,
}
