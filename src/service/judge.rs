//! The pure function that the store calls under lock: decides one command and writes out what callers and the log will read.

mod observe; // what was seen on platforms

pub(crate) use observe::{REMARKABLE, desired};

use super::show::directive::Announcer;
use super::{notices, show};
use crate::domain::act::{Command, Decision, Entry, Situation};
use crate::domain::decide::decide;
use crate::domain::held::Held;
use crate::domain::hold::Hold;
use crate::domain::id::{CommunityId, UserId};
use crate::domain::notice::Notice;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::Sanction;
use crate::domain::schedule::{Run, Schedule};
use crate::domain::standing::standing;
use crate::domain::time::Instant;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::directives::Announce;
use crate::ports::ids::Ids;
use crate::ports::ledger::{Judge, Noted, Ruling, Submission, Watched};
use crate::ports::notices::Audience;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::sync::Arc;
use wire::act::ActAnswer;
use wire::event::{EventData, types};

/// Judges acts, lifts and expiries.
pub(crate) struct ActJudge {
    /// Where new sanctions get their ids.
    pub(crate) ids: Arc<dyn Ids>,
    /// Whether members can reach pages of this service.
    pub(crate) links: bool,
}

impl Judge for ActJudge {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let decision = decide(situation, &submission.command, &mut || self.ids.fresh())?;
        debug_assert!(
            matches!(submission.command, Command::Expire { .. })
                || !decision.entries.is_empty()
                || decision.held.is_some()
        );
        Ok(ruling(submission.community, situation, decision))
    }

    fn observe(&self, situation: &Situation<'_>, watched: Watched<'_>, submission: &Submission) -> Noted {
        self.note(situation, watched, submission)
    }

    fn notices(
        &self,
        audience: &Audience,
        policy: &Policy,
        entries: &[Entry],
        now: DateTime<Utc>,
    ) -> Vec<Notice> {
        notices::of_cases((&*self.ids, self.links), audience, policy, entries, now)
    }

    fn ran(&self, schedule: &Schedule, run: &Run) -> Vec<NewEvent> {
        vec![show::schedule::ran(schedule, run)]
    }
}

/// A decision with what callers and the log read of it.
fn ruling(community: CommunityId, situation: &Situation<'_>, decision: Decision) -> Ruling {
    let mut events: Vec<_> = decision
        .entries
        .iter()
        .flat_map(|entry| events(community, situation, entry))
        .collect();
    let now = situation.now;
    let changed = decision.moved.iter();
    events.extend(changed.map(|s| changed_event(community, situation.target.user, s, now)));
    if let Some(held) = &decision.held {
        events.insert(0, held_event(community, held, now));
    }
    let answer = match (answer(community, situation, &decision, None), &decision.held) {
        (Some(answer), _) => Answer {
            tag: answer.case.number.to_string(),
            body: json(&answer),
        },
        (None, Some(held)) => Answer {
            tag: held.id.to_string(),
            body: json(&shown(community, held, now)),
        },
        // Only an expiry that has moved on decides nothing, and nobody reads its answer.
        (None, None) => Answer {
            tag: String::new(),
            body: "null".to_owned(),
        },
    };
    let Decision {
        entries,
        moved,
        member,
        recent,
        held,
    } = decision;
    Ruling {
        entries,
        moved,
        member,
        recent,
        events,
        answer,
        held,
    }
}

/// What the caller reads of a decision; `None` when it made no case. `tried` is set for one that is only tried out, and says what
/// it would wait for.
pub(crate) fn answer(
    community: CommunityId,
    situation: &Situation<'_>,
    decision: &Decision,
    tried: Option<Option<&Hold>>,
) -> Option<ActAnswer> {
    let (first, escalations) = decision.entries.split_first()?;
    let standing = standing(
        situation.timeline,
        &decision.member,
        situation.past,
        first.case.at,
    );
    Some(ActAnswer {
        dry_run: tried.is_some(),
        hold: tried.flatten().map(show::held::hold),
        case: show::case::case(community, &first.case),
        escalations: escalations
            .iter()
            .map(|entry| show::case::case(community, &entry.case))
            .collect(),
        standing: show::standing::standing(community, Some(situation.target.user), &standing),
        directives: Vec::new(),
    })
}

/// A held act as it stands now.
pub(crate) fn shown(community: CommunityId, held: &Held, now: DateTime<Utc>) -> wire::held::HeldAct {
    let now = Instant::from_utc(now).unwrap_or(held.expires_at);
    show::held::held(community, held, now)
}

/// What has just become of an act that waits.
fn held_event(community: CommunityId, held: &Held, now: DateTime<Utc>) -> NewEvent {
    let data = EventData {
        held: Some(shown(community, held, now)),
        ..EventData::default()
    };
    NewEvent {
        kind: match &held.settled {
            Some(settled) if settled.case.is_some() => types::ACT_RELEASED,
            Some(_) => types::ACT_REJECTED,
            None if held.approvals.is_empty() => types::ACT_HELD,
            None => types::ACT_APPROVED,
        },
        community: Some(community),
        user: Some(held.user),
        at: now,
        data: json(&data),
    }
}

/// The events of one case: itself, the sanctions that it ended, the one that it started.
fn events(community: CommunityId, situation: &Situation<'_>, entry: &Entry) -> Vec<NewEvent> {
    let case = &entry.case;
    let now = Instant::from_utc(situation.now).unwrap_or(case.at);
    let event = |kind, data: &EventData| NewEvent {
        kind,
        community: Some(community),
        user: Some(case.user),
        at: situation.now,
        data: json(data),
    };
    let sanction = |s, ended| EventData {
        sanction: Some(show::case::sanction(community, case.user, s, ended, now)),
        ..EventData::default()
    };
    let shown = EventData {
        case: Some(show::case::case(community, case)),
        ..EventData::default()
    };
    let mut events = vec![event(types::CASE_CREATED, &shown)];
    for ended in &case.ended {
        // What ends was in force when the command came; an act never ends what it has just started.
        if let Some(held) = situation.member.sanctions.iter().find(|s| s.id == ended.id) {
            let data = sanction(held, Some((ended.how, ended.at, Some(case.number))));
            events.push(event(types::SANCTION_ENDED, &data));
        }
    }
    if let Some(started) = &case.started {
        events.push(event(types::SANCTION_STARTED, &sanction(started, None)));
    }
    events
}

/// The event of a sanction whose end has moved.
pub(crate) fn changed_event(
    community: CommunityId,
    user: UserId,
    sanction: &Sanction,
    now: DateTime<Utc>,
) -> NewEvent {
    let at = Instant::from_utc(now).unwrap_or(sanction.start);
    let data = EventData {
        sanction: Some(show::case::sanction(community, user, sanction, None, at)),
        ..EventData::default()
    };
    NewEvent {
        kind: types::SANCTION_CHANGED,
        community: Some(community),
        user: Some(user),
        at: now,
        data: json(&data),
    }
}

/// A wire document as JSON. They are made of text, numbers and lists, which always can be written.
pub(crate) fn json<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_else(|error| {
        tracing::error!(%error, "a document could not be written as JSON");
        "null".to_owned()
    })
}
