//! Appeals, as callers and the log read them.

use super::super::judge::json;
use super::case::actor;
use crate::domain::appeal::{self, Appeal, Outcome, State, Statement, Step};
use crate::ports::answer::{Answer, NewEvent};
use chrono::{DateTime, Utc};
use wire::appeal::{AppealClaim, AppealDecision, AppealNews, DecisionAnswer};
use wire::case::MemberRef;
use wire::event::{EventData, types};
use wire::time::Time;
use wire::word::{AppealOutcome, AppealState, AppealStep};

/// An appeal at a moment: a claim may be over by then.
pub(crate) fn appeal(appeal: &Appeal, now: DateTime<Utc>) -> wire::appeal::Appeal {
    let (state, about) = (appeal.state(now), &appeal.about);
    let claimed = about.claimed.as_ref().filter(|_| state == State::InReview);
    wire::appeal::Appeal {
        id: appeal.id.to_string(),
        community: appeal.community.to_string(),
        case: appeal.case,
        member: MemberRef {
            user: Some(appeal.user.to_string()),
            identity: None,
        },
        state: state.into(),
        next: state.steps().filter_map(step).collect(),
        statements: about.statements.iter().map(statement).collect(),
        claimed: claimed.map(|claimed| AppealClaim {
            by: actor(&claimed.by),
            until: Time(claimed.until),
        }),
        decision: about.decision.as_ref().map(decision),
        created_at: Time(appeal.created_at),
        ended_at: appeal.ended_at.map(Time),
    }
}

/// The answer to a decision with what came of it.
pub(crate) fn decided(appeal: &Appeal, remedy: &Answer, now: DateTime<Utc>) -> Answer {
    // It was written by us a moment ago.
    let remedy = serde_json::from_str(&remedy.body).ok();
    let appeal = self::appeal(appeal, now);
    Answer {
        tag: appeal.id.clone(),
        body: json(&DecisionAnswer { appeal, remedy }),
    }
}

/// What the log says of it.
pub(crate) fn told(kind: &'static str, appeal: &Appeal, now: DateTime<Utc>) -> NewEvent {
    let outcome = appeal
        .about
        .decision
        .as_ref()
        .map(|decision| decision.outcome.into());
    NewEvent {
        kind,
        community: Some(appeal.community),
        user: Some(appeal.user),
        at: now,
        data: json(&EventData {
            appeal: Some(AppealNews {
                id: appeal.id.to_string(),
                community: appeal.community.to_string(),
                case: appeal.case,
                state: appeal.state(now).into(),
                outcome,
            }),
            ..EventData::default()
        }),
    }
}

/// What the log says of one that is moot.
pub(crate) fn moot(appeal: &Appeal, now: DateTime<Utc>) -> NewEvent {
    told(types::APPEAL_MOOT, appeal, now)
}

fn statement(statement: &Statement) -> wire::appeal::Statement {
    wire::appeal::Statement {
        at: Time(statement.at),
        text: statement.text.clone(),
        evidence: statement.evidence.clone(),
    }
}

fn decision(decision: &appeal::Decision) -> AppealDecision {
    AppealDecision {
        outcome: decision.outcome.into(),
        by: actor(&decision.by),
        at: Time(decision.at),
        reason: decision.reason.clone(),
    }
}

const fn step(step: Step) -> Option<AppealStep> {
    match step {
        Step::Claim => Some(AppealStep::Claim),
        Step::Release => Some(AppealStep::Release),
        Step::Decide => Some(AppealStep::Decide),
        Step::Withdraw => Some(AppealStep::Withdraw),
        Step::BecomeMoot => None,
    }
}

impl From<State> for AppealState {
    fn from(state: State) -> Self {
        match state {
            State::Submitted => Self::Submitted,
            State::InReview => Self::InReview,
            State::Closed => Self::Closed,
            State::Withdrawn => Self::Withdrawn,
            State::Moot => Self::Moot,
        }
    }
}

impl From<Outcome> for AppealOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Uphold => Self::Uphold,
            Outcome::Void => Self::Void,
        }
    }
}
