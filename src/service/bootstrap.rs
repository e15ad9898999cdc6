//! What needs no key: the first tenant of a new database, and keys made by whoever can reach the database itself.

use super::error::{ServiceError, applied};
use super::keys::NewKey;
use super::secret::ApiSecret;
use super::tenants::FIRST_KEY;
use super::{After, Claim, Service, show};
use crate::domain::id::TenantId;
use crate::domain::policy_check::Finding;
use crate::domain::rank::Rank;
use crate::ports::directory::{Change, Order, Tenant};
use crate::ports::ledger::ActorRef;
use crate::service::directory::DirectoryRender;
use uuid::Uuid;
use wire::key::Scope;

/// How many tenants are read at a time when one is looked for by name.
const TENANTS_AT_A_TIME: u32 = 500;

impl Service {
    /// Makes the first tenant and a key for it that may do everything, if there is no tenant yet.
    ///
    /// Of several replicas that start at once exactly one makes it: they claim the same key, which belongs to no tenant.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn bootstrap(
        &self,
        name: &str,
    ) -> Result<Option<(wire::tenant::Tenant, ApiSecret)>, ServiceError> {
        if self.store.count_tenants().await? > 0 {
            return Ok(None);
        }
        let id = TenantId(self.ids.fresh());
        let all = NewKey {
            name: FIRST_KEY.to_owned(),
            scopes: Scope::ALL.to_vec(),
            communities: None,
            rank: Rank::Owner,
            expires_at: None,
        };
        let (key, secret) = self.draw_key(id, all)?;
        let change = Change::CreateTenant {
            id,
            name: name.to_owned(),
            key: Box::new(key),
        };
        let render = DirectoryRender::of(&change);
        let order = Order {
            tenant: TenantId(Uuid::nil()),
            by: ActorRef::System,
            change,
            claim: Some(Claim {
                key: "the first tenant".to_owned(),
                fingerprint: [0; 32],
            }),
        };
        if applied(self.store.apply(&order, &render).await?)?.replayed {
            return Ok(None);
        }
        let tenant = self.store.tenant(id).await?;
        Ok(Some((show::directory::tenant(&tenant), secret)))
    }

    /// Makes a key of the owner's rank for a tenant, named by its id or its name: for whoever lost theirs.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is no such tenant, [`ServiceError::Invalid`] when several have the name.
    pub async fn create_key_offline(
        &self,
        tenant: &str,
        name: &str,
        scopes: &[Scope],
    ) -> Result<(wire::key::ApiKey, ApiSecret), ServiceError> {
        let tenant = self.tenant_called(tenant).await?;
        let new = NewKey {
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            communities: None,
            rank: Rank::Owner,
            expires_at: None,
        };
        let (key, secret) = self.draw_key(tenant.id, new)?;
        let shown = show::directory::key(&key);
        let change = Change::CreateKey(Box::new(key));
        self.change(tenant.id, ActorRef::System, change, None).await?;
        Ok((shown, secret))
    }

    /// The one tenant with this id or name.
    async fn tenant_called(&self, called: &str) -> Result<Tenant, ServiceError> {
        if let Some(id) = TenantId::parse(called) {
            return Ok(self.store.tenant(id).await?);
        }
        let (mut found, mut after): (Option<Tenant>, Option<TenantId>) = (None, None);
        loop {
            let page = After {
                after,
                limit: TENANTS_AT_A_TIME,
            };
            let tenants = self.store.tenants(page).await?;
            let Some(last) = tenants.last() else {
                return found.ok_or(ServiceError::NotFound("tenant"));
            };
            after = Some(last.id);
            for tenant in tenants.into_iter().filter(|tenant| tenant.name == called) {
                if let Some(other) = &found {
                    let detail = format!(
                        "{} and {} are both called {called}; give the id",
                        other.id, tenant.id
                    );
                    return Err(ServiceError::Invalid(vec![Finding {
                        pointer: String::new(),
                        detail,
                    }]));
                }
                found = Some(tenant);
            }
        }
    }
}
