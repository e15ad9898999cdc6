//! What is due is sent: planned from the log, taken in hand, posted, and settled by what came of it.

use super::signing::signatures;
use crate::domain::id::DeliveryId;
use crate::domain::webhook::delivery::{EVENT_GONE, Try};
use crate::ports::courier::Letter;
use crate::ports::webhooks::Handing;
use crate::service::Service;
use crate::service::error::ServiceError;
use crate::service::show::webhook::{Turns, message, test};
use bytes::Bytes;
use chrono::SubsecRound as _;
use std::time::Duration;
use tokio::time::Instant;

pub use crate::ports::webhooks::{Planned, Taken, Tried};

/// Why nothing is posted.
const UNREADABLE: &str = "unreadable";

impl Service {
    /// Plans deliveries of what is new in the logs, of up to so many events for each webhook.
    ///
    /// # Errors
    /// [`ServiceError`], as the store fails.
    pub async fn plan_deliveries(&self, limit: u32) -> Result<Planned, ServiceError> {
        let (store, ids) = (self.store.clone(), self.ids.clone());
        let planned = self.writes.spawn(async move {
            let fresh = move || DeliveryId(ids.fresh());
            store.plan_deliveries(limit, &fresh, &Turns).await
        });
        Ok(planned.await.map_err(|_| ServiceError::Lost)??)
    }

    /// Takes deliveries in hand.
    ///
    /// # Errors
    /// [`ServiceError`], as the store fails.
    pub async fn take_deliveries(&self, handing: Handing) -> Result<Vec<Taken>, ServiceError> {
        let store = self.store.clone();
        let taken = self
            .writes
            .spawn(async move { store.take_deliveries(&handing).await });
        Ok(taken.await.map_err(|_| ServiceError::Lost)??)
    }

    /// Posts a delivery once, and says what came of it.
    pub async fn deliver(&self, taken: &Taken) -> Tried {
        let (at, begun) = (self.clock.now(), Instant::now());
        let answer = match letter(taken, at) {
            Ok(letter) => match self.courier.post(&letter).await {
                Ok(reply) => Ok(reply.status),
                Err(undelivered) => Err(undelivered.name()),
            },
            Err(reason) => Err(reason),
        };
        let tried = Try {
            at: at.trunc_subsecs(6),
            took: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            status: answer.ok(),
            error: answer.err().map(str::to_owned),
        };
        Tried {
            tenant: taken.webhook.tenant,
            webhook: taken.webhook.id,
            delivery: taken.delivery.id,
            attempt: taken.delivery.attempts,
            tried,
        }
    }

    /// Takes in what tries came to.
    ///
    /// # Errors
    /// [`ServiceError`], as the store fails; they can be given again.
    pub async fn settle_tries(&self, tried: Vec<Tried>) -> Result<(), ServiceError> {
        let store = self.store.clone();
        self.detached(async move { Ok(store.settle_tries(&tried, &Turns).await?) })
            .await
    }

    /// For how long what is taken in hand is kept from others: longer than a try takes that ends at its time.
    #[must_use]
    pub fn delivery_lease(timeout: Duration) -> Duration {
        timeout * 2 + Duration::from_secs(10)
    }
}

/// What is posted; or why nothing can be.
fn letter(taken: &Taken, now: chrono::DateTime<chrono::Utc>) -> Result<Letter, &'static str> {
    let (webhook, delivery) = (&taken.webhook, &taken.delivery);
    let body = match (&taken.event, delivery.position) {
        (Some(event), _) => message(event),
        (None, None) => test(webhook, delivery),
        (None, Some(_)) => return Err(EVENT_GONE),
    };
    let body = body.map_err(|error| {
        tracing::error!(%error, delivery = %delivery.id, "an event cannot be written out");
        UNREADABLE
    })?;
    let (id, timestamp) = (delivery.id.to_string(), now.timestamp());
    let signature = signatures(&webhook.secrets(now), &id, timestamp, &body);
    Ok(Letter {
        target: webhook.about.target.clone(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ],
        body: Bytes::from(body),
    })
}
