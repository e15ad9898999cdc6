//! The logs of all tenants, for whoever publishes them elsewhere: the documents that callers read, and what is to go with some of them.

use super::error::ServiceError;
use super::{After, Service, show};
use crate::domain::id::TenantId;
use crate::ports::bus::{Clears, Entry};
use crate::ports::record::{Event, EventFilter};
use tokio::sync::watch;
use wire::event::types;

/// A stretch of a log, written out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// Its events, in order.
    pub entries: Vec<Entry>,
    /// The position up to which the log was read; before the one asked for, where the whole log is.
    pub upto: i64,
    /// The last position of an event that is forgotten; 0 while all are there.
    pub missed: i64,
}

impl Service {
    /// Changes whenever something is committed in this process.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<()> {
        self.feed.commits()
    }

    /// Where all logs end.
    ///
    /// # Errors
    /// [`ServiceError`], as the store fails.
    pub async fn log_ends(&self) -> Result<Vec<(TenantId, i64)>, ServiceError> {
        Ok(self.store.all_log_ends().await?)
    }

    /// The documents behind a position of a log; `None` when there is no such tenant.
    ///
    /// # Errors
    /// [`ServiceError`], as the store fails.
    pub async fn documents(
        &self,
        tenant: TenantId,
        after: i64,
        limit: u32,
    ) -> Result<Option<Documents>, ServiceError> {
        let page = After {
            after: Some(after),
            limit,
        };
        let log = match self.store.events(tenant, &EventFilter::default(), page).await {
            Ok(log) => log,
            Err(super::StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut entries = Vec::with_capacity(log.events.len());
        for event in log.events {
            entries.push(entry(event)?);
        }
        Ok(Some(Documents {
            entries,
            upto: log.upto,
            missed: log.missed,
        }))
    }
}

fn entry(event: Event) -> Result<Entry, ServiceError> {
    let clears = clears(&event);
    Ok(Entry {
        position: event.position,
        kind: event.kind.clone(),
        community: event.community,
        user: event.user,
        at: show::event::at(&event),
        version: event.version,
        event: serde_json::to_string(&show::event::line(event))
            .map_err(|error| super::StoreError::Failed(error.into()))?,
        clears,
    })
}

/// What is to go from streams when an event comes by.
fn clears(event: &Event) -> Option<Clears> {
    match event.kind.as_str() {
        types::USER_ERASED => event.user.map(Clears::User),
        types::COMMUNITY_DELETED => event.community.map(Clears::Community),
        types::TENANT_DELETED => {
            let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
            let id = data.pointer("/tenant/id")?.as_str()?;
            TenantId::parse(id).map(Clears::Tenant)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{CommunityId, UserId};
    use chrono::DateTime;
    use uuid::Uuid;

    fn event(kind: &str, data: String) -> Event {
        Event {
            position: 7,
            kind: kind.to_owned(),
            community: Some(CommunityId(Uuid::from_u128(1))),
            user: Some(UserId(Uuid::from_u128(2))),
            at: DateTime::UNIX_EPOCH,
            version: 1,
            data,
        }
    }

    #[test]
    fn some_events_clear_streams() {
        let of = |kind: &str| clears(&event(kind, "{}".to_owned()));
        assert_eq!(of("case.created"), None);
        assert_eq!(of("user.erased"), Some(Clears::User(UserId(Uuid::from_u128(2)))));
        let community = CommunityId(Uuid::from_u128(1));
        assert_eq!(of("community.deleted"), Some(Clears::Community(community)));
        assert_eq!(of("tenant.deleted"), None, "which one it was is not said");
        let other = TenantId(Uuid::from_u128(3));
        let data = serde_json::json!({"tenant": {"id": other.to_string()}}).to_string();
        assert_eq!(
            clears(&event("tenant.deleted", data)),
            Some(Clears::Tenant(other))
        );
    }

    #[test]
    fn an_entry_has_the_document_that_callers_read() {
        let entry = entry(event("user.created", r#"{"user": null}"#.to_owned())).unwrap();
        let document: serde_json::Value = serde_json::from_str(&entry.event).unwrap();
        assert_eq!(document["id"], "7");
        assert_eq!(document["at"], entry.at.as_str());
        assert_eq!(document["data"], serde_json::json!({"user": null}));
    }
}
