//! Whether a case may be appealed, and if not, why and from when on it may.

use super::Appeal;
use super::rules::Rules;
use crate::domain::case::Case;
use crate::domain::id::AppealId;
use crate::domain::kind::Kind;
use chrono::{DateTime, TimeDelta, Utc};

/// Why a case may not be appealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// It was voided.
    Voided,
    /// It took something back; nobody was restricted by it.
    Lift,
    /// The policy has no appeals of such cases.
    Kind(Kind),
    /// One is open.
    Open(AppealId),
    /// It had as many as a case may have.
    Most(i64),
    /// The time for it is over.
    Late {
        /// When it was over, or is.
        since: DateTime<Utc>,
        /// Whether that is still to come, and another appeal is possible only after it.
        ahead: bool,
    },
    /// It is too early.
    Early {
        /// From when on it may be.
        from: DateTime<Utc>,
    },
    /// It is too soon after the last one.
    Gap {
        /// From when on it may be.
        from: DateTime<Utc>,
    },
    /// The community is archived.
    Archived,
}

impl Barrier {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Voided => "voided",
            Self::Lift => "lift",
            Self::Kind(_) => "kind",
            Self::Open(_) => "open",
            Self::Most(_) => "most",
            Self::Late { .. } => "late",
            Self::Early { .. } => "early",
            Self::Gap { .. } => "gap",
            Self::Archived => "archived",
        }
    }

    /// From when on the case may be appealed, if time alone makes it possible.
    #[must_use]
    pub const fn from(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Early { from } | Self::Gap { from } => Some(*from),
            _ => None,
        }
    }
}

impl std::fmt::Display for Barrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let moment = |at: &DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        match self {
            Self::Voided => write!(f, "it was voided, which leaves nothing to appeal"),
            Self::Lift => write!(f, "it took something back, which restricts nobody"),
            Self::Kind(kind) => write!(
                f,
                "the policy of the community has no appeals of a {}",
                kind.name()
            ),
            Self::Open(appeal) => write!(f, "it has an appeal that is open, {appeal}"),
            Self::Most(most) => write!(f, "it had {most} appeals, which is as many as a case may have"),
            Self::Late { since, ahead: false } => {
                write!(f, "the time to appeal it was over on {}", moment(since))
            }
            Self::Late { since, ahead: true } => write!(
                f,
                "the time to appeal it is over on {}, and before that it is too soon",
                moment(since)
            ),
            Self::Archived => write!(f, "the community is archived, and nothing changes in it"),
            Self::Early { from } => write!(f, "it is too early; it may be appealed from {} on", moment(from)),
            Self::Gap { from } => {
                write!(
                    f,
                    "it is too soon after the last appeal; it may be appealed from {} on",
                    moment(from)
                )
            }
        }
    }
}

/// Whether a case may be appealed at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    /// What stands in the way, if something does.
    pub barrier: Option<Barrier>,
    /// Until when it may be appealed; `None` for ever.
    pub until: Option<DateTime<Utc>>,
    /// How many appeals it may still have.
    pub left: i64,
}

impl Eligibility {
    /// In a community where nothing changes any more: what no time would have taken away comes first.
    #[must_use]
    pub fn in_archived(self) -> Self {
        let lasting = self.barrier.filter(|barrier| barrier.from().is_none());
        Self {
            barrier: lasting.or(Some(Barrier::Archived)),
            ..self
        }
    }

    /// Of a case whose earlier appeals are known.
    #[must_use]
    pub fn of(rules: &Rules, case: &Case, earlier: &[Appeal], now: DateTime<Utc>) -> Self {
        let until = rules.window.map(|window| after(case.recorded_at, window));
        let had = i64::try_from(earlier.len()).unwrap_or(i64::MAX);
        Self {
            barrier: barrier(rules, case, earlier, (until, now)),
            until,
            left: rules.most.saturating_sub(had).max(0),
        }
    }
}

fn barrier(
    rules: &Rules,
    case: &Case,
    earlier: &[Appeal],
    (until, now): (Option<DateTime<Utc>>, DateTime<Utc>),
) -> Option<Barrier> {
    if case.voided.is_some() {
        return Some(Barrier::Voided);
    }
    if case.kind.lifts().is_some() {
        return Some(Barrier::Lift);
    }
    if rules.except_kinds.contains(&case.kind) {
        return Some(Barrier::Kind(case.kind));
    }
    if let Some(open) = earlier.iter().find(|appeal| appeal.state(now).is_open()) {
        return Some(Barrier::Open(open.id));
    }
    if i64::try_from(earlier.len()).is_ok_and(|had| had >= rules.most) {
        return Some(Barrier::Most(rules.most));
    }
    let early = after(case.recorded_at, rules.wait);
    let last = earlier.iter().filter_map(|appeal| appeal.over_at(now)).max();
    let gap = last.map(|last| after(last, rules.gap));
    let from = gap.map_or(early, |gap| gap.max(early));
    match until {
        // What would be possible only when the time is over is possible no more.
        Some(until) if now.max(from) >= until => Some(Barrier::Late {
            since: until,
            ahead: now < until,
        }),
        _ if now >= from => None,
        _ if from == early => Some(Barrier::Early { from }),
        _ => Some(Barrier::Gap { from }),
    }
}

/// So many seconds later.
pub(super) fn after(from: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    let span = TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX);
    from.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
