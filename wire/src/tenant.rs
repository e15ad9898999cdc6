//! Tenants: owners of communities and keys.

use crate::key::ApiKey;
use crate::time::Time;

wire! {
    /// How many requests each API key of a tenant may make. What each permits is the operator's to say.
    pub enum Plan {
        /// The fewest.
        Small,
        /// What a tenant has unless the operator says otherwise.
        Standard,
        /// The most.
        Large,
    }
}

wire! {
    /// A tenant.
    pub struct Tenant {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::TenantId))]
        pub id: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// How many requests each of its API keys may make.
        pub plan: Plan,
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
        /// How many requests each of its API keys may make. Default `standard`.
        #[serde(default)]
        pub plan: Option<Plan>,
    }
}

wire! {
    /// What to change of a tenant; what is left out stays.
    #[serde(deny_unknown_fields)]
    pub struct TenantPatch {
        /// What people call it.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: Option<String>,
        /// How many requests each of its API keys may make.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Plan))]
        pub plan: Option<Plan>,
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
