//! People: users with their identities, and users as members of a community.

use crate::time::Time;
use crate::word::Rank;

wire! {
    /// Who somebody is on a platform.
    #[serde(deny_unknown_fields)]
    pub struct Identity {
        /// The platform, such as `discord`.
        #[cfg_attr(feature = "openapi", schema(max_length = 32, pattern = "^[a-z][a-z0-9_-]*$", examples("discord")))]
        pub platform: String,
        /// The id there.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, examples("80351110224678912")))]
        pub id: String,
    }
}

wire! {
    /// A new user.
    #[serde(deny_unknown_fields)]
    pub struct UserRequest {
        /// What people call them.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_length = 200))]
        pub name: Option<String>,
        /// Who they are on platforms.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub identities: Vec<Identity>,
    }
}

wire! {
    /// What is to change about a user.
    #[serde(deny_unknown_fields)]
    pub struct UserPatch {
        /// A new name; null forgets it.
        #[serde(deserialize_with = "crate::field::nullable")]
        #[cfg_attr(feature = "openapi", schema(max_length = 200, required))]
        pub name: Option<String>,
    }
}

wire! {
    /// A person known to the tenant.
    pub struct User {
        /// The id.
        #[cfg_attr(feature = "openapi", schema(examples("usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")))]
        pub id: String,
        /// What people call them, if known.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub name: Option<String>,
        /// When they were first seen.
        pub created_at: Time,
        /// Who they are on platforms.
        pub identities: Vec<Identity>,
    }
}

wire! {
    /// A user as a member of a community.
    pub struct Member {
        /// The community.
        pub community: String,
        /// The user.
        pub user: User,
        /// The rank.
        pub rank: Rank,
        /// The level within the rank.
        pub level: u16,
        /// Whether nobody acts on them without breaking the glass.
        pub protected: bool,
        /// Whether they are a bot, which is protected likewise.
        pub bot: bool,
    }
}

wire! {
    /// What is to change about a member; what is left out stays.
    #[serde(deny_unknown_fields)]
    pub struct MemberPatch {
        /// The rank.
        #[serde(default, deserialize_with = "crate::field::never_null")]
        #[cfg_attr(feature = "openapi", schema(value_type = Rank))]
        pub rank: Option<Rank>,
        /// The level within the rank.
        #[serde(default, deserialize_with = "crate::field::never_null")]
        #[cfg_attr(feature = "openapi", schema(value_type = u16))]
        pub level: Option<u16>,
        /// Whether nobody acts on them without breaking the glass.
        #[serde(default, deserialize_with = "crate::field::never_null")]
        #[cfg_attr(feature = "openapi", schema(value_type = bool))]
        pub protected: Option<bool>,
        /// Whether they are a bot.
        #[serde(default, deserialize_with = "crate::field::never_null")]
        #[cfg_attr(feature = "openapi", schema(value_type = bool))]
        pub bot: Option<bool>,
    }
}
