//! Directives: what relays carry out on platforms, and the receipts that they post.

use crate::time::Time;
use crate::word::{DirectiveState, Effect, Language, NoticeTime, ReceiptOutcome};

wire! {
    /// A capability that is taken away.
    pub struct TakenAway {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Capability))]
        pub capability: String,
        /// Until when; null until it is given back.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
    }
}

wire! {
    /// How it is to be.
    pub struct Wanted {
        /// Whether it is to hold; false when it is to be lifted, and for what happens once.
        pub holds: bool,
        /// Until when it is to hold; null until it is lifted.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub until: Option<Time>,
        /// For `restrict`: all capabilities that are taken away; those not named are given back.
        pub capabilities: Vec<TakenAway>,
        /// For `delete_messages`: where they are.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Channel>, required))]
        pub channel: Option<String>,
        /// For `delete_messages`: which messages.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::MessageId>))]
        pub messages: Vec<String>,
        /// For `notify`: what the member is told.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub notice: Option<ToldNotice>,
    }
}

wire! {
    /// What a member is told.
    pub struct ToldNotice {
        /// The notice.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NoticeId))]
        pub id: String,
        /// Whether before what the platform does to them for the same case, or after it.
        pub when: NoticeTime,
        /// The language of the text.
        pub language: Language,
        /// The text, without any markup; null in events.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::NoticeText>, required))]
        pub text: Option<String>,
    }
}

wire! {
    /// That somebody has a directive in hand.
    pub struct Lease {
        /// Its name, which a receipt repeats.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::LeaseId))]
        pub id: String,
        /// Until when. Without a receipt by then it is handed out again, to anybody.
        pub until: Time,
    }
}

wire! {
    /// A receipt, as it was posted.
    pub struct Receipt {
        /// What came of it.
        pub outcome: ReceiptOutcome,
        /// The platform's code, as it named it.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub code: Option<String>,
        /// In words.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub detail: Option<String>,
        /// Until when the platform keeps it up by itself.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub holds_until: Option<Time>,
        /// When it was received.
        pub at: Time,
    }
}

wire! {
    /// What one platform's space is to do about one member.
    pub struct Directive {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DirectiveId))]
        pub id: String,
        /// The community that wants it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// On which platform.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// In which of its spaces.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub space: String,
        /// Who, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// Who, as this service does.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::UserId))]
        pub user: String,
        /// What it is about.
        pub effect: Effect,
        /// How it is to be.
        pub wanted: Wanted,
        /// The case for which it is wanted; null when time alone brought it about.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub case: Option<i64>,
        /// The reason of that case as it is now, for the platform's own record.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Where it stands.
        pub state: DirectiveState,
        /// How often it was handed out.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub attempts: i32,
        /// When it was issued.
        pub created_at: Time,
        /// When it may be handed out next: after a failure, when a lease is over, or before the platform lets go by itself. Null once nothing is
        /// left to do.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub due_at: Option<Time>,
        /// The directive that it comes after: it is put off until something is reported of that one, or for a minute at the most.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::DirectiveId>, required))]
        pub follows: Option<String>,
        /// Who has it in hand.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub lease: Option<Lease>,
        /// When it was settled.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub settled_at: Option<Time>,
        /// The last receipt.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub receipt: Option<Receipt>,
    }
}

wire! {
    /// Asks for directives to carry out.
    #[serde(deny_unknown_fields)]
    pub struct LeaseRequest {
        /// The platform that the relay serves.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// Only of this community.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>))]
        pub community: Option<String>,
        /// How many at most.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
        pub limit: Option<i64>,
        /// For how many seconds nobody else is given them.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 5, maximum = 600, default = 30))]
        pub lease: Option<i64>,
        /// How many seconds to wait for one when there is none.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 25, default = 0))]
        pub wait: Option<i64>,
    }
}

wire! {
    /// Directives that the caller has in hand from now on.
    pub struct Leased {
        /// In the order in which they are to be carried out.
        pub items: Vec<Directive>,
    }
}

wire! {
    /// What came of a directive.
    #[serde(deny_unknown_fields)]
    pub struct ReceiptRequest {
        /// What.
        pub outcome: ReceiptOutcome,
        /// The lease under which it was carried out.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::LeaseId>))]
        pub lease: Option<String>,
        /// The platform's code, as it names it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub code: Option<String>,
        /// In words, for people.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>))]
        pub detail: Option<String>,
        /// Until when the platform keeps it up by itself, where that is sooner than wanted: it is handed out again before.
        #[serde(default)]
        pub holds_until: Option<Time>,
        /// After how many seconds the platform said to come back.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 86_400))]
        pub retry_after: Option<i64>,
    }
}
