//! Tenants: owners of communities and keys.

use crate::key::ApiKey;
use crate::time::Time;

wire! {
    /// A tenant.
    pub struct Tenant {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::TenantId))]
        pub id: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// When it was made.
        pub created_at: Time,
        /// Since when it can only be read; null unless it is archived.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub archived_at: Option<Time>,
    }
}

wire! {
    /// A new tenant.
    #[serde(deny_unknown_fields)]
    pub struct TenantRequest {
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
    }
}

wire! {
    /// A new tenant with its first key.
    pub struct TenantCreated {
        /// The tenant.
        pub tenant: Tenant,
        /// Its first key.
        pub key: ApiKey,
        /// The key itself, shown this once. Null when the answer is a repeat: it is not kept.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Secret>, required))]
        pub secret: Option<String>,
    }
}
