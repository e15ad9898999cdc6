//! The notices port: what members are told of cases. They are written in the transactions that decide; what becomes of them are changes, see
//! [`Change`](super::directory::Change).

use super::directory::After;
use super::error::StoreError;
use crate::domain::directive::Directive;
use crate::domain::id::{CommunityId, NoticeId, TenantId};
use crate::domain::language::Language;
use crate::domain::notice::{Notice, State};
use async_trait::async_trait;

/// To whom something is told, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The community.
    pub community: CommunityId,
    /// What people call it.
    pub name: String,
    /// The language in which it speaks to those of whom it does not know theirs.
    pub spoken: Option<Language>,
    /// The member's own language.
    pub language: Option<Language>,
}

impl Audience {
    /// The language in which the member is spoken to.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language.or(self.spoken).unwrap_or_default()
    }
}

/// Which notices to list. Every part that is given narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    /// Where they are.
    pub state: Option<State>,
    /// About this case.
    pub case: Option<i64>,
}

/// Notices.
#[async_trait]
pub trait Notices: Send + Sync {
    /// A notice with its directives, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one that the community does not have.
    async fn notice(
        &self,
        tenant: TenantId,
        community: CommunityId,
        id: NoticeId,
    ) -> Result<(Notice, Vec<Directive>), StoreError>;

    /// Notices with their directives, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a community that the tenant does not have.
    async fn notices(
        &self,
        tenant: TenantId,
        community: CommunityId,
        filter: &NoticeFilter,
        page: After<NoticeId>,
    ) -> Result<Vec<(Notice, Vec<Directive>)>, StoreError>;
}
