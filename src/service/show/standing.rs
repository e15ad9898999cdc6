//! Standing and explanations as callers read them.

use super::case::brief;
use super::{instant, points};
use crate::domain::explain::Term;
use crate::domain::id::{CommunityId, UserId};
use crate::domain::member::Paused;
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::standing::Standing;
use wire::word::DecayModel;

/// A standing.
pub(crate) fn standing(
    community: CommunityId,
    user: Option<UserId>,
    s: &Standing,
) -> wire::standing::Standing {
    wire::standing::Standing {
        community: community.to_string(),
        user: user.map(|user| user.to_string()),
        at: instant(s.at),
        policy_version: s.policy_version,
        points: points(s.points),
        exact_units: s.exact.units().to_string(),
        paused: s.paused.is_some(),
        paused_until: match s.paused {
            Some(Paused::Until(until)) => Some(instant(until)),
            Some(Paused::Forever) | None => None,
        },
        clear_at: s.clear_at.map(instant),
        drops: s
            .drops
            .iter()
            .map(|d| wire::standing::Drop {
                rung: d.rung.clone(),
                threshold: points(d.threshold),
                at: d.at.map(instant),
            })
            .collect(),
        restrictions: s
            .restrictions
            .iter()
            .map(|r| wire::standing::Restricted {
                restriction: r.restriction.into(),
                until: r.until.map(instant),
            })
            .collect(),
        sanctions: s.sanctions.iter().map(brief).collect(),
    }
}

/// An explanation.
pub(crate) fn explanation(
    standing: wire::standing::Standing,
    policy: &Policy,
    terms: &[Term],
    complete: bool,
) -> wire::standing::Explanation {
    wire::standing::Explanation {
        standing,
        model: DecayModel::Linear,
        per_day: points(Points::from_millis(policy.decay.rate)),
        granularity: points(policy.granularity),
        terms: terms
            .iter()
            .map(|term| wire::standing::Term {
                case: term.case,
                kind: term.kind.into(),
                at: instant(term.at),
                granted: points(term.granted),
                left: points(term.left),
                left_units: term.left.units().to_string(),
                gone_at: term.gone_at.map(instant),
            })
            .collect(),
        complete,
    }
}
