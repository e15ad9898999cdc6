//! Tenants: owners of communities and keys, each blind to the others.

use super::caller::Caller;
use super::error::ServiceError;
use super::keys::{NewKey, reveal};
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::rank::Rank;
use crate::ports::directory::Change;
use wire::key::Scope;
use wire::tenant::TenantCreated;

/// What the first key of a tenant is called.
pub(crate) const FIRST_KEY: &str = "admin";

/// What a tenant may let its keys do: everything but making tenants, which is the operator's.
pub(crate) fn all_but_tenants() -> Vec<Scope> {
    let others = Scope::ALL.into_iter();
    others.filter(|scope| *scope != Scope::TenantsWrite).collect()
}

impl Service {
    /// Makes a tenant with its first key, which may do everything there but make tenants.
    ///
    /// The secret is in this answer and in no other: a repeat of the call has null in its place.
    ///
    /// # Errors
    /// That the key is not an operator's, or that the store could not answer.
    pub async fn create_tenant(
        &self,
        caller: &Caller,
        name: String,
        plan: Plan,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        let id = TenantId(self.ids.fresh());
        let first = NewKey {
            name: FIRST_KEY.to_owned(),
            scopes: all_but_tenants(),
            communities: None,
            rank: Rank::Owner,
            expires_at: None,
        };
        let (key, secret) = self.draw_key(id, first)?;
        let change = Change::CreateTenant {
            id,
            name,
            plan,
            key: Box::new(key),
        };
        let outcome = self
            .change(caller.tenant, caller.as_actor(), change, claim)
            .await?;
        reveal(outcome, |body: &mut TenantCreated| {
            body.secret = Some(secret.reveal().to_owned());
        })
    }

    /// Deletes another tenant, whose name the caller repeats: its keys stop at once, and everything that it has goes.
    ///
    /// # Errors
    /// [`ServiceError::NotConfirmed`], [`ServiceError::OwnTenant`], or [`ServiceError::NotFound`].
    pub async fn delete_tenant(
        &self,
        caller: &Caller,
        id: TenantId,
        confirm: &str,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        if self.store.tenant(id).await?.name != confirm {
            return Err(ServiceError::NotConfirmed("tenant"));
        }
        let change = Change::DeleteTenant(id);
        let outcome = self
            .change(caller.tenant, caller.as_actor(), change, None)
            .await?;
        self.forget_keys_of(id);
        Ok(outcome)
    }

    /// Gives a tenant another name or another plan; the caller's own too. What is `None` stays.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn update_tenant(
        &self,
        caller: &Caller,
        id: TenantId,
        (name, plan): (Option<String>, Option<Plan>),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        let change = Change::UpdateTenant { id, name, plan };
        let outcome = self.change(caller.tenant, caller.as_actor(), change, claim).await;
        // Also after a failure: it may have been written all the same. What its keys may do is read again.
        self.forget_keys_of(id);
        outcome
    }

    /// Lets another tenant only be read from now on; or takes that back.
    ///
    /// # Errors
    /// [`ServiceError::OwnTenant`] or [`ServiceError::NotFound`].
    pub async fn archive_tenant(
        &self,
        caller: &Caller,
        id: TenantId,
        archived: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        let change = Change::ArchiveTenant { id, archived };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A tenant, for the operator.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key is not an operator's.
    pub async fn tenant_by_id(
        &self,
        caller: &Caller,
        id: TenantId,
    ) -> Result<wire::tenant::Tenant, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        Ok(show::directory::tenant(&self.store.tenant(id).await?))
    }

    /// All tenants, for the operator; oldest first, archived ones only if asked for.
    ///
    /// # Errors
    /// That the key is not an operator's, or that the store could not answer.
    pub async fn tenants(
        &self,
        caller: &Caller,
        archived: bool,
        page: After<TenantId>,
    ) -> Result<Listed<wire::tenant::Tenant, TenantId>, ServiceError> {
        caller.require(Scope::TenantsWrite)?;
        caller.unbound()?;
        let rows = self.store.tenants(archived, one_more(page)).await?;
        Ok(cut(rows, page.limit, |tenant| tenant.id, show::directory::tenant))
    }

    /// The caller's own tenant. Any key may read it.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn tenant(&self, caller: &Caller) -> Result<wire::tenant::Tenant, ServiceError> {
        let tenant = self.store.tenant(caller.tenant).await?;
        Ok(show::directory::tenant(&tenant))
    }
}

impl From<wire::tenant::Plan> for Plan {
    fn from(plan: wire::tenant::Plan) -> Self {
        match plan {
            wire::tenant::Plan::Small => Self::Small,
            wire::tenant::Plan::Standard => Self::Standard,
            wire::tenant::Plan::Large => Self::Large,
        }
    }
}
