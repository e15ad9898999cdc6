//! The webhooks port: which events go where, which of them are on their way, and what came of it.
//!
//! Deliveries are planned once each, from the log: in the transaction that writes them the webhook moves on to the position up to which they
//! are. So neither a process that dies nor two that plan at a time lose an event or send it as two. What is planned is handed out under
//! leases, and may be tried twice when a lease is over before the try is; the receiver knows it by its id.

use super::answer::NewEvent;
use super::directory::After;
use super::error::StoreError;
use super::record::Event;
use crate::domain::id::{DeliveryId, TenantId, WebhookId};
use crate::domain::webhook::delivery::{Delivery, State, Try};
use crate::domain::webhook::secret::Secret;
use crate::domain::webhook::{About, Edit, Turn, Webhook};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// What is to change about a tenant's webhooks.
#[derive(Clone, Debug)]
pub enum WebhookChange {
    /// Make one. It begins behind this position of the log, or where the log ends.
    Create {
        /// Its id.
        id: WebhookId,
        /// What it is.
        about: Box<About>,
        /// Where it begins.
        after: Option<i64>,
    },
    /// Change one.
    Edit {
        /// Which.
        id: WebhookId,
        /// What is to be another.
        edit: Box<Edit>,
    },
    /// Sign with another secret.
    Rotate {
        /// Which.
        id: WebhookId,
        /// The new secret.
        secret: Secret,
        /// For how long signatures are made with the old one too.
        overlap: TimeDelta,
    },
    /// Send a test.
    Test {
        /// Where to.
        id: WebhookId,
        /// The id of what is sent.
        delivery: DeliveryId,
        /// The type that it has.
        kind: &'static str,
    },
    /// Send a delivery anew that has arrived or was given up.
    Replay {
        /// Where to.
        id: WebhookId,
        /// Which.
        delivery: DeliveryId,
    },
    /// Send anew what was given up, the oldest first, up to a number.
    ReplayDead {
        /// Where to.
        id: WebhookId,
        /// How many at the most.
        limit: u32,
    },
    /// Delete it, with all deliveries.
    Delete(WebhookId),
}

/// A webhook as it stands after a change, and what the change is about.
#[derive(Clone, Debug)]
pub struct WebhookChanged {
    /// The webhook; where it was deleted, as it was.
    pub webhook: Webhook,
    /// What is told of it.
    pub about: Changing,
}

/// What a change of a webhook is about.
#[derive(Clone, Debug)]
pub enum Changing {
    /// The webhook itself.
    Itself,
    /// The webhook, which has a new secret.
    Secret,
    /// A delivery that is sent.
    Delivery(Box<Delivery>),
    /// So many deliveries that are sent anew.
    Replayed(u64),
}

/// What a round of planning came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// How many webhooks were moved on.
    pub webhooks: u64,
    /// How many deliveries were written.
    pub deliveries: u64,
}

/// What is to be taken in hand.
#[derive(Clone, Debug)]
pub struct Handing {
    /// How many deliveries at the most.
    pub limit: u32,
    /// How many of one webhook.
    pub each: u32,
    /// Webhooks of which nothing more is wanted now.
    pub busy: Vec<WebhookId>,
    /// For how long nobody else is given them.
    pub lease: Duration,
}

/// A delivery that was taken in hand.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The webhook.
    pub webhook: Webhook,
    /// The delivery, this try counted.
    pub delivery: Delivery,
    /// The event, unless it is forgotten; `None` for a test too.
    pub event: Option<Event>,
}

/// What a try came to.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Whose.
    pub tenant: TenantId,
    /// Where to.
    pub webhook: WebhookId,
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Its number, as it was when it was taken.
    pub attempt: i32,
    /// What came of it.
    pub tried: Try,
}

/// Writes out what is news about a webhook, inside the transaction.
pub trait AnnounceTurn: Send + Sync {
    /// What the log says of it.
    fn announce(&self, turn: Turn, webhook: &Webhook, now: DateTime<Utc>) -> NewEvent;
}

/// Webhooks.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// A webhook.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the tenant does not have.
    async fn webhook(&self, tenant: TenantId, id: WebhookId) -> Result<Webhook, StoreError>;

    /// Webhooks, oldest first.
    async fn webhooks(&self, tenant: TenantId, page: After<WebhookId>) -> Result<Vec<Webhook>, StoreError>;

    /// A delivery.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the webhook does not have.
    async fn delivery(
        &self,
        tenant: TenantId,
        webhook: WebhookId,
        id: DeliveryId,
    ) -> Result<Delivery, StoreError>;

    /// Deliveries of a webhook, newest first. A webhook that does not exist is `NotFound`.
    async fn deliveries(
        &self,
        tenant: TenantId,
        webhook: WebhookId,
        state: Option<State>,
        page: After<DeliveryId>,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Plans deliveries of what is new in the log of any tenant, of up to `limit` events for each webhook that is behind. Ids are drawn by the
    /// caller's `fresh`. Nothing is planned for a webhook that has too much under way.
    async fn plan_deliveries(
        &self,
        limit: u32,
        fresh: &(dyn Fn() -> DeliveryId + Send + Sync),
        announce: &dyn AnnounceTurn,
    ) -> Result<Planned, StoreError>;

    /// Takes deliveries in hand that are due by the store's clock, of any tenant; of a webhook that is failing one, once its pause is over.
    async fn take_deliveries(&self, handing: &Handing) -> Result<Vec<Taken>, StoreError>;

    /// Takes in what tries came to. What is of no account any more changes nothing.
    async fn settle_tries(&self, tried: &[Tried], announce: &dyn AnnounceTurn) -> Result<(), StoreError>;

    /// Removes up to `limit` deliveries that were settled longer than `age` ago, or whose webhook was deleted. Says how many there were.
    async fn forget_deliveries(&self, age: Duration, limit: u32) -> Result<u64, StoreError>;
}
