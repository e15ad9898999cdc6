//! A community's policy: weights, decay, ladder, authority. Immutable once built, and impossible to build wrong.

use super::appeal;
use super::drift::DriftPolicy;
use super::hold::Holds;
use super::kind::{Kind, Severity};
use super::name::Name;
use super::notice::NoticePolicy;
use super::points::Points;
use super::rank::Rank;
use super::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

/// How points fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Decay {
    /// So much a day, continuously, after a pause that each offence renews.
    Linear {
        /// Units a second, which are thousandths of a point a day.
        rate: i64,
        /// Seconds after each offence in which nothing decays.
        grace: i64,
    },
    /// Each entry counts whole until it lapses.
    Expiry {
        /// Seconds of the decay clock after which an entry lapses.
        after: i64,
    },
    /// Never.
    None {},
}

/// A decay without its numbers. Where it changes, the balance is carried over as one opening entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// See [`Decay::Linear`].
    #[default]
    Linear,
    /// See [`Decay::Expiry`].
    Expiry,
    /// See [`Decay::None`].
    None,
}

/// What a rung does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The kind of act.
    pub action: Kind,
    /// For how long; `None` for an open end, and for kinds without a duration.
    pub duration: Option<Span>,
    /// What a restriction takes away.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<Name>,
    /// Holds as long as the shown points are not below this, instead of for a duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_above: Option<Points>,
}

/// A rung of the ladder: at so many points, this happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// A name that stays the same over versions of the policy; latches belong to it.
    pub id: String,
    /// The shown points at which it is crossed.
    pub at: Points,
    /// What happens.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// How often it acts.
    pub refire: Refire,
    /// Shown points below which it may be crossed again.
    pub reset_below: Points,
}

/// A rung for repeated offences: at so many within so long, this happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenceRung {
    /// A name as for a [`Rung`]; unique among both.
    pub id: String,
    /// What is counted.
    pub count: OffenceCount,
    /// What happens.
    #[serde(flatten)]
    pub remedy: Remedy,
}

/// So many offences of some kinds within so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenceCount {
    /// The kinds that count.
    pub kinds: BTreeSet<Kind>,
    /// How many.
    pub least: usize,
    /// Seconds, the moment so long ago left out.
    pub within: i64,
}

/// A kind of act that a policy registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomKind {
    /// The points that an act of this kind adds.
    pub weight: Points,
    /// How severe it is.
    pub severity: Severity,
    /// Whether it is an offence. From the severity of a warn up it always is.
    pub offence: bool,
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
    /// Rungs for repeated offences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offence_rungs: Vec<OffenceRung>,
    /// The community's own kinds of act.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<Name, CustomKind>,
    /// Whether escalated acts add the weight of their kind.
    pub escalations_carry_points: bool,
    /// Seconds within which a like act on the same member is a duplicate; 0 switches the check off.
    pub duplicate_window: i64,
    /// The least rank for each kind of act.
    pub least_rank: BTreeMap<Kind, Rank>,
    /// Which acts wait for others.
    #[serde(default, skip_serializing_if = "Holds::is_off")]
    pub holds: Holds,
    /// What is done where platforms differ from the record.
    #[serde(default, skip_serializing_if = "DriftPolicy::only_reports")]
    pub drift: DriftPolicy,
    /// What is said of appeals.
    #[serde(default, skip_serializing_if = "appeal::Rules::is_default")]
    pub appeals: appeal::Rules,
    /// What members are told, and when.
    #[serde(default, skip_serializing_if = "NoticePolicy::is_default")]
    pub notices: NoticePolicy,
}

impl Policy {
    /// The weight of a kind; kinds without an entry weigh nothing.
    #[must_use]
    pub fn weight(&self, kind: Kind) -> Points {
        match self.custom(kind) {
            Some(custom) => custom.weight,
            None => self.weights.get(&kind).copied().unwrap_or_default(),
        }
    }

    /// The points that an escalated act of a kind adds.
    #[must_use]
    pub fn escalated_points(&self, kind: Kind) -> Points {
        if self.escalations_carry_points {
            self.weight(kind)
        } else {
            Points::ZERO
        }
    }

    /// How severe an act of this kind is; a custom kind that the policy does not register is a note.
    #[must_use]
    pub fn severity(&self, kind: Kind) -> Severity {
        let custom = || self.custom(kind).map_or(Severity::Note, |custom| custom.severity);
        kind.severity().unwrap_or_else(custom)
    }

    /// Whether a direct act of this kind is an offence: it counts for grace, offence rungs and the top rung.
    #[must_use]
    pub fn is_offence(&self, kind: Kind) -> bool {
        self.severity(kind) >= Severity::Warn || self.custom(kind).is_some_and(|custom| custom.offence)
    }

    /// Whether acts of this kind can be recorded.
    #[must_use]
    pub fn knows(&self, kind: Kind) -> bool {
        kind.severity().is_some() || self.custom(kind).is_some()
    }

    fn custom(&self, kind: Kind) -> Option<&CustomKind> {
        match kind {
            Kind::Custom(name) => self.kinds.get(&name),
            _ => None,
        }
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
            remedy: Remedy::fixed(action, hours.and_then(|h| Span::new(h * 3_600).ok())),
            refire,
            reset_below: Points::from_millis(points * 1_000),
        };
        Self {
            granularity: Points::from_millis(100),
            weights: Kind::BUILT_IN
                .into_iter()
                .map(|k| (k, Points::from_millis(k.default_weight_millis())))
                .collect(),
            decay: Decay::Linear { rate: 100, grace: 0 },
            freeze_while: Freeze::None,
            ladder: vec![
                rung("mute-1h", 3, Kind::Mute, Some(1), Refire::Crossing),
                rung("mute-24h", 5, Kind::Mute, Some(24), Refire::Crossing),
                rung("tempban-7d", 8, Kind::Tempban, Some(7 * 24), Refire::Crossing),
                rung("ban", 12, Kind::Ban, None, Refire::EveryOffence),
            ],
            offence_rungs: Vec::new(),
            kinds: BTreeMap::new(),
            escalations_carry_points: false,
            duplicate_window: 30,
            least_rank: Kind::BUILT_IN.into_iter().map(|k| (k, Rank::Moderator)).collect(),
            holds: Holds::default(),
            drift: DriftPolicy::default(),
            appeals: appeal::Rules::default(),
            notices: NoticePolicy::default(),
        }
    }
}

impl Decay {
    /// Its model.
    #[must_use]
    pub const fn model(self) -> Model {
        match self {
            Self::Linear { .. } => Model::Linear,
            Self::Expiry { .. } => Model::Expiry,
            Self::None {} => Model::None,
        }
    }

    /// Seconds after each offence in which nothing decays.
    #[must_use]
    pub const fn grace(self) -> i64 {
        match self {
            Self::Linear { grace, .. } => grace,
            Self::Expiry { .. } | Self::None {} => 0,
        }
    }
}

impl Remedy {
    /// An act with a duration or an open end.
    #[must_use]
    pub const fn fixed(action: Kind, duration: Option<Span>) -> Self {
        Self {
            action,
            duration,
            capabilities: BTreeSet::new(),
            while_above: None,
        }
    }

    /// How severe it is. Only built-in kinds are remedies.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.action.severity().unwrap_or(Severity::Note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_is_exactly_this() {
        let policy = Policy::default();
        assert_eq!(policy.granularity, Points::from_millis(100));
        assert_eq!(policy.decay, Decay::Linear { rate: 100, grace: 0 });
        assert_eq!(policy.freeze_while, Freeze::None);
        assert_eq!(
            (policy.duplicate_window, policy.escalations_carry_points),
            (30, false)
        );
        assert!(policy.offence_rungs.is_empty() && policy.kinds.is_empty() && policy.holds.is_off());
        assert!(policy.drift.only_reports() && policy.notices.is_default());
        let weight = |kind| policy.weight(kind).millis();
        let weights = Kind::BUILT_IN.map(weight);
        assert_eq!(
            weights,
            [0, 1_000, 2_000, 0, 2_000, 0, 3_000, 5_000, 10_000, 0, 0]
        );
        assert!(
            Kind::BUILT_IN
                .iter()
                .all(|kind| policy.least_rank(*kind) == Rank::Moderator)
        );
        let hours = |hours: i64| Span::new(hours * 3_600).ok();
        let ladder: Vec<_> = policy
            .ladder
            .iter()
            .map(|r| (r.at.millis(), r.remedy.clone(), r.refire))
            .collect();
        let expected = [
            (3_000, Remedy::fixed(Kind::Mute, hours(1)), Refire::Crossing),
            (5_000, Remedy::fixed(Kind::Mute, hours(24)), Refire::Crossing),
            (
                8_000,
                Remedy::fixed(Kind::Tempban, hours(7 * 24)),
                Refire::Crossing,
            ),
            (12_000, Remedy::fixed(Kind::Ban, None), Refire::EveryOffence),
        ];
        assert_eq!(ladder, expected);
        assert!(policy.ladder.iter().all(|rung| rung.reset_below == rung.at));
    }
}
