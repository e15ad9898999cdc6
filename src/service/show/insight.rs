//! Counts and the consistency report as callers read them.

use super::{instant, points};
use crate::domain::brief::Window;
use crate::domain::consistency::{Choice, Consistency, Finding};
use crate::domain::counts::{By, Counts, Line, Tally};
use crate::service::insight::{ConsistencyQuery, CountQuery};
use wire::insight;
use wire::time::Time;

/// Cases, counted.
pub(crate) fn counts(query: &CountQuery, counted: Counts, unread: i64) -> insight::Counts {
    let table = counted.table(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let (from, until) = bounds(query.window);
    insight::Counts {
        by: query.by.into(),
        from,
        until,
        items: table.lines.into_iter().map(count).collect(),
        left_out: number(table.left_out),
        total: total(&table.total),
        unread,
    }
}

/// Reasons, and how alike they were treated.
pub(crate) fn consistency(query: &ConsistencyQuery, seen: Consistency, unread: i64) -> insight::Consistency {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let report = seen.report(query.min_cases.into(), limit);
    let (from, until) = bounds(query.window);
    insight::Consistency {
        from,
        until,
        min_cases: query.min_cases.into(),
        items: report.findings.iter().map(finding).collect(),
        left_out: number(report.left_out),
        unread,
    }
}

fn bounds(window: Window) -> (Option<Time>, Option<Time>) {
    (window.from.map(instant), window.until.map(instant))
}

fn count(line: Line) -> insight::Count {
    let numbers = total(&line.tally);
    insight::Count {
        group: line.group,
        identity: line.identity.as_ref().map(ToString::to_string),
        cases: numbers.cases,
        kinds: numbers.kinds,
        points: numbers.points,
        voided: numbers.voided,
        lifts: numbers.lifts,
        escalations: numbers.escalations,
        expiries: numbers.expiries,
    }
}

fn total(tally: &Tally) -> insight::CountTotal {
    let kinds = tally.kinds.iter();
    insight::CountTotal {
        cases: number(tally.cases),
        kinds: kinds
            .map(|(kind, cases)| (kind.name().to_owned(), number(*cases)))
            .collect(),
        points: points(tally.points),
        voided: number(tally.voided),
        lifts: number(tally.lifts),
        escalations: number(tally.escalations),
        expiries: number(tally.expiries),
    }
}

fn finding(finding: &Finding) -> insight::ReasonOutcomes {
    let outcome = |choice: &Choice| insight::Outcome {
        kind: choice.outcome.kind.into(),
        duration: choice.outcome.duration.map(|span| span.seconds()),
        cases: number(choice.cases),
        percent: number(finding.percent(choice.cases)),
        moderators: choice
            .moderators
            .iter()
            .map(|chooser| insight::ChosenBy {
                moderator: chooser.moderator.clone(),
                identity: chooser.identity.as_ref().map(ToString::to_string),
                cases: number(chooser.cases),
            })
            .collect(),
        moderators_left_out: number(choice.moderators_left_out),
        examples: choice.examples.clone(),
    };
    insight::ReasonOutcomes {
        reason: finding.reason.clone(),
        cases: number(finding.cases),
        agreement_percent: number(finding.agreement()),
        outcomes: finding.choices.iter().map(outcome).collect(),
        outcomes_left_out: number(finding.outcomes_left_out),
    }
}

/// A count. There are never more cases than an `i64` numbers.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl From<By> for insight::CountBy {
    fn from(by: By) -> Self {
        match by {
            By::Moderator => Self::Moderator,
            By::Kind => Self::Kind,
            By::Reason => Self::Reason,
            By::Week => Self::Week,
        }
    }
}

impl From<insight::CountBy> for By {
    fn from(by: insight::CountBy) -> Self {
        match by {
            insight::CountBy::Moderator => Self::Moderator,
            insight::CountBy::Kind => Self::Kind,
            insight::CountBy::Reason => Self::Reason,
            insight::CountBy::Week => Self::Week,
        }
    }
}
