//! People: users with their identities, and users as members of a community.

use crate::time::Time;
use crate::word::{Language, Rank};

wire! {
    /// Who somebody is on a platform.
    #[serde(deny_unknown_fields)]
    pub struct Identity {
        /// The platform, such as `discord`.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// The id there.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub id: String,
    }
}

wire! {
    /// A new user.
    #[serde(deny_unknown_fields)]
    pub struct UserRequest {
        /// What people call them.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub name: Option<String>,
        /// In which language they are spoken to; null for that of the community.
        #[serde(default)]
        pub language: Option<Language>,
        /// Who they are on platforms.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeSet<Identity>, max_items = 20))]
        pub identities: Vec<Identity>,
    }
}

wire! {
    /// What is to change about a user; what is left out stays.
    #[serde(deny_unknown_fields)]
    pub struct UserPatch {
        /// A new name; null forgets it.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub name: Option<Option<String>>,
        /// The language in which they are spoken to; null for that of the community.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>))]
        pub language: Option<Option<Language>>,
    }
}

wire! {
    /// A person known to the tenant.
    pub struct User {
        /// The id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub id: String,
        /// What people call them, if known.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>, required))]
        pub name: Option<String>,
        /// In which language they are spoken to; null for that of the community.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub language: Option<Language>,
        /// When they were first seen.
        pub created_at: Time,
        /// Who they are on platforms; nobody any more, once they are erased.
        pub identities: Vec<Identity>,
        /// The user who they turned out to be, and who stands for them now; null unless they were merged.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub merged_into: Option<String>,
        /// When they were erased, if they were.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub erased_at: Option<Time>,
        /// When the last of what was written about them was gone; null while that is under way.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub erasure_done_at: Option<Time>,
    }
}

wire! {
    /// That a user is to be erased, which nothing takes back.
    #[serde(deny_unknown_fields)]
    pub struct EraseRequest {
        /// The user's id once more, so that nobody is erased by a slip.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub confirm: String,
    }
}

wire! {
    /// A user as a member of a community.
    pub struct Member {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The user.
        pub user: User,
        /// The rank.
        pub rank: Rank,
        /// The level within the rank.
        #[cfg_attr(feature = "openapi", schema(maximum = 65_535))]
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
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Rank))]
        pub rank: Option<Rank>,
        /// The level within the rank.
        #[serde(default, deserialize_with = "crate::number::level", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = u16, maximum = 65_535))]
        pub level: Option<u16>,
        /// Whether nobody acts on them without breaking the glass.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = bool))]
        pub protected: Option<bool>,
        /// Whether they are a bot.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = bool))]
        pub bot: Option<bool>,
    }
}
