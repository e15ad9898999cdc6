//! A community's policy: weights, decay, ladder, authority. Immutable once built, and impossible to build wrong.

use super::kind::Kind;
use super::points::Points;
use super::rank::Rank;
use super::time::{Instant, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which sanctions stop the decay clock while they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// None.
    #[default]
    None,
    /// Bans, with or without an end.
    Ban,
    /// Mutes and bans.
    Mute,
}

/// How often a rung acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refire {
    /// Once for each crossing.
    Crossing,
    /// Also on each further offence with points while the points are at or above the rung. For the top rung only.
    EveryOffence,
}

/// Linear decay: so much a day, continuously, after a pause that each offence renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decay {
    /// Units a second, which are thousandths of a point a day.
    pub rate: i64,
    /// Seconds after each offence in which nothing decays.
    pub grace: i64,
}

/// A rung of the ladder: at so many points, this happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// A name that stays the same over versions of the policy; latches belong to it.
    pub id: String,
    /// The shown points at which it is crossed.
    pub at: Points,
    /// What happens.
    pub action: Kind,
    /// For how long; `None` for an open end, and for kinds without a duration.
    pub duration: Option<Span>,
    /// How often it acts.
    pub refire: Refire,
    /// Shown points below which it may be crossed again.
    pub reset_below: Points,
}

/// A checked policy. Build one with [`super::policy_check::check`], or take the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Shown points are rounded up to a multiple of this.
    pub granularity: Points,
    /// Points for each kind of act.
    pub weights: BTreeMap<Kind, Points>,
    /// How points fall.
    pub decay: Decay,
    /// What stops them from falling.
    pub freeze_while: Freeze,
    /// Rungs, ascending in points and never falling in severity.
    pub ladder: Vec<Rung>,
    /// Whether escalated acts add the weight of their kind.
    pub escalations_carry_points: bool,
    /// Seconds within which a like act on the same member is a duplicate; 0 switches the check off.
    pub duplicate_window: i64,
    /// The least rank for each kind of act.
    pub least_rank: BTreeMap<Kind, Rank>,
}

/// One version of a community's policy and when it came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// 1, 2, 3 … in the community.
    pub version: i32,
    /// From this moment on it judges.
    pub activated_at: Instant,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// All versions of a community's policy up to the one in force, oldest first. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    earlier: Vec<PolicyVersion>,
    active: PolicyVersion,
}

impl Policy {
    /// The weight of a kind; kinds without an entry weigh nothing.
    #[must_use]
    pub fn weight(&self, kind: Kind) -> Points {
        self.weights.get(&kind).copied().unwrap_or_default()
    }

    /// The least rank for a kind of act; moderator where the policy is silent.
    #[must_use]
    pub fn least_rank(&self, kind: Kind) -> Rank {
        self.least_rank.get(&kind).copied().unwrap_or(Rank::Moderator)
    }

    /// An exact balance as people see it.
    #[must_use]
    pub fn shown(&self, exact: Points) -> Points {
        exact.shown(self.granularity)
    }
}

impl Default for Policy {
    fn default() -> Self {
        let rung = |id: &str, points: i64, action, hours: Option<i64>, refire| Rung {
            id: id.to_owned(),
            at: Points::from_millis(points * 1_000),
            action,
            duration: hours.and_then(|h| Span::new(h * 3_600).ok()),
            refire,
            reset_below: Points::from_millis(points * 1_000),
        };
        Self {
            granularity: Points::from_millis(100),
            weights: Kind::ALL
                .into_iter()
                .map(|k| (k, Points::from_millis(k.default_weight_millis())))
                .collect(),
            decay: Decay { rate: 100, grace: 0 },
            freeze_while: Freeze::None,
            ladder: vec![
                rung("mute-1h", 3, Kind::Mute, Some(1), Refire::Crossing),
                rung("mute-24h", 5, Kind::Mute, Some(24), Refire::Crossing),
                rung("tempban-7d", 8, Kind::Tempban, Some(7 * 24), Refire::Crossing),
                rung("ban", 12, Kind::Ban, None, Refire::EveryOffence),
            ],
            escalations_carry_points: false,
            duplicate_window: 30,
            least_rank: Kind::ALL.into_iter().map(|k| (k, Rank::Moderator)).collect(),
        }
    }
}

impl Timeline {
    /// From versions in any order.
    ///
    /// Returns `None` when there is none, because a community always has a policy.
    #[must_use]
    pub fn new(mut versions: Vec<PolicyVersion>) -> Option<Self> {
        versions.sort_by_key(|v| v.version);
        let active = versions.pop()?;
        Some(Self {
            earlier: versions,
            active,
        })
    }

    /// The version in force.
    #[must_use]
    pub fn active(&self) -> &PolicyVersion {
        &self.active
    }

    /// A version by its number.
    #[must_use]
    pub fn version(&self, version: i32) -> Option<&PolicyVersion> {
        self.versions().find(|v| v.version == version)
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &PolicyVersion> {
        self.earlier.iter().chain(std::iter::once(&self.active))
    }

    /// The version in force at a moment: the last that had come into force, or the first.
    #[must_use]
    pub fn in_force(&self, at: Instant) -> &PolicyVersion {
        let first = self.earlier.first().unwrap_or(&self.active);
        self.versions()
            .rev()
            .find(|v| v.activated_at <= at)
            .unwrap_or(first)
    }

    /// Cuts `[from, to)` at the moments at which another version came into force, each piece with its rules.
    #[must_use]
    pub fn stretches(&self, from: Instant, to: Instant) -> Vec<(Instant, Instant, &Policy)> {
        let mut cuts: Vec<Instant> = self
            .versions()
            .map(|v| v.activated_at)
            .filter(|at| from < *at && *at < to)
            .collect();
        cuts.push(to);
        cuts.dedup();
        let mut start = from;
        let mut pieces = Vec::with_capacity(cuts.len());
        for end in cuts {
            if start < end {
                pieces.push((start, end, &*self.in_force(start).policy));
                start = end;
            }
        }
        pieces
    }
}
