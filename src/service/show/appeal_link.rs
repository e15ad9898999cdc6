//! Links that let members in, as callers and the log read them.

use super::super::judge::json;
use crate::domain::appeal_link::AppealLink;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::directory::Rendered;
use chrono::{DateTime, Utc};
use wire::appeal_link::AppealLinkCreated;
use wire::event::{EventData, types};
use wire::time::Time;

/// A link, without its address.
pub(crate) fn link(link: &AppealLink) -> wire::appeal_link::AppealLink {
    wire::appeal_link::AppealLink {
        id: link.id.to_string(),
        community: link.community.to_string(),
        case: link.case,
        created_at: Time(link.created_at),
        expires_at: Time(link.expires_at),
        revoked_at: link.revoked_at.map(Time),
    }
}

/// A link that was made or revoked. Its address is not here to be kept: whoever made it adds it to the answer.
pub(crate) fn changed(kind: &'static str, changed: &AppealLink, now: DateTime<Utc>) -> Rendered {
    let shown = link(changed);
    let event = NewEvent {
        kind,
        community: Some(changed.community),
        user: Some(changed.user),
        at: now,
        data: json(&EventData {
            appeal_link: Some(shown.clone()),
            ..EventData::default()
        }),
    };
    let body = if kind == types::APPEAL_LINK_CREATED {
        json(&AppealLinkCreated {
            id: shown.id.clone(),
            url: None,
            expires_at: shown.expires_at,
            link: shown,
        })
    } else {
        json(&shown)
    };
    Rendered {
        answer: Answer {
            tag: changed.id.to_string(),
            body,
        },
        events: vec![event],
    }
}
