//! Webhooks, apart from any SQL: which deliveries a stretch of the log comes to, and what becomes of them with each try.

use super::batch::Writes;
use super::codec::Place;
use crate::domain::id::{DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::delivery::{self, Delivery};
use crate::domain::webhook::{State, Turn, Webhook};
use crate::ports::error::StoreError;
use crate::ports::record::{EventFilter, Log};
use crate::ports::webhooks::{AnnounceTurn, Handing, Tried};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// A webhook of a tenant.
pub(crate) type Hook = (TenantId, WebhookId);

/// How many webhooks are moved on at once.
pub(crate) const MOVED_AT_ONCE: u32 = 32;
/// Before everything else that is due.
pub(crate) const FIRST: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// Whether a webhook sends anything.
pub(crate) fn state(place: &Place<'_>, name: &str) -> Result<State, StoreError> {
    State::named(name).ok_or_else(|| place.corrupt("state", format!("nothing is called {name:?}")))
}

/// How a delivery stands.
pub(crate) fn stand(place: &Place<'_>, name: &str) -> Result<delivery::State, StoreError> {
    delivery::State::named(name).ok_or_else(|| place.corrupt("state", format!("nothing is called {name:?}")))
}

/// Which events of the log a webhook is sent.
pub(crate) fn filter(webhook: &Webhook) -> EventFilter {
    let selection = &webhook.about.selection;
    EventFilter {
        communities: selection.communities.clone(),
        kinds: selection.kinds.clone(),
        platform: selection.platform.clone(),
    }
}

/// The deliveries of a stretch of the log, up to the end of which the webhook moves on; and what is news of it.
pub(crate) fn plan(
    webhook: &mut Webhook,
    log: Log,
    fresh: &(dyn Fn() -> DeliveryId + Send + Sync),
    now: DateTime<Utc>,
) -> (Vec<Delivery>, Option<Turn>) {
    let missed = log.missed > webhook.position;
    if missed {
        webhook.about.missed = log.missed;
    }
    webhook.position = webhook.position.max(log.upto);
    let delivery = |event: crate::ports::record::Event| Delivery {
        tenant: webhook.tenant,
        webhook: webhook.id,
        id: fresh(),
        position: Some(event.position),
        kind: event.kind,
        community: event.community,
        state: delivery::State::Pending,
        created_at: now,
        due_at: Some(now),
        settled_at: None,
        attempts: 0,
        base: 0,
        tries: Vec::new(),
    };
    let planned = log.events.into_iter().map(delivery).collect();
    (planned, missed.then_some(Turn::Missed))
}

/// A test, which is tried before everything else.
pub(crate) fn test(webhook: &Webhook, id: DeliveryId, kind: &str, now: DateTime<Utc>) -> Delivery {
    Delivery {
        tenant: webhook.tenant,
        webhook: webhook.id,
        id,
        position: None,
        kind: kind.to_owned(),
        community: None,
        state: delivery::State::Pending,
        created_at: now,
        due_at: Some(FIRST),
        settled_at: None,
        attempts: 0,
        base: 0,
        tries: Vec::new(),
    }
}

/// When what is taken in hand now is due again.
pub(crate) fn lease_over(handing: &Handing, now: DateTime<Utc>) -> DateTime<Utc> {
    let lease = TimeDelta::from_std(handing.lease).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// What was found, if it was.
pub(crate) fn there(found: Result<Webhook, StoreError>) -> Result<Option<Webhook>, StoreError> {
    match found {
        Err(StoreError::NotFound(_)) => Ok(None),
        other => other.map(Some),
    }
}

/// The first of some webhooks by a measure, each with its tenant.
pub(crate) fn first(mut found: Vec<(i64, Hook)>, most: u32) -> Vec<Hook> {
    found.sort_unstable();
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    found.into_iter().map(|(_, hook)| hook).collect()
}

/// What of a webhook is taken at a moment, one after the other: what is due by a moment, so many at the most, and whether it is a probe. Who asks for
/// a test wants to know how things are now: tests wait for no pause, and are no probes.
pub(crate) fn portions(
    webhook: &Webhook,
    most: u32,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, u32, bool)> + use<> {
    let (failing, alone) = (
        webhook.is_failing(),
        webhook.paused_until.is_some_and(|until| now < until),
    );
    let tests = (FIRST, most, false);
    let others = (now, if failing { most.min(1) } else { most }, failing);
    let tests = Some(tests).filter(|_| failing || alone);
    tests.into_iter().chain(Some(others).filter(|_| !alone))
}

/// Tries by webhook, in the order in which webhooks are locked.
pub(crate) fn by_webhook(tried: &[Tried]) -> BTreeMap<Hook, Vec<&Tried>> {
    let mut groups: BTreeMap<_, Vec<&Tried>> = BTreeMap::new();
    for one in tried {
        groups.entry((one.tenant, one.webhook)).or_default().push(one);
    }
    groups
}

/// Takes in what tries of one webhook came to, and what the log says of it. Gives the deliveries that changed.
pub(crate) fn settle(
    webhook: &mut Webhook,
    deliveries: Vec<Delivery>,
    tried: &[&Tried],
    (announce, writes): (&dyn AnnounceTurn, &mut Writes),
    now: DateTime<Utc>,
) -> Vec<Delivery> {
    let mut there: BTreeMap<DeliveryId, Delivery> = deliveries.into_iter().map(|d| (d.id, d)).collect();
    let mut changed = BTreeMap::new();
    for one in tried {
        let Some(delivery) = there.get_mut(&one.delivery) else {
            continue;
        };
        if !delivery.tried(one.attempt, &one.tried, now) {
            continue;
        }
        changed.insert(one.delivery, delivery.clone());
        // A test that fails says so to who asked for it; what is sent goes on as before.
        if delivery.position.is_none() && !one.tried.is_success() {
            continue;
        }
        if let Some(turn) = webhook.heard(&one.tried, now) {
            writes.append(webhook.tenant, vec![announce.announce(turn, webhook, now)]);
        }
    }
    changed.into_values().collect()
}
