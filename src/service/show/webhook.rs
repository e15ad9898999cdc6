//! Webhooks and deliveries as callers read them, what the log says of them, and what receivers get.

use crate::domain::webhook::delivery::{self, Delivery, Try};
use crate::domain::webhook::{Reason, State, Turn, Webhook};
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::directory::Rendered;
use crate::ports::record::Event;
use crate::ports::webhooks::{AnnounceTurn, Changing, WebhookChanged};
use crate::service::judge::json;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use wire::event::{EventData, types};
use wire::time::Time;
use wire::webhook as shown;
use wire::word::{WebhookOff, WebhookState};

/// The type of what is sent as a test. The log has none of it.
pub const TEST: &str = "webhook.test";

/// A webhook.
pub(crate) fn webhook(webhook: &Webhook) -> shown::Webhook {
    let (about, selection) = (&webhook.about, &webhook.about.selection);
    shown::Webhook {
        id: webhook.id.to_string(),
        url: about.target.as_str().to_owned(),
        description: about.description.clone(),
        types: selection.kinds.clone(),
        communities: selection
            .communities
            .as_ref()
            .map(|all| all.iter().map(ToString::to_string).collect()),
        platform: selection
            .platform
            .as_ref()
            .map(|platform| platform.as_str().to_owned()),
        state: state(webhook),
        off_reason: about.off.map(|(reason, _)| off(reason)),
        off_since: about.off.map(|(_, since)| Time(since)),
        failures: about.health.failures,
        failing_since: about.health.since.map(Time),
        paused_until: webhook.paused_until.map(Time),
        position: webhook.position.to_string(),
        missed_up_to: missed(webhook),
        old_secret_until: about.old_secrets.iter().map(|(_, until)| Time(*until)).max(),
        created_at: Time(webhook.created_at),
    }
}

const fn state(webhook: &Webhook) -> WebhookState {
    match webhook.state {
        State::Active if webhook.is_failing() => WebhookState::Failing,
        State::Active => WebhookState::Active,
        State::Off | State::Deleted => WebhookState::Off,
    }
}

const fn off(reason: Reason) -> WebhookOff {
    match reason {
        Reason::ByHand => WebhookOff::ByHand,
        Reason::Gone => WebhookOff::Gone,
        Reason::Failing => WebhookOff::Failing,
    }
}

fn missed(webhook: &Webhook) -> Option<String> {
    let missed = webhook.about.missed;
    (missed > 0).then(|| missed.to_string())
}

/// A delivery.
pub(crate) fn delivery(delivery: &Delivery) -> shown::Delivery {
    shown::Delivery {
        id: delivery.id.to_string(),
        webhook: delivery.webhook.to_string(),
        kind: delivery.kind.clone(),
        event: delivery.position.map(|position| position.to_string()),
        community: delivery.community.map(|id| id.to_string()),
        state: delivery.state.into(),
        attempts: delivery.attempts,
        // A test is due before everything else; nobody wants to read of 1970.
        next_try_at: delivery.due_at.map(|due| Time(due.max(delivery.created_at))),
        tries: delivery.tries.iter().map(tried).collect(),
        created_at: Time(delivery.created_at),
        settled_at: delivery.settled_at.map(Time),
    }
}

fn tried(tried: &Try) -> shown::DeliveryTry {
    shown::DeliveryTry {
        at: Time(tried.at),
        milliseconds: tried.took,
        status: tried.status,
        error: tried.error.clone(),
    }
}

/// What the log says of a webhook: nothing of its address in which there can be a secret.
fn news(webhook: &Webhook) -> shown::WebhookNews {
    shown::WebhookNews {
        id: webhook.id.to_string(),
        description: webhook.about.description.clone(),
        origin: webhook.about.target.origin(),
        state: state(webhook),
        off_reason: webhook.about.off.map(|(reason, _)| off(reason)),
        failures: webhook.about.health.failures,
        missed_up_to: missed(webhook),
    }
}

fn told(kind: &'static str, webhook: &Webhook, at: DateTime<Utc>) -> NewEvent {
    NewEvent {
        kind,
        community: None,
        user: None,
        at,
        data: json(&about(webhook)),
    }
}

fn about(webhook: &Webhook) -> EventData {
    EventData {
        webhook: Some(news(webhook)),
        ..EventData::default()
    }
}

/// A change: of a webhook, or of what is sent to it, of which the log says nothing.
pub(crate) fn changed(kind: &'static str, changed: &WebhookChanged, now: DateTime<Utc>) -> Rendered {
    let shown = webhook(&changed.webhook);
    let tag = shown.id.clone();
    let event = || vec![told(kind, &changed.webhook, now)];
    let (tag, body, events) = match &changed.about {
        Changing::Itself => (tag, json(&shown), event()),
        Changing::Secret => {
            // The secret is not here to be kept: whoever drew it adds it to the first answer.
            let body = shown::WebhookCreated {
                webhook: shown,
                secret: None,
            };
            (tag, json(&body), event())
        }
        Changing::Delivery(sent) => (sent.id.to_string(), json(&delivery(sent)), Vec::new()),
        Changing::Replayed(count) => (tag, json(&shown::Replayed { replayed: *count }), Vec::new()),
    };
    Rendered {
        answer: Answer { tag, body },
        events,
    }
}

/// What is news about webhooks.
pub(crate) struct Turns;

impl AnnounceTurn for Turns {
    fn announce(&self, turn: Turn, webhook: &Webhook, now: DateTime<Utc>) -> NewEvent {
        let kind = match turn {
            Turn::Failing => types::WEBHOOK_FAILING,
            Turn::Recovered => types::WEBHOOK_RECOVERED,
            Turn::TurnedOff => types::WEBHOOK_TURNED_OFF,
            Turn::Missed => types::WEBHOOK_MISSED,
        };
        told(kind, webhook, now)
    }
}

/// [`wire::webhook::WebhookMessage`], with the event's document as stored.
#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Time,
    id: Option<String>,
    community: Option<String>,
    user: Option<String>,
    version: i32,
    data: &'a RawValue,
}

/// What a receiver gets of an event.
pub(crate) fn message(event: &Event) -> Result<String, serde_json::Error> {
    let data: &RawValue = serde_json::from_str(&event.data)?;
    serde_json::to_string(&Message {
        kind: &event.kind,
        timestamp: Time(event.at),
        id: Some(event.position.to_string()),
        community: event.community.map(|id| id.to_string()),
        user: event.user.map(|id| id.to_string()),
        version: event.version,
        data,
    })
}

/// What a receiver gets as a test: what the log would say of the webhook.
pub(crate) fn test(webhook: &Webhook, delivery: &Delivery) -> Result<String, serde_json::Error> {
    let data = serde_json::value::to_raw_value(&about(webhook))?;
    serde_json::to_string(&Message {
        kind: TEST,
        timestamp: Time(delivery.created_at),
        id: None,
        community: None,
        user: None,
        version: 1,
        data: &data,
    })
}

impl From<delivery::State> for wire::word::DeliveryState {
    fn from(state: delivery::State) -> Self {
        match state {
            delivery::State::Pending => Self::Pending,
            delivery::State::Delivered => Self::Delivered,
            delivery::State::Dead => Self::Dead,
        }
    }
}
