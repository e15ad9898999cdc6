//! Observations, as the store has them judged under lock: what they come to, what is recorded, and what the log says.

use super::{ActJudge, json, ruling};
use crate::domain::act::{Command, Situation};
use crate::domain::authority::immunity;
use crate::domain::decide;
use crate::domain::directive::{Effect, Wish, states};
use crate::domain::drift::{Finding, Known, Observation, Seen, Spot, Verdict, judge};
use crate::domain::id::CommunityId;
use crate::domain::rank::Rank;
use crate::domain::sanction::Sanction;
use crate::domain::time::Instant;
use crate::ports::answer::Answer;
use crate::ports::ledger::{Noted, Ruling, Submission, Watched};
use crate::service::show;
use crate::service::show::drift::About;

/// What is desired of a spot by what is on record, and whether a ban of the member is, which leaves nothing less to be missed.
pub(crate) fn desired(sanctions: &[Sanction], effect: Effect) -> (Wish, bool) {
    let all = states(sanctions);
    let banned = all
        .iter()
        .any(|wish| wish.effect == Effect::Ban && wish.wanted.holds() && effect != Effect::Ban);
    let found = all.iter().find(|wish| wish.effect == effect).cloned();
    let wish = found.unwrap_or(Wish {
        effect,
        wanted: crate::domain::directive::Wanted::Lifted,
        case: None,
    });
    (wish, banned)
}

/// An answer of which nothing else comes.
fn nothing(community: CommunityId, spot: &Spot, verdict: Verdict) -> Noted {
    let (wish, _) = desired(&[], spot.effect);
    let about = About {
        community,
        user: None,
        desired: &wish,
        said: None,
    };
    Noted {
        seen: None,
        heal: None,
        adopted: None,
        events: Vec::new(),
        answer: answer(about, (spot, verdict), None, None),
    }
}

fn answer(about: About<'_>, what: (&Spot, Verdict), seen: Option<&Seen>, case: Option<i64>) -> Answer {
    let shown = show::drift::result(about, what, seen, case);
    Answer {
        tag: if shown.drift.is_some() || shown.case.is_some() {
            REMARKABLE.to_owned()
        } else {
            String::new()
        },
        body: json(&shown),
    }
}

/// The tag of an answer that somebody wants to see.
pub(crate) const REMARKABLE: &str = "remarkable";

impl ActJudge {
    /// Judges an observation.
    pub(super) fn note(
        &self,
        situation: &Situation<'_>,
        watched: Watched<'_>,
        submission: &Submission,
    ) -> Noted {
        let community = submission.community;
        let Command::Observe(observation) = &submission.command else {
            let error = "what is no observation was to be judged as one";
            tracing::error!(error);
            return Noted {
                seen: None,
                heal: None,
                adopted: None,
                events: Vec::new(),
                answer: Answer {
                    tag: String::new(),
                    body: String::new(),
                },
            };
        };
        if watched.erased {
            return nothing(community, &observation.spot, Verdict::Ignored);
        }
        let at = Instant::from_utc(situation.now).unwrap_or(Instant::FIRST);
        let (wish, banned) = desired(&situation.member.sanctions, observation.spot.effect);
        let known = Known {
            seen: watched.seen,
            said: watched.said,
            wished: watched.wished,
            desired: (&wish.wanted, banned),
            immune: immunity(&situation.target).is_some() || situation.target.authority.rank > Rank::Member,
            policy: situation.timeline.in_force(at).policy.drift,
            now: situation.now,
        };
        let found = judge(observation, known, &mut || self.ids.fresh());
        self.settle(situation, watched, submission, (observation, wish), found)
    }

    fn settle(
        &self,
        situation: &Situation<'_>,
        watched: Watched<'_>,
        submission: &Submission,
        (observation, wish): (&Observation, Wish),
        mut found: Finding,
    ) -> Noted {
        let community = submission.community;
        let adopted = found.adopt.as_ref().and_then(|adoption| {
            // What cannot be recorded is drift.
            let decision = decide::adopt(situation, adoption, &mut || self.ids.fresh()).ok()?;
            Some(ruling(community, situation, decision))
        });
        let case = adopted.as_ref().and_then(first_case);
        if let (Some(seen), Some(_)) = (&mut found.seen, case) {
            found.verdict = Verdict::Adopted;
            seen.drift = None;
        }
        // Who is unknown so far is made known by what is done about them alone.
        let acts = case.is_some() || found.verdict == Verdict::Healing;
        let about = About {
            community,
            user: (!watched.unknown || acts).then_some(situation.target.user),
            desired: &wish,
            said: watched.said,
        };
        let events = found
            .seen
            .as_ref()
            .map(|seen| show::drift::news(about, watched.seen, seen, situation.now));
        let shown = answer(
            about,
            (&observation.spot, found.verdict),
            found.seen.as_ref(),
            case,
        );
        Noted {
            heal: (found.verdict == Verdict::Healing).then(|| wish.clone()),
            seen: found.seen,
            adopted,
            events: events.unwrap_or_default(),
            answer: shown,
        }
    }
}

fn first_case(ruling: &Ruling) -> Option<i64> {
    ruling.entries.first().map(|entry| entry.case.number)
}
