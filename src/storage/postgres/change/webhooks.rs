//! Webhooks that are made, changed or deleted, and what is sent to them because somebody asks for it.

use super::{Context, Stop};
use crate::domain::id::{DeliveryId, WebhookId};
use crate::domain::webhook::{About, MOST_WEBHOOKS, State, Webhook};
use crate::ports::directory::{Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::webhooks::{Changing, WebhookChange, WebhookChanged};
use crate::storage::postgres::{deliveries, webhooks};
use crate::storage::webhooks::test;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

impl Context<'_> {
    pub(super) async fn change_webhook(
        &self,
        connection: &mut PgConnection,
        change: &WebhookChange,
    ) -> Result<Changed, Stop> {
        let (tenant, now) = (self.order.tenant, self.now);
        let (id, edited) = match change {
            WebhookChange::Create { id, about, after } => {
                return self.create_webhook(&mut *connection, (*id, about), *after).await;
            }
            WebhookChange::Test { id, delivery, kind } => {
                return self.test_webhook(&mut *connection, *id, (*delivery, kind)).await;
            }
            WebhookChange::Replay { .. } | WebhookChange::ReplayDead { .. } => {
                return self.replay(&mut *connection, change).await;
            }
            WebhookChange::Edit { id, .. } | WebhookChange::Rotate { id, .. } | WebhookChange::Delete(id) => {
                (*id, change)
            }
        };
        let mut webhook = webhooks::lock(&mut *connection, tenant, id).await?;
        let before = webhook.clone();
        match edited {
            WebhookChange::Edit { edit, .. } => {
                if !webhook.edit(edit, now) {
                    let there = changed(webhook, Changing::Itself);
                    return Ok(Changed::Same(Box::new(there)));
                }
            }
            WebhookChange::Rotate { secret, overlap, .. } => {
                let until = now.checked_add_signed(*overlap);
                webhook.rotate(secret.clone(), until.unwrap_or(DateTime::<Utc>::MAX_UTC), now);
            }
            _ => webhook.state = State::Deleted,
        }
        webhooks::save(&mut *connection, &webhook).await?;
        // What was deleted is told as it was.
        Ok(match edited {
            WebhookChange::Rotate { .. } => changed(webhook, Changing::Secret),
            WebhookChange::Edit { .. } => changed(webhook, Changing::Itself),
            _ => changed(before, Changing::Itself),
        })
    }

    async fn create_webhook(
        &self,
        connection: &mut PgConnection,
        (id, about): (WebhookId, &About),
        after: Option<i64>,
    ) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let end = webhooks::log_end(&mut *connection, tenant).await?;
        if webhooks::count(&mut *connection, tenant).await? >= MOST_WEBHOOKS {
            return Err(Conflict::TooManyWebhooks.into());
        }
        let webhook = Webhook {
            tenant,
            id,
            state: State::Active,
            position: after.unwrap_or(end),
            paused_until: None,
            created_at: self.now,
            about: about.clone(),
        };
        webhooks::insert(&mut *connection, &webhook).await?;
        Ok(changed(webhook, Changing::Secret))
    }

    async fn test_webhook(
        &self,
        connection: &mut PgConnection,
        id: WebhookId,
        (delivery, kind): (DeliveryId, &str),
    ) -> Result<Changed, Stop> {
        let webhook = webhooks::lock(&mut *connection, self.order.tenant, id).await?;
        if webhook.state == State::Off {
            return Err(Conflict::WebhookOff.into());
        }
        let delivery = test(&webhook, delivery, kind, self.now);
        deliveries::insert(&mut *connection, std::slice::from_ref(&delivery)).await?;
        Ok(changed(webhook, Changing::Delivery(Box::new(delivery))))
    }

    async fn replay(&self, connection: &mut PgConnection, change: &WebhookChange) -> Result<Changed, Stop> {
        let (tenant, now) = (self.order.tenant, self.now);
        let (webhook, about) = match change {
            WebhookChange::Replay { id, delivery } => {
                let webhook = webhooks::lock(&mut *connection, tenant, *id).await?;
                let mut delivery = deliveries::lock(&mut *connection, (tenant, *id), *delivery).await?;
                delivery.replay(now);
                deliveries::save(&mut *connection, std::slice::from_ref(&delivery)).await?;
                (webhook, Changing::Delivery(Box::new(delivery)))
            }
            WebhookChange::ReplayDead { id, limit } => {
                let webhook = webhooks::lock(&mut *connection, tenant, *id).await?;
                let replayed = deliveries::replay_dead(&mut *connection, (tenant, *id), now, *limit).await?;
                (webhook, Changing::Replayed(replayed))
            }
            _ => return Err(StoreError::Failed("nothing is sent anew".into()).into()),
        };
        Ok(changed(webhook, about))
    }
}

fn changed(webhook: Webhook, about: Changing) -> Changed {
    Changed::Webhook(Box::new(WebhookChanged { webhook, about }))
}
