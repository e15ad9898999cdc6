//! What has to be so before a member is asked why a case is wrong.

use crate::domain::conversation::Value;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::service::Service;
use crate::service::error::ServiceError;
use std::collections::BTreeMap;

impl Service {
    /// That the case which somebody wants to appeal is there, and theirs. Filing looks at it again.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] with the pointer of the case.
    pub(super) async fn is_theirs(
        &self,
        tenant: TenantId,
        community: CommunityId,
        person: &PersonRef,
        data: &BTreeMap<Name, Value>,
    ) -> Result<(), ServiceError> {
        let number = data.iter().find(|(name, _)| name.as_str() == "case");
        let Some((_, Value::Integer(number))) = number else {
            return Ok(());
        };
        let case = match self.store.case(tenant, community, *number).await {
            Err(StoreError::NotFound(_)) => None,
            found => Some(found?),
        };
        let whose = match &case {
            Some(case) => self.who_is(tenant, &PersonRef::User(case.user)).await?,
            None => None,
        };
        if whose.is_some() && whose == self.who_is(tenant, person).await? {
            return Ok(());
        }
        let detail = format!("this member has no case #{number} here");
        let pointer = "/data/case".to_owned();
        Err(ServiceError::Invalid(vec![Finding { pointer, detail }]))
    }

    /// Who somebody is now, if they are known.
    async fn who_is(&self, tenant: TenantId, person: &PersonRef) -> Result<Option<UserId>, ServiceError> {
        match self.store.user(tenant, person).await {
            Err(StoreError::NotFound(_)) => Ok(None),
            found => {
                let user = found?;
                Ok(Some(user.present()))
            }
        }
    }
}
