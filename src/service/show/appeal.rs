//! Appeals, as callers and the log read them.

use super::super::judge::json;
use super::case::{actor, case as whole};
use super::{instant, points, policy::questions};
use crate::domain::actor::Actor;
use crate::domain::appeal::{
    self, Appeal, Barrier, By, Eligibility, Finding, Happened, Line, Outcome, Overturns, State, Step, Tally,
};
use crate::domain::case::Case;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::appeals::AppealStep as Change;
use crate::ports::directory::Rendered;
use crate::service::appeals::OverturnQuery;
use chrono::{DateTime, Utc};
use wire::appeal::{
    AppealAnswer, AppealAsked, AppealBarred, AppealClaim, AppealComment, AppealDecision, AppealEligibility,
    AppealFacts, AppealNews, AppealReview, AppealVote, OverturnLine, OverturnTally, Statement,
};
use wire::case::MemberRef;
use wire::duration::Duration;
use wire::event::{EventData, types};
use wire::time::Time;
use wire::word::{AppealBarrier, AppealOutcome, AppealState, AppealStep, OverturnBy};

/// An appeal at a moment: time may have moved it. In a blind review nobody is told who is who as long as it is open.
pub(crate) fn appeal(appeal: &Appeal, now: DateTime<Utc>) -> wire::appeal::Appeal {
    let (state, about) = (appeal.state(now), &appeal.about);
    let claimed = about.claimed.as_ref().filter(|_| state == State::InReview);
    let blind = is_blind(appeal, now);
    wire::appeal::Appeal {
        id: appeal.id.to_string(),
        community: appeal.community.to_string(),
        case: appeal.case,
        member: MemberRef {
            user: (!blind).then(|| appeal.user.to_string()),
            identity: None,
        },
        state: state.into(),
        next: state.steps().filter_map(step).collect(),
        statements: about.statements.iter().map(statement).collect(),
        answers: about.answers.iter().map(answer).collect(),
        asked: about.asked.iter().map(asked).collect(),
        claimed: claimed.map(|claimed| AppealClaim {
            by: actor(&claimed.by),
            until: Time(claimed.until),
            exception: claimed.exception,
        }),
        votes: about.votes.iter().map(|cast| vote(cast, blind)).collect(),
        decision: about.decision.as_ref().map(decision),
        barred: about.barred.as_ref().map(|barred| AppealBarred {
            at: Time(barred.at),
            by: actor(&barred.by),
            reason: barred.reason.clone(),
        }),
        deadline: appeal.deadline().filter(|_| state == appeal.stored).map(Time),
        decide_by: about.decide_by.map(Time),
        overdue: appeal.is_overdue(now),
        created_at: Time(appeal.created_at),
        ended_at: appeal.over_at(now).map(Time),
    }
}

/// What a reviewer goes by.
pub(crate) fn review(found: &Appeal, case: &Case, now: DateTime<Utc>) -> AppealReview {
    let mut shown = appeal(found, now);
    if !is_blind(found, now) {
        shown.votes = found.about.votes.iter().map(whole_vote).collect();
    }
    AppealReview {
        appeal: shown,
        facts: AppealFacts {
            kind: case.kind.into(),
            at: instant(case.at),
            points: points(case.points),
            duration: case.duration.map(|span| Duration::Seconds(span.seconds())),
            reason: case.particulars.reason.clone(),
            evidence: case.particulars.evidence.clone(),
            automated: matches!(case.actor, Actor::Automod { .. } | Actor::Escalation { .. }),
            policy_version: case.policy_version,
        },
        case: (!is_blind(found, now)).then(|| whole(found.community, case)),
        comments: found.about.comments.iter().map(comment).collect(),
    }
}

/// Whether a case may be appealed.
pub(crate) fn eligibility(eligibility: &Eligibility, rules: &appeal::Rules) -> AppealEligibility {
    let barrier = eligibility.barrier.as_ref();
    AppealEligibility {
        eligible: barrier.is_none(),
        barrier: barrier.map(Into::into),
        detail: barrier.map(|barrier| format!("The case may not be appealed: {barrier}.")),
        from: barrier.and_then(Barrier::from).map(Time),
        until: eligibility.until.map(Time),
        left: eligibility.left,
        questions: questions(rules),
        open: match barrier {
            Some(Barrier::Open(id)) => Some(id.to_string()),
            _ => None,
        },
    }
}

/// How often appeals changed something.
pub(crate) fn overturns(
    query: &OverturnQuery,
    counted: Overturns,
    complete: bool,
) -> wire::appeal::Overturns {
    let (lines, left_out, total) = counted.table(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let line = |line: Line| OverturnLine {
        group: line.group,
        identity: line.identity.as_ref().map(ToString::to_string),
        tally: tally(&line.tally),
    };
    wire::appeal::Overturns {
        by: match query.by {
            By::Moderator => OverturnBy::Moderator,
            By::Rule => OverturnBy::Rule,
            By::Reason => OverturnBy::Reason,
        },
        from: query.window.from.map(instant),
        until: query.window.until.map(instant),
        items: lines.into_iter().map(line).collect(),
        left_out: i64::try_from(left_out).unwrap_or(i64::MAX),
        total: tally(&total),
        complete,
    }
}

fn tally(tally: &Tally) -> OverturnTally {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    OverturnTally {
        decided: number(tally.decided()),
        upheld: number(tally.upheld),
        reduced: number(tally.reduced),
        replaced: number(tally.replaced),
        voided: number(tally.voided),
        overturned_percent: number(tally.percent()),
    }
}

/// The type of the event that a step appends.
pub(crate) const fn kind(what: &Change) -> &'static str {
    match what {
        Change::File { draft: true, .. } => types::APPEAL_DRAFTED,
        Change::File { draft: false, .. } | Change::Submit(..) => types::APPEAL_FILED,
        Change::AddStatement(..) => types::APPEAL_STATEMENT_ADDED,
        Change::Claim(_) => types::APPEAL_CLAIMED,
        Change::Release(_) => types::APPEAL_RELEASED,
        Change::Ask(..) => types::APPEAL_ASKED,
        Change::Comment(..) => types::APPEAL_COMMENTED,
        Change::Bar(..) => types::APPEAL_BARRED,
        Change::Withdraw(_) => types::APPEAL_WITHDRAWN,
        Change::Decide(_, verdict) => match verdict.expected {
            Some(_) => types::APPEAL_DECIDED,
            None => types::APPEAL_VOTED,
        },
        // What has happened says it by itself.
        Change::Tick(_) | Change::SettleLift(..) => types::APPEAL_MOOT,
    }
}

/// What time has done to one, as the log says it.
pub(crate) fn moved(found: &Appeal, happened: &[Happened], now: DateTime<Utc>) -> Rendered {
    let shown = appeal(found, now);
    let kind = |happened: &Happened| match happened {
        Happened::ClaimLapsed => types::APPEAL_RELEASED,
        Happened::Overdue => types::APPEAL_OVERDUE,
        Happened::Expired => types::APPEAL_EXPIRED,
        Happened::Moot => types::APPEAL_MOOT,
    };
    Rendered {
        answer: Answer {
            tag: shown.id.clone(),
            body: json(&shown),
        },
        events: happened.iter().map(|what| told(kind(what), found, now)).collect(),
    }
}

/// Whether nobody is to be told who is who.
fn is_blind(appeal: &Appeal, now: DateTime<Utc>) -> bool {
    appeal.about.blind && appeal.state(now).is_open()
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

fn statement(statement: &appeal::Statement) -> Statement {
    Statement {
        at: Time(statement.at),
        text: statement.text.clone(),
        evidence: statement.evidence.clone(),
    }
}

fn answer(answered: &appeal::Answered) -> AppealAnswer {
    AppealAnswer {
        id: answered.id.clone(),
        question: answered.question.clone(),
        text: answered.text.clone(),
    }
}

fn asked(asked: &appeal::Asked) -> AppealAsked {
    AppealAsked {
        at: Time(asked.at),
        question: asked.text.clone(),
        answer_by: Time(asked.until),
        answered_at: asked.answered_at.map(Time),
    }
}

fn comment(comment: &appeal::Comment) -> AppealComment {
    AppealComment {
        at: Time(comment.at),
        by: actor(&comment.by),
        text: comment.text.clone(),
        evidence: comment.evidence.clone(),
    }
}

fn vote(vote: &appeal::Vote, blind: bool) -> AppealVote {
    AppealVote {
        at: Time(vote.at),
        by: (!blind).then(|| actor(&vote.by)),
        outcome: (!blind).then(|| vote.finding.outcome().into()),
        exception: vote.exception && !blind,
        reason: None,
        points: None,
        duration: None,
        kind: None,
    }
}

/// A vote as the other reviewers read it: they can only come to the same if they know what that is.
fn whole_vote(cast: &appeal::Vote) -> AppealVote {
    let mut shown = vote(cast, false);
    shown.reason = Some(cast.reason.clone());
    let (less, span, kind) = match &cast.finding {
        Finding::Reduce { points, duration } => (*points, *duration, None),
        Finding::Replace { kind, detail } => (None, detail.duration, Some((*kind).into())),
        Finding::Uphold | Finding::Void => (None, None, None),
    };
    shown.points = less.map(points);
    shown.duration = span.map(|span| Duration::Seconds(span.seconds()));
    shown.kind = kind;
    shown
}

fn decision(decision: &appeal::Decision) -> AppealDecision {
    AppealDecision {
        outcome: decision.outcome.into(),
        by: actor(&decision.by),
        at: Time(decision.at),
        reason: decision.reason.clone(),
        exception: decision.exception,
        split: decision.split,
    }
}

const fn step(step: Step) -> Option<AppealStep> {
    match step {
        Step::Submit => Some(AppealStep::Submit),
        Step::AddStatement => Some(AppealStep::AddStatement),
        Step::Claim => Some(AppealStep::Claim),
        Step::Release => Some(AppealStep::Release),
        Step::Ask => Some(AppealStep::Ask),
        Step::Bar => Some(AppealStep::Bar),
        Step::Decide => Some(AppealStep::Decide),
        Step::Withdraw => Some(AppealStep::Withdraw),
        Step::BecomeMoot | Step::Expire => None,
    }
}

impl From<State> for AppealState {
    fn from(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Submitted => Self::Submitted,
            State::InReview => Self::InReview,
            State::NeedsInfo => Self::NeedsInfo,
            State::Closed => Self::Closed,
            State::Withdrawn => Self::Withdrawn,
            State::Moot => Self::Moot,
            State::Barred => Self::Barred,
            State::Expired => Self::Expired,
        }
    }
}

impl From<Outcome> for AppealOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Uphold => Self::Uphold,
            Outcome::Reduce => Self::Reduce,
            Outcome::Replace => Self::Replace,
            Outcome::Void => Self::Void,
        }
    }
}

impl From<&Barrier> for AppealBarrier {
    fn from(barrier: &Barrier) -> Self {
        match barrier {
            Barrier::Voided => Self::Voided,
            Barrier::Lift => Self::Lift,
            Barrier::Kind(_) => Self::Kind,
            Barrier::Open(_) => Self::Open,
            Barrier::Most(_) => Self::Most,
            Barrier::Late { .. } => Self::Late,
            Barrier::Early { .. } => Self::Early,
            Barrier::Gap { .. } => Self::Gap,
            Barrier::Archived => Self::Archived,
        }
    }
}
