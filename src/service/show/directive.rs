//! Directives as relays and moderators read them.

use super::instant;
use crate::domain::directive::{Directive, Outcome, Receipt, State, Wanted};
use crate::domain::notice::Notice;
use crate::ports::answer::NewEvent;
use crate::ports::directives::Announce;
use crate::service::judge::json;
use chrono::{DateTime, Utc};
use wire::directive::{self, TakenAway};
use wire::event::{EventData, types};
use wire::time::Time;

/// A directive.
pub(crate) fn directive(directive: &Directive) -> directive::Directive {
    directive::Directive {
        id: directive.id.to_string(),
        community: directive.community.to_string(),
        platform: directive.platform.as_str().to_owned(),
        space: directive.space.as_str().to_owned(),
        member: directive.member.as_str().to_owned(),
        user: directive.user.to_string(),
        effect: directive.wish.effect.into(),
        wanted: wanted(&directive.wish.wanted),
        case: directive.wish.case,
        reason: directive.reason.clone(),
        state: directive.state.into(),
        attempts: directive.attempts,
        created_at: Time(directive.created_at),
        due_at: directive.due_at.map(Time),
        follows: directive.follows.map(|first| first.to_string()),
        lease: directive
            .lease
            .zip(directive.due_at)
            .map(|(id, until)| directive::Lease {
                id: id.to_string(),
                until: Time(until),
            }),
        settled_at: directive.settled_at.map(Time),
        receipt: directive.receipt.as_ref().map(receipt),
    }
}

/// How it is to be.
pub(crate) fn wanted(wanted: &Wanted) -> directive::Wanted {
    let mut shown = directive::Wanted {
        holds: false,
        until: None,
        capabilities: Vec::new(),
        channel: None,
        messages: Vec::new(),
        notice: None,
    };
    match wanted {
        Wanted::Lifted | Wanted::Done => {}
        Wanted::Held { until } => {
            shown.holds = true;
            shown.until = until.map(instant);
        }
        Wanted::Without(each) => {
            shown.holds = true;
            shown.until = wanted.until().map(instant);
            let taken = each.iter().map(|(name, until)| TakenAway {
                capability: name.as_str().to_owned(),
                until: until.map(instant),
            });
            shown.capabilities = taken.collect();
        }
        Wanted::Told(told) => {
            shown.notice = Some(directive::ToldNotice {
                id: told.notice.to_string(),
                when: told.when.into(),
                language: told.language.into(),
                text: Some(told.text.clone()),
            });
        }
        Wanted::Gone(messages) => {
            shown.channel = Some(messages.channel.clone());
            shown.messages.clone_from(&messages.ids);
        }
    }
    shown
}

fn receipt(receipt: &Receipt) -> directive::Receipt {
    directive::Receipt {
        outcome: receipt.outcome.into(),
        code: receipt.code.clone(),
        detail: receipt.detail.clone(),
        holds_until: receipt.holds_until.map(Time),
        at: Time(receipt.at),
    }
}

/// Writes out what the log says of directives.
pub(crate) struct Announcer;

impl Announce for Announcer {
    fn announce(&self, directive: &Directive, now: DateTime<Utc>) -> NewEvent {
        event(directive, now)
    }

    fn notice(&self, notice: &Notice, now: DateTime<Utc>) -> NewEvent {
        super::notice::told(notice, now)
    }
}

/// What the log says of a directive that was issued, or that another one took the place of.
fn event(directive: &Directive, now: DateTime<Utc>) -> NewEvent {
    let kind = match directive.state {
        State::Superseded => types::DIRECTIVE_SUPERSEDED,
        _ => types::DIRECTIVE_ISSUED,
    };
    told(kind, directive, now)
}

/// What a receipt comes to. That it was applied is told as such, also of one that a later one took the place of.
pub(crate) fn received(directive: &Directive) -> &'static str {
    let applied = directive
        .receipt
        .as_ref()
        .is_some_and(|receipt| receipt.outcome == Outcome::Applied);
    match directive.state {
        _ if applied => types::DIRECTIVE_APPLIED,
        State::Open => types::DIRECTIVE_DELAYED,
        _ => types::DIRECTIVE_FAILED,
    }
}

/// What the log says of a directive as it stands now: nothing of what a member is told.
pub(crate) fn told(kind: &'static str, directive: &Directive, now: DateTime<Utc>) -> NewEvent {
    let mut shown = self::directive(directive);
    if let Some(notice) = &mut shown.wanted.notice {
        notice.text = None;
    }
    let data = EventData {
        directive: Some(shown),
        ..EventData::default()
    };
    NewEvent {
        kind,
        community: Some(directive.community),
        user: Some(directive.user),
        at: now,
        data: json(&data),
    }
}
