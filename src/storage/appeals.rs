//! Appeals, apart from any SQL: what becomes of one with each step, and whose offences a rung counted.

use super::batch::{Home, Writes};
use super::codec::Place;
use crate::domain::actor::{Acting, Actor};
use crate::domain::appeal::{Appeal, Bench, Comment, Happened, NotTaken, Outcome, Rules, State, Statement};
use crate::domain::brief::Window;
use crate::domain::case::Case;
use crate::domain::id::{AppealId, SanctionId};
use crate::domain::kind::Kind;
use crate::domain::policy::OffenceCount;
use crate::domain::rank::Rank;
use crate::domain::sanction::Ending;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::appeals::AppealStep;
use crate::ports::error::StoreError;
use chrono::{DateTime, Utc};

/// How many of a case's appeals are looked at: more than any policy grants.
pub(crate) const MOST_OF_CASE: i64 = 100;
/// How many offences a rung can have counted that are looked at.
pub(crate) const MOST_COUNTED: i64 = 500;

/// Where an appeal is, by its name.
pub(crate) fn state(place: &Place<'_>, name: &str) -> Result<State, StoreError> {
    State::named(name).ok_or_else(|| place.corrupt("state", format!("nothing is called {name:?}")))
}

/// Until when reviewers are to decide, as long as it waits for them: what a queue goes by.
pub(crate) fn decide_by(appeal: &Appeal) -> Option<DateTime<Utc>> {
    let waits = matches!(appeal.stored, State::Submitted | State::InReview);
    appeal.about.decide_by.filter(|_| waits)
}

/// What was decided, in a word.
pub(crate) fn outcome(appeal: &Appeal) -> Option<&'static str> {
    let decision = appeal.about.decision.as_ref();
    decision.map(|decision| decision.outcome.name())
}

/// What was decided, by its name.
pub(crate) fn decided(place: &Place<'_>, name: &str) -> Result<Outcome, StoreError> {
    Outcome::named(name).ok_or_else(|| place.corrupt("outcome", format!("nothing is called {name:?}")))
}

/// Where a window begins and ends, of those that say nothing long ago and far ahead.
pub(crate) fn bounds(window: Window) -> (DateTime<Utc>, DateTime<Utc>) {
    let far = DateTime::<Utc>::MAX_UTC;
    let (from, until) = (
        window.from.map(Instant::to_utc),
        window.until.map(Instant::to_utc),
    );
    (from.unwrap_or(DateTime::UNIX_EPOCH), until.unwrap_or(far))
}

/// The sanctions that somebody lifted.
pub(crate) fn lifted_by(writes: &Writes) -> impl Iterator<Item = (Home, SanctionId)> {
    let ended = writes.ended.iter();
    ended
        .filter(|(_, end)| end.how == Ending::Lifted)
        .map(|(sanction, _)| *sanction)
}

/// Who takes a step, and by what it is judged.
pub(crate) struct Review<'a> {
    pub(crate) acting: &'a Acting,
    pub(crate) bench: &'a Bench,
    pub(crate) rules: &'a Rules,
}

/// Which appeal a step is about; none for one that files it.
pub(crate) const fn about(what: &AppealStep) -> Option<AppealId> {
    match what {
        AppealStep::File { .. } => None,
        AppealStep::Submit(id, ..)
        | AppealStep::AddStatement(id, _)
        | AppealStep::Claim(id)
        | AppealStep::Release(id)
        | AppealStep::Ask(id, _)
        | AppealStep::Comment(id, ..)
        | AppealStep::Bar(id, _)
        | AppealStep::Withdraw(id)
        | AppealStep::Decide(id, _)
        | AppealStep::Tick(id)
        | AppealStep::SettleLift(id, _) => Some(*id),
    }
}

/// Whether a step needs the rank that an act of the case's kind needs.
pub(crate) const fn needs_rank(what: &AppealStep) -> bool {
    matches!(
        what,
        AppealStep::Claim(_)
            | AppealStep::Ask(..)
            | AppealStep::Comment(..)
            | AppealStep::Bar(..)
            | AppealStep::Decide(..)
    )
}

/// Takes a step with an appeal that exists. What time alone has done is told.
pub(crate) fn take(
    appeal: &mut Appeal,
    what: &AppealStep,
    review: &Review<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Happened>, NotTaken> {
    let Review { acting, bench, rules } = *review;
    let said = |statement: &Statement| Statement {
        at: now,
        ..statement.clone()
    };
    match what {
        AppealStep::File { .. } => {}
        AppealStep::Submit(_, statement, answers) => {
            appeal.submit(statement.as_ref().map(said), answers.clone(), rules, now)?;
        }
        AppealStep::AddStatement(_, statement) => appeal.add_statement(said(statement), now)?,
        AppealStep::Claim(_) => appeal.claim(acting, bench, rules, now)?,
        AppealStep::Release(_) => appeal.release(&acting.actor, now)?,
        AppealStep::Ask(_, text) => appeal.ask(text.clone(), acting, (bench, rules), now)?,
        AppealStep::Comment(_, text, evidence) => appeal.comment(Comment {
            at: now,
            by: acting.actor.clone(),
            text: text.clone(),
            evidence: evidence.clone(),
        })?,
        AppealStep::Bar(_, reason) => appeal.bar(reason.clone(), acting, bench, now)?,
        AppealStep::Withdraw(_) => appeal.withdraw(now)?,
        AppealStep::Decide(_, verdict) => {
            let said = (verdict.finding.clone(), verdict.reason.clone());
            appeal.decide(said, acting, (bench, rules), verdict.expected.as_ref(), now)?;
        }
        AppealStep::Tick(_) => return Ok(appeal.tick(now)),
        AppealStep::SettleLift(_, points_are_left) => return Ok(appeal.settle_lift(*points_are_left, now)),
    }
    Ok(Vec::new())
}

/// Where to look for the offences that the rung of an escalation counted: which kinds, after and up to when. `trigger` is the case that reached it.
pub(crate) fn counted(
    timeline: &Timeline,
    case: &Case,
    trigger: &Case,
) -> Option<(Vec<String>, Instant, Instant)> {
    let Actor::Escalation { rung } = &case.actor else {
        return None;
    };
    let policy = &timeline.judged(case.policy_version, case.at).policy;
    let OffenceCount { kinds, within, .. } =
        &policy.offence_rungs.iter().find(|known| known.id == *rung)?.count;
    let kinds = kinds.iter().map(|kind| Kind::name(kind).to_owned()).collect();
    Some((kinds, trigger.at.shifted(-within), trigger.at))
}

/// The ranks by name of those who could review in somebody's stead: that of the kind at the least, and of the roster.
pub(crate) fn ranks(needed: Rank) -> Vec<String> {
    let roster = [Rank::Moderator, Rank::Admin, Rank::Owner].into_iter();
    let high = roster.filter(|rank| *rank >= needed);
    high.map(|rank| rank.name().to_owned()).collect()
}
