//! What needs no key: the first tenant of a new database, and keys made by whoever can reach the database itself.

use super::error::{ServiceError, applied};
use super::keys::NewKey;
use super::secret::ApiSecret;
use super::tenants::{FIRST_KEY, all_but_tenants};
use super::{After, Claim, Service, show};
use crate::domain::id::TenantId;
use crate::domain::plan::Plan;
use crate::domain::policy_check::Finding;
use crate::domain::rank::Rank;
use crate::ports::directory::{Change, Order, Tenant};
use crate::ports::ledger::ActorRef;
use crate::service::directory::DirectoryRender;
use uuid::Uuid;
use wire::key::Scope;

/// How many tenants are read at a time when one is looked for by name.
const TENANTS_AT_A_TIME: u32 = 500;

/// How many tenants a refusal names to choose from.
const TENANTS_NAMED: u32 = 20;

/// A key that whoever can reach the database asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineKey {
    /// The tenant, by its id or its name; `None` for the only one.
    pub tenant: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it may do; `None` for everything, and for all but making tenants where the tenant is not the first: that is the
    /// operator's.
    pub scopes: Option<Vec<Scope>>,
    /// The rank with which it acts when a call names no person.
    pub rank: Rank,
}

/// What to choose from, one tenant a line.
fn several(tenants: &[Tenant]) -> String {
    let most = usize::try_from(TENANTS_NAMED).unwrap_or(usize::MAX);
    let mut text = "there are several tenants; name one of them, by its id or its name:".to_owned();
    for tenant in tenants.iter().take(most) {
        text.push_str(&format!("\n  {}  {}", tenant.id, tenant.name));
    }
    if tenants.len() > most {
        text.push_str("\n  and more");
    }
    text
}

/// It could be several tenants.
pub(super) fn ambiguous(detail: String) -> ServiceError {
    ServiceError::Invalid(vec![Finding {
        pointer: String::new(),
        detail,
    }])
}

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
            plan: Plan::default(),
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

    /// Makes a key for a tenant: for whoever lost theirs.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is no such tenant, [`ServiceError::Invalid`] when it could be several.
    pub async fn create_key_offline(
        &self,
        order: OfflineKey,
    ) -> Result<(wire::key::ApiKey, ApiSecret), ServiceError> {
        let tenant = self.tenant_meant(order.tenant.as_deref()).await?;
        let scopes = match order.scopes {
            Some(scopes) => scopes,
            None if self.is_first(&tenant).await? => Scope::ALL.to_vec(),
            None => all_but_tenants(),
        };
        let new = NewKey {
            name: order.name,
            scopes,
            communities: None,
            rank: order.rank,
            expires_at: None,
        };
        let (key, secret) = self.draw_key(tenant.id, new)?;
        let shown = show::directory::key(&key);
        let change = Change::CreateKey(Box::new(key));
        self.change(tenant.id, ActorRef::System, change, None).await?;
        Ok((shown, secret))
    }

    /// The tenant with this id or name; without one, the only one.
    pub(super) async fn tenant_meant(&self, called: Option<&str>) -> Result<Tenant, ServiceError> {
        match called {
            Some(called) => self.tenant_called(called).await,
            None => self.only_tenant().await,
        }
    }

    /// Whether a tenant is the one that the first start made.
    async fn is_first(&self, tenant: &Tenant) -> Result<bool, ServiceError> {
        let page = After {
            after: None,
            limit: 1,
        };
        let oldest = self.store.tenants(true, page).await?;
        Ok(oldest.first().is_some_and(|first| first.id == tenant.id))
    }

    /// The tenant, if there is exactly one.
    pub(super) async fn only_tenant(&self) -> Result<Tenant, ServiceError> {
        let page = After {
            after: None,
            limit: TENANTS_NAMED,
        };
        let mut tenants = self.store.tenants(true, super::listing::one_more(page)).await?;
        match tenants.len() {
            0 => Err(ServiceError::NotFound(
                "tenant; the first start of the server makes one",
            )),
            1 => Ok(tenants.swap_remove(0)),
            _ => Err(ambiguous(several(&tenants))),
        }
    }

    /// The one tenant with this id or name.
    pub(super) async fn tenant_called(&self, called: &str) -> Result<Tenant, ServiceError> {
        if let Some(id) = TenantId::parse(called) {
            return Ok(self.store.tenant(id).await?);
        }
        let (mut found, mut after): (Option<Tenant>, Option<TenantId>) = (None, None);
        loop {
            let page = After {
                after,
                limit: TENANTS_AT_A_TIME,
            };
            let tenants = self.store.tenants(true, page).await?;
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
                    return Err(ambiguous(detail));
                }
                found = Some(tenant);
            }
        }
    }
}
