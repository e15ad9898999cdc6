//! Webhooks: made, changed, tested, read. How what is due is sent: see `webhooks/sending.rs`.

mod sending;
mod signing;

pub use sending::{Planned, Taken, Tried};

use super::caller::Caller;
use super::error::ServiceError;
use super::keys::reveal;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::id::{CommunityId, DeliveryId, WebhookId};
use crate::domain::policy_check::Finding;
use crate::domain::target::Target;
use crate::domain::time::Span;
use crate::domain::webhook::delivery::State;
use crate::domain::webhook::secret::Secret;
use crate::domain::webhook::{About, Edit, Health, Selection};
use crate::ports::directory::Change;
use crate::ports::record::EventFilter;
use crate::ports::webhooks::WebhookChange;
use chrono::TimeDelta;
use show::webhook::TEST;
use std::collections::BTreeSet;
use wire::key::Scope;
use wire::webhook::{Delivery, Webhook, WebhookCreated};

/// A webhook to make.
#[derive(Clone, Debug)]
pub struct WebhookOrder {
    /// Where to.
    pub target: Target,
    /// What people call it.
    pub description: Option<String>,
    /// Which events.
    pub selection: Selection,
    /// The position of the log behind which it begins; `None` for the end.
    pub after: Option<i64>,
}

impl Service {
    /// Makes a webhook. The secret is in the first answer alone.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for an address that is never called or a community that is not there, [`ServiceError::BeyondTheLog`],
    /// [`ServiceError::EventsGone`], [`ServiceError::TooManyWebhooks`].
    pub async fn create_webhook(
        &self,
        caller: &Caller,
        order: WebhookOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let communities = order.selection.communities.as_deref();
        self.may_send(caller, Some(&order.target), communities).await?;
        if let Some(after) = order.after {
            let page = After {
                after: Some(after),
                limit: 1,
            };
            let log = self
                .store
                .events(caller.tenant, &EventFilter::default(), page)
                .await?;
            log.resumed_at(after)?;
        }
        let secret = self.draw_secret()?;
        let about = About {
            target: order.target,
            description: order.description,
            selection: order.selection,
            secret: secret.clone(),
            old_secrets: Vec::new(),
            health: Health::default(),
            off: None,
            missed: 0,
        };
        let change = WebhookChange::Create {
            id: WebhookId(self.ids.fresh()),
            about: Box::new(about),
            after: order.after,
        };
        let outcome = self.change_webhook(caller, change, claim).await?;
        reveal(outcome, |body: &mut WebhookCreated| {
            body.secret = Some(secret.reveal());
        })
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what refuses another address or community.
    pub async fn update_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        edit: Edit,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let communities = edit.communities.as_ref().and_then(Option::as_deref);
        self.may_send(caller, edit.target.as_ref(), communities).await?;
        let edit = Box::new(edit);
        self.change_webhook(caller, WebhookChange::Edit { id, edit }, claim)
            .await
    }

    /// Has deliveries signed with another secret, and with the one before too for a while. The new one is in the first answer alone.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn rotate_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        overlap: Span,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let new = self.draw_secret()?;
        let secret = new.clone();
        let overlap = TimeDelta::seconds(overlap.seconds());
        let change = WebhookChange::Rotate { id, secret, overlap };
        let outcome = self.change_webhook(caller, change, claim).await?;
        reveal(outcome, |body: &mut WebhookCreated| {
            body.secret = Some(new.reveal());
        })
    }

    /// Sends a test, at once and once.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::WebhookOff`].
    pub async fn test_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let delivery = DeliveryId(self.ids.fresh());
        let kind = TEST;
        self.change_webhook(caller, WebhookChange::Test { id, delivery, kind }, claim)
            .await
    }

    /// Sends a delivery anew, under its id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn replay_delivery(
        &self,
        caller: &Caller,
        (id, delivery): (WebhookId, DeliveryId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        self.change_webhook(caller, WebhookChange::Replay { id, delivery }, claim)
            .await
    }

    /// Sends anew what was given up, the oldest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn replay_dead(
        &self,
        caller: &Caller,
        id: WebhookId,
        limit: u32,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        self.change_webhook(caller, WebhookChange::ReplayDead { id, limit }, claim)
            .await
    }

    /// Deletes a webhook, with all of its deliveries.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn delete_webhook(
        &self,
        caller: &Caller,
        id: WebhookId,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        self.change_webhook(caller, WebhookChange::Delete(id), claim)
            .await
    }

    /// A webhook.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn webhook(&self, caller: &Caller, id: WebhookId) -> Result<Webhook, ServiceError> {
        may_read(caller)?;
        let found = self.store.webhook(caller.tenant, id).await?;
        Ok(show::webhook::webhook(&found))
    }

    /// Webhooks, oldest first.
    ///
    /// # Errors
    /// That the key may not read them.
    pub async fn webhooks(
        &self,
        caller: &Caller,
        page: After<WebhookId>,
    ) -> Result<Listed<Webhook, WebhookId>, ServiceError> {
        may_read(caller)?;
        let rows = self.store.webhooks(caller.tenant, one_more(page)).await?;
        Ok(cut(rows, page.limit, |row| row.id, show::webhook::webhook))
    }

    /// A delivery.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn delivery(
        &self,
        caller: &Caller,
        webhook: WebhookId,
        id: DeliveryId,
    ) -> Result<Delivery, ServiceError> {
        may_read(caller)?;
        let found = self.store.delivery(caller.tenant, webhook, id).await?;
        Ok(show::webhook::delivery(&found))
    }

    /// Deliveries of a webhook, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the webhook, or that the key may not read them.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        webhook: WebhookId,
        state: Option<State>,
        page: After<DeliveryId>,
    ) -> Result<Listed<Delivery, DeliveryId>, ServiceError> {
        may_read(caller)?;
        let rows = self
            .store
            .deliveries(caller.tenant, webhook, state, one_more(page));
        Ok(cut(
            rows.await?,
            page.limit,
            |row| row.id,
            show::webhook::delivery,
        ))
    }

    async fn change_webhook(
        &self,
        caller: &Caller,
        change: WebhookChange,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::WebhooksWrite)?;
        caller.unbound()?;
        let change = Change::Webhook(Box::new(change));
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// That the address is one that is called, and that the communities are there.
    async fn may_send(
        &self,
        caller: &Caller,
        target: Option<&Target>,
        communities: Option<&[CommunityId]>,
    ) -> Result<(), ServiceError> {
        caller.require(Scope::WebhooksWrite)?;
        caller.unbound()?;
        let mut findings = Vec::new();
        if let Some(target) = target
            && let Err(forbidden) = self.courier.permits(target)
        {
            findings.push(Finding {
                pointer: "/url".to_owned(),
                detail: forbidden.to_string(),
            });
        }
        if let Some(communities) = communities {
            let page = After {
                after: None,
                limit: u32::try_from(communities.len()).unwrap_or(u32::MAX),
            };
            let found = self
                .store
                .communities(caller.tenant, Some(communities), true, page);
            let there: BTreeSet<CommunityId> = found.await?.iter().map(|one| one.id).collect();
            let missing = communities
                .iter()
                .enumerate()
                .filter(|(_, id)| !there.contains(id));
            findings.extend(missing.map(|(index, id)| Finding {
                pointer: format!("/communities/{index}"),
                detail: format!("there is no community {id}"),
            }));
        }
        if findings.is_empty() {
            Ok(())
        } else {
            Err(ServiceError::Invalid(findings))
        }
    }

    fn draw_secret(&self) -> Result<Secret, ServiceError> {
        let random = self.ids.random();
        Ok(Secret::new(
            random.map_err(|error| super::StoreError::Failed(error.into()))?,
        ))
    }
}

fn may_read(caller: &Caller) -> Result<(), ServiceError> {
    caller.require(Scope::WebhooksRead)?;
    caller.unbound()
}
