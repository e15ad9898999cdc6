//! What becomes of an escalation: it stands on what its trigger produces in the replay.

use super::Replay;
use crate::domain::case::Case;
use crate::domain::id::SanctionId;
use crate::domain::kind::Restriction;
use crate::domain::ladder::Strength;
use crate::domain::points::Points;
use crate::domain::policy::Remedy;
use crate::domain::sanction::{Sanction, later_end};
use crate::domain::time::Instant;
use crate::domain::timeline::PolicyVersion;
use std::cmp::min_by;

/// What an entry produces in the replay: the remedy of the rung that fires, and how strong it is.
#[derive(Clone)]
pub(super) struct Produced {
    pub(super) remedy: Remedy,
    pub(super) strength: Strength,
    pub(super) end: Option<Instant>,
}

/// What becomes of an entry.
pub(super) enum Verdict {
    /// It stands as it is.
    Stands,
    /// This sanction takes the place of its own, and it counts so many points.
    Milder(Sanction, Points),
    /// It no longer counts.
    Falls,
}

impl Replay {
    /// Holds an escalation against what its trigger produced. Direct acts stand by themselves.
    pub(super) fn verdict(&mut self, case: &Case, version: &PolicyVersion) -> Verdict {
        if self.stands {
            return Verdict::Stands;
        }
        let fell = |cause: &i64| self.voided.iter().any(|(number, _)| number == cause);
        if case.upheld && case.causes.last().is_some_and(|cause| !fell(cause)) {
            return Verdict::Stands;
        }
        let trigger = self
            .triggers
            .iter()
            .find(|(number, _)| case.causes.last() == Some(number));
        let Some((_, produced)) = trigger else {
            return Verdict::Stands;
        };
        let Some(produced) = produced.clone() else {
            return Verdict::Falls;
        };
        let own = case.started.as_ref().map_or_else(
            || Strength::of(version.policy.severity(case.kind), case.kind, case.at, None),
            Sanction::strength,
        );
        // What holds while the points are high follows them by itself; nothing else is like it.
        if let Some(level) = case.started.as_ref().and_then(|s| s.while_above) {
            let alike = produced.remedy.while_above == Some(level);
            let severe = produced.remedy.severity() >= version.policy.severity(case.kind);
            return if alike && severe {
                Verdict::Stands
            } else {
                Verdict::Falls
            };
        }
        if produced.strength >= own {
            return Verdict::Stands;
        }
        self.milder(case, &produced).map_or(Verdict::Falls, |sanction| {
            let weight = version.policy.weight(produced.remedy.action);
            Verdict::Milder(sanction, case.points.min(weight))
        })
    }

    /// The milder sanction that a rung would have started in place of the case's, if both would still hold now.
    fn milder(&mut self, case: &Case, produced: &Produced) -> Option<Sanction> {
        let Produced { remedy, end, .. } = produced;
        let restriction = remedy.action.restricts()?;
        let harsher = case.started.as_ref()?;
        if self.current.sanctions.iter().all(|s| s.id != harsher.id) {
            return None;
        }
        let mut capabilities = remedy.capabilities.clone();
        if harsher.restriction == Restriction::Restrict {
            capabilities.retain(|name| harsher.capabilities.contains(name));
            if capabilities.is_empty() {
                return None;
            }
        }
        let sanction = Sanction {
            id: SanctionId((self.fresh)()),
            kind: remedy.action,
            restriction,
            start: harsher.start,
            end: min_by(*end, harsher.end, |a, b| later_end(*a, *b)),
            version: 1,
            case: case.number,
            named: harsher.named.clone(),
            capabilities,
            while_above: None,
            over: false,
        };
        sanction.holds(self.now).then_some(sanction)
    }
}
