//! Simulations as callers read them.

use super::directory::identity;
use super::standing::restricted;
use super::{instant, names, points};
use crate::domain::identity::Identity;
use crate::domain::points::Points;
use crate::domain::sanction::Restricted;
use crate::domain::simulate::{Difference, Escalation, Simulation, Totals};
use wire::simulate::{
    RungCount, SimulatedEscalation, SimulatedMember, SimulatedSide, SimulationLine, SimulationProgress,
    SimulationTotal, UnregisteredKind,
};

const NOTHING: SimulationLine = SimulationLine {
    progress: None,
    member: None,
    total: None,
    problem: None,
};

/// How far it is.
pub(crate) fn progress(totals: &Totals) -> SimulationLine {
    SimulationLine {
        progress: Some(SimulationProgress {
            cases: number(totals.cases),
            members: number(totals.members),
            differently: number(totals.differently),
        }),
        ..NOTHING
    }
}

/// A member who would have been treated differently.
pub(crate) fn member(difference: &Difference, identities: &[Identity]) -> SimulationLine {
    let (escalations, left_out) = (&difference.escalations, difference.left_out);
    let (shown, restrictions) = (difference.points, &difference.restrictions);
    SimulationLine {
        member: Some(SimulatedMember {
            user: difference.user.to_string(),
            identities: identities.iter().map(identity).collect(),
            recorded: side(&escalations.was, left_out.was, shown.was, &restrictions.was),
            simulated: side(
                &escalations.would,
                left_out.would,
                shown.would,
                &restrictions.would,
            ),
        }),
        ..NOTHING
    }
}

/// The sums, and how many members have no line of their own.
pub(crate) fn total(simulation: &Simulation, left_out: u64) -> SimulationLine {
    let totals = simulation.totals();
    let rungs = totals.rungs.iter().map(|(rung, count)| RungCount {
        rung: rung.clone(),
        recorded: number(count.was),
        simulated: number(count.would),
    });
    let unregistered = totals.unregistered.iter().map(|(kind, acts)| UnregisteredKind {
        kind: (*kind).into(),
        acts: number(*acts),
    });
    SimulationLine {
        total: Some(SimulationTotal {
            at: instant(simulation.now()),
            cases: number(totals.cases),
            members: number(totals.members),
            differently: number(totals.differently),
            left_out: number(left_out),
            recorded: number(totals.escalations.was),
            simulated: number(totals.escalations.would),
            rungs: rungs.collect(),
            unregistered: unregistered.collect(),
        }),
        ..NOTHING
    }
}

/// What went wrong under way.
pub(crate) fn problem(problem: wire::problem::Problem) -> SimulationLine {
    SimulationLine {
        problem: Some(problem),
        ..NOTHING
    }
}

fn side(
    escalations: &[Escalation],
    left_out: u64,
    shown: Points,
    restrictions: &[Restricted],
) -> SimulatedSide {
    SimulatedSide {
        escalations: escalations.iter().map(escalation).collect(),
        escalations_left_out: number(left_out),
        points: points(shown),
        restrictions: restrictions.iter().map(restricted).collect(),
    }
}

fn escalation(escalation: &Escalation) -> SimulatedEscalation {
    let measure = &escalation.measure;
    SimulatedEscalation {
        rung: escalation.rung.clone(),
        action: measure.action.into(),
        duration: measure.duration,
        capabilities: names(&measure.capabilities),
        while_above: measure.while_above.map(points),
        case: escalation.case,
        at: instant(escalation.at),
        points: points(escalation.points),
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
