//! Communities and the platform spaces that they are linked to.

use crate::time::Time;

wire! {
    /// A platform space.
    #[serde(deny_unknown_fields)]
    pub struct Link {
        /// The platform, such as `discord`.
        #[cfg_attr(feature = "openapi", schema(max_length = 32, pattern = "^[a-z][a-z0-9_-]*$", examples("discord")))]
        pub platform: String,
        /// The space there: a guild, a chat, a workspace or a channel.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, examples("81384788765712384")))]
        pub space: String,
    }
}

wire! {
    /// A new community. It begins with the default policy.
    #[serde(deny_unknown_fields)]
    pub struct CommunityRequest {
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, examples("Rust Cologne")))]
        pub name: String,
        /// The spaces that it is linked to.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub links: Vec<Link>,
    }
}

wire! {
    /// What is to change about a community.
    #[serde(deny_unknown_fields)]
    pub struct CommunityPatch {
        /// A new name.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
        pub name: String,
    }
}

wire! {
    /// A community: one moderation scope.
    pub struct Community {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(examples("com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub id: String,
        /// What people call it.
        pub name: String,
        /// When it was made.
        pub created_at: Time,
        /// The version of its policy in force.
        pub policy_version: i32,
        /// The spaces that it is linked to.
        pub links: Vec<Link>,
    }
}
