//! Looking back: what is read of a member's past, read again once what it asks of the store is known.

use super::Service;
use super::error::ServiceError;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::past::Past;

impl Service {
    /// Reads something that may depend on a member's past, as often as it takes until nothing of that is missing.
    ///
    /// # Errors
    /// What keeps the store from answering.
    pub(super) async fn looking_back<T>(
        &self,
        tenant: TenantId,
        community: CommunityId,
        user: UserId,
        mut read: impl FnMut(&Past) -> T,
    ) -> Result<T, ServiceError> {
        let mut past = Past::default();
        loop {
            let value = read(&past);
            let asked = past.take_asked();
            if asked.is_empty() {
                return Ok(value);
            }
            let answers = self.store.recall(tenant, community, user, &asked).await?;
            for (question, answer) in asked.into_iter().zip(answers) {
                past.learn(question, answer);
            }
        }
    }
}
