//! Drift: what was observed on platforms, and how it differs from what is desired.

use super::directory::After;
use super::error::StoreError;
use crate::domain::directive::{Directive, Effect};
use crate::domain::drift::Seen;
use crate::domain::id::{CommunityId, DriftId, TenantId, UserId};
use crate::domain::identity::{NativeId, Platform};
use crate::domain::kind::Kind;
use crate::domain::sanction::Sanction;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Which differences to list. Every part that is given narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriftFilter {
    /// On this platform.
    pub platform: Option<Platform>,
    /// In this of its spaces.
    pub space: Option<NativeId>,
    /// Of this effect.
    pub effect: Option<Effect>,
}

/// A difference that was found, with what is on record now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// What was seen.
    pub seen: Seen,
    /// The latest directive about it.
    pub said: Option<Directive>,
    /// Who it is, if the tenant knows them.
    pub user: Option<UserId>,
    /// Their sanctions in the community.
    pub sanctions: Vec<Sanction>,
}

/// All that is there of one effect in one space, as it was at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// On which platform.
    pub platform: Platform,
    /// In which of its spaces.
    pub space: NativeId,
    /// Of which effect.
    pub effect: Effect,
    /// When it was so.
    pub at: DateTime<Utc>,
}

/// How far one has looked for who is missing in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Among those who were seen with the effect.
    Seen(Option<NativeId>),
    /// Among those who are to have it.
    Desired(Option<UserId>),
}

/// What was observed.
#[async_trait]
pub trait Drifts: Send + Sync {
    /// Differences that were found, the newest first. What is on record may have changed since.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn drifts(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &DriftFilter,
        page: After<DriftId>,
    ) -> Result<Vec<Differing>, StoreError>;

    /// A portion of those who are missing in a snapshot: who was seen with the effect, or is to have it, and was not seen since; and where to go on.
    async fn missing(
        &self,
        home: (TenantId, CommunityId),
        snapshot: &Snapshot,
        from: Looked,
        limit: u32,
    ) -> Result<(Vec<NativeId>, Option<Looked>), StoreError>;
}

impl Snapshot {
    /// The kinds of act whose sanctions are to have the effect.
    #[must_use]
    pub const fn kinds(&self) -> &'static [Kind] {
        match self.effect {
            Effect::Ban => &[Kind::Ban, Kind::Tempban],
            Effect::Mute => &[Kind::Mute],
            Effect::Restrict => &[Kind::Restrict],
            Effect::Kick | Effect::DeleteMessages | Effect::Notify => &[],
        }
    }
}
