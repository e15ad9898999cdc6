//! The waiting port: what waits for somebody outside, over all tenants. It is what operators watch.

use super::error::StoreError;
use crate::domain::identity::Platform;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// What waits at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Directives that are open, by platform, in the order of their names.
    pub directives: Vec<OpenDirectives>,
    /// Deliveries that are on their way to webhooks.
    pub pending: u64,
    /// Deliveries that were given up, and are kept to be sent anew.
    pub dead: u64,
}

/// The directives of a platform that are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDirectives {
    /// The platform.
    pub platform: Platform,
    /// How many there are.
    pub count: u64,
    /// When the first of them may be handed out. Where that is long past, nobody fetches them.
    pub due: DateTime<Utc>,
}

/// Looks at what waits.
#[async_trait]
pub trait Waits: Send + Sync {
    /// What waits now. Of each kind, `limit` rows at the most are looked at, whichever they are.
    async fn waiting(&self, limit: u32) -> Result<Waiting, StoreError>;
}
