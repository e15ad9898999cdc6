//! Standing and explanations as callers read them.

use super::case::brief;
use super::{instant, points};
use crate::domain::explain::{Carried, Term};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::member::Paused;
use crate::domain::points::Points;
use crate::domain::policy::{Decay, Policy};
use crate::domain::sanction::Restricted;
use crate::domain::standing::Standing;

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
        latched: s
            .latched
            .iter()
            .map(|l| wire::standing::LatchedRung {
                rung: l.rung.clone(),
                reset_below: points(l.reset_below),
                armed_again_at: l.armed_again_at.map(instant),
            })
            .collect(),
        restrictions: s.restrictions.iter().map(restricted).collect(),
        sanctions: s.sanctions.iter().map(brief).collect(),
    }
}

/// A restriction in force.
pub(crate) fn restricted(r: &Restricted) -> wire::standing::Restricted {
    wire::standing::Restricted {
        restriction: r.restriction.into(),
        capability: r.capability.map(|name| name.to_string()),
        until: r.until.map(instant),
    }
}

/// An explanation.
pub(crate) fn explanation(
    standing: wire::standing::Standing,
    policy: &Policy,
    terms: &[Term],
    carried: Option<&Carried>,
    complete: bool,
    sentences: Vec<String>,
) -> wire::standing::Explanation {
    let (per_day, lapses_after) = match policy.decay {
        Decay::Linear { rate, .. } => (Some(points(Points::from_millis(rate))), None),
        Decay::Expiry { after } => (None, Some(after)),
        Decay::None {} => (None, None),
    };
    wire::standing::Explanation {
        standing,
        model: policy.decay.model().into(),
        per_day,
        lapses_after,
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
        carried: carried.map(|carried| wire::standing::Carried {
            at: instant(carried.at),
            merge: carried.merge.map(|id| id.to_string()),
            granted: points(carried.granted),
            left: points(carried.left),
            left_units: carried.left.units().to_string(),
            gone_at: carried.gone_at.map(instant),
        }),
        complete,
        sentences,
    }
}
