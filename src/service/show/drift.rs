//! Drift as relays and moderators read it.

use super::{directive, instant, names};
use crate::domain::directive::{Directive, Wish};
use crate::domain::drift::{Open, Seen, Verdict};
use crate::domain::id::{CommunityId, UserId};
use crate::ports::answer::NewEvent;
use crate::service::judge::json;
use chrono::{DateTime, Utc};
use wire::drift::{Drift, ObservationResult, Said, Sight};
use wire::event::{EventData, types};
use wire::time::Time;

/// What a difference is shown with.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) community: CommunityId,
    pub(crate) user: Option<UserId>,
    pub(crate) desired: &'a Wish,
    pub(crate) said: Option<&'a Directive>,
}

/// A difference.
pub(crate) fn drift(about: About<'_>, seen: &Seen, open: Open) -> Drift {
    let sight = &seen.sight;
    Drift {
        id: open.id.to_string(),
        community: about.community.to_string(),
        platform: seen.spot.platform.as_str().to_owned(),
        space: seen.spot.space.as_str().to_owned(),
        member: seen.spot.member.as_str().to_owned(),
        user: about.user.map(|user| user.to_string()),
        effect: seen.spot.effect.into(),
        difference: open.difference.into(),
        desired: directive::wanted(&about.desired.wanted),
        case: about.desired.case,
        observed: Sight {
            present: sight.present,
            until: sight.until.map(instant),
            capabilities: names(&sight.capabilities),
            at: Time(sight.at),
            ours: seen.ours,
        },
        by: seen.by.as_ref().map(|by| by.as_str().to_owned()),
        since: Time(open.since),
        directive: about.said.map(|said| Said {
            id: said.id.to_string(),
            state: said.state.into(),
        }),
    }
}

/// What came of an observation.
pub(crate) fn result(
    about: About<'_>,
    (spot, verdict): (&crate::domain::drift::Spot, Verdict),
    seen: Option<&Seen>,
    case: Option<i64>,
) -> ObservationResult {
    let open = seen.and_then(|seen| Some((seen, seen.drift?)));
    ObservationResult {
        platform: spot.platform.as_str().to_owned(),
        member: spot.member.as_str().to_owned(),
        effect: spot.effect.into(),
        outcome: verdict.into(),
        drift: open.map(|(seen, open)| drift(about, seen, open)),
        case,
    }
}

/// What the log says of a difference that was found, or is over. A user is named where they are known by then.
pub(crate) fn told(
    kind: &'static str,
    about: About<'_>,
    seen: &Seen,
    open: Open,
    at: DateTime<Utc>,
) -> NewEvent {
    let data = EventData {
        drift: Some(drift(about, seen, open)),
        ..EventData::default()
    };
    NewEvent {
        kind,
        community: Some(about.community),
        user: about.user,
        at,
        data: json(&data),
    }
}

/// What is news between how a spot was known and how it is: a difference that was found, or one that is over.
pub(crate) fn news(
    about: About<'_>,
    before: Option<&Seen>,
    after: &Seen,
    at: DateTime<Utc>,
) -> Vec<NewEvent> {
    let was = before.and_then(|seen| seen.drift);
    match (was, after.drift) {
        (Some(open), None) => vec![told(types::DRIFT_RESOLVED, about, after, open, at)],
        (None, Some(open)) => vec![told(types::DRIFT_DETECTED, about, after, open, at)],
        (Some(old), Some(new)) if old.difference != new.difference => {
            vec![told(types::DRIFT_DETECTED, about, after, new, at)]
        }
        _ => Vec::new(),
    }
}
