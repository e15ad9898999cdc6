//! Communities and the platform spaces that they are linked to.

use crate::duration::Duration;
use crate::policy::Rules;
use crate::time::Time;
use crate::word::Language;

wire! {
    /// A platform space.
    #[serde(deny_unknown_fields)]
    pub struct Link {
        /// The platform, such as `discord`.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// The space there: a guild, a chat, a workspace or a channel.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub space: String,
    }
}

wire! {
    /// A new community. It begins with the default policy, or with rules of its own.
    #[serde(deny_unknown_fields)]
    pub struct CommunityRequest {
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// The spaces that it is linked to.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeSet<Link>, max_items = 20))]
        pub links: Vec<Link>,
        /// The language in which it speaks to those of whom it does not know theirs; null for English.
        #[serde(default)]
        pub language: Option<Language>,
        /// The colour of its pages; null for a neutral one.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Colour>))]
        pub colour: Option<String>,
        /// The rules of version 1 of its policy; by default the default ones. What is imported from before the next version is judged by
        /// them.
        #[serde(default)]
        pub rules: Option<Rules>,
    }
}

wire! {
    /// What is to change about a community; what is left out stays.
    #[serde(deny_unknown_fields)]
    pub struct CommunityPatch {
        /// A new name.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: Option<String>,
        /// For how long its events are kept, a day at the least; null for as long as the server keeps events.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Duration>))]
        pub event_retention: Option<Option<Duration>>,
        /// The language in which it speaks to those of whom it does not know theirs; null for English.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>))]
        pub language: Option<Option<Language>>,
        /// The colour of its pages; null for a neutral one.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Colour>))]
        pub colour: Option<Option<String>>,
    }
}

wire! {
    /// A community: one moderation scope.
    pub struct Community {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub id: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Name))]
        pub name: String,
        /// When it was made.
        pub created_at: Time,
        /// The version of its policy in force.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub policy_version: i32,
        /// The spaces that it is linked to.
        pub links: Vec<Link>,
        /// Since when it can only be read; null unless it is archived.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub archived_at: Option<Time>,
        /// For how many seconds its events are kept, if the server keeps them for longer; null when they are kept as long as the server's
        /// others.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 86_400, maximum = 315_360_000))]
        pub event_retention: Option<i64>,
        /// The language in which it speaks to those of whom it does not know theirs; null for English.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub language: Option<Language>,
        /// The colour of its pages; null for a neutral one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Colour>, required))]
        pub colour: Option<String>,
    }
}
