//! Notices, as callers and the log read them.

use super::super::judge::json;
use crate::domain::directive::Directive;
use crate::domain::notice::{Notice, State, Subject};
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::directory::Rendered;
use chrono::{DateTime, Utc};
use wire::case::MemberRef;
use wire::event::{EventData, types};
use wire::notice::{NoticeDelivery, NoticeNews};
use wire::time::Time;
use wire::word::NoticeSubject;

/// A notice with its directives.
pub(crate) fn notice((notice, directives): &(Notice, Vec<Directive>)) -> wire::notice::Notice {
    let (subject, appeal) = subject(notice.message.subject);
    wire::notice::Notice {
        id: notice.id.to_string(),
        community: notice.community.to_string(),
        case: notice.case,
        member: MemberRef {
            user: Some(notice.user.to_string()),
            identity: None,
        },
        subject,
        appeal,
        when: notice.message.when.into(),
        language: notice.message.language.into(),
        text: notice.message.text.clone(),
        state: notice.state.into(),
        deliveries: directives.iter().map(delivery).collect(),
        created_at: Time(notice.created_at),
        changed_at: Time(notice.changed_at),
        acknowledged_at: notice.acknowledged_at.map(Time),
    }
}

/// A notice that was read, for the caller and for the log.
pub(crate) fn read(read: &(Notice, Vec<Directive>), now: DateTime<Utc>) -> Rendered {
    let shown = notice(read);
    Rendered {
        answer: Answer {
            tag: shown.id.clone(),
            body: json(&shown),
        },
        events: vec![told(&read.0, now)],
    }
}

/// What the log says of a notice as it is now.
pub(crate) fn told(notice: &Notice, now: DateTime<Utc>) -> NewEvent {
    let (subject, appeal) = subject(notice.message.subject);
    NewEvent {
        kind: match notice.state {
            State::Queued => types::NOTICE_QUEUED,
            State::Sent => types::NOTICE_SENT,
            State::Failed => types::NOTICE_FAILED,
            State::Unreachable => types::NOTICE_UNREACHABLE,
            State::Acknowledged => types::NOTICE_ACKNOWLEDGED,
        },
        community: Some(notice.community),
        user: Some(notice.user),
        at: now,
        data: json(&EventData {
            notice: Some(NoticeNews {
                id: notice.id.to_string(),
                community: notice.community.to_string(),
                case: notice.case,
                subject,
                appeal,
                state: notice.state.into(),
            }),
            ..EventData::default()
        }),
    }
}

fn subject(subject: Subject) -> (NoticeSubject, Option<String>) {
    match subject {
        Subject::Act => (NoticeSubject::Act, None),
        Subject::Appeal { id, .. } => (NoticeSubject::Appeal, Some(id.to_string())),
    }
}

fn delivery(directive: &Directive) -> NoticeDelivery {
    let receipt = directive.receipt.as_ref();
    NoticeDelivery {
        directive: directive.id.to_string(),
        platform: directive.platform.as_str().to_owned(),
        member: directive.member.as_str().to_owned(),
        state: directive.state.into(),
        attempts: directive.attempts,
        code: receipt.and_then(|receipt| receipt.code.clone()),
        settled_at: directive.settled_at.map(Time),
    }
}
