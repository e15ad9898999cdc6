//! Webhooks: addresses to which events are sent, and what became of each.

use crate::duration::Duration;
use crate::event::EventData;
use crate::time::Time;
use crate::word::{DeliveryState, Switch, WebhookOff, WebhookState};

wire! {
    /// A webhook to make.
    #[serde(deny_unknown_fields)]
    pub struct WebhookRequest {
        /// Where events are sent: an https address whose host is, or leads to, a public IP address. The operator may allow others.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookUrl))]
        pub url: String,
        /// What people call it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub description: Option<String>,
        /// Only events of these types; left out or null for all, those that are to come among them.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::EventType>>, min_items = 1, max_items = 100))]
        pub types: Option<Vec<String>>,
        /// Only events of these communities; left out or null for all, and for what belongs to none.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::CommunityId>>, min_items = 1, max_items = 100))]
        pub communities: Option<Vec<String>>,
        /// Only events of communities that are linked to a space of this platform.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Platform>))]
        pub platform: Option<String>,
        /// The position in the log behind which it begins: `next_cursor` of a page of events, or the id of the last one that was read. Left out,
        /// it begins now.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub after: Option<String>,
    }
}

wire! {
    /// What is to change about a webhook; what is left out stays.
    #[serde(deny_unknown_fields)]
    pub struct WebhookPatch {
        /// Another address.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookUrl))]
        pub url: Option<String>,
        /// Another description; null takes it away.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>))]
        pub description: Option<Option<String>>,
        /// Other types; null for all.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::EventType>>, min_items = 1, max_items = 100))]
        pub types: Option<Option<Vec<String>>>,
        /// Other communities; null for all.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::CommunityId>>, min_items = 1, max_items = 100))]
        pub communities: Option<Option<Vec<String>>>,
        /// Another platform; null for all.
        #[serde(default, deserialize_with = "crate::field::patch", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Platform>))]
        pub platform: Option<Option<String>>,
        /// Turns it on or off. Turned on again it goes on where it stopped.
        #[serde(default, deserialize_with = "crate::field::never_null", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Switch))]
        pub state: Option<Switch>,
    }
}

wire! {
    /// A webhook.
    pub struct Webhook {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookId))]
        pub id: String,
        /// Where events are sent.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookUrl))]
        pub url: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>, required))]
        pub description: Option<String>,
        /// Of which types; null for all.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::EventType>>, required, max_items = 100))]
        pub types: Option<Vec<String>>,
        /// Of which communities; null for all.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::form::CommunityId>>, required, max_items = 100))]
        pub communities: Option<Vec<String>>,
        /// Of communities on which platform; null for all.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Platform>, required))]
        pub platform: Option<String>,
        /// Whether anything is sent, and whether it arrives.
        pub state: WebhookState,
        /// Why it is off.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub off_reason: Option<WebhookOff>,
        /// Since when it is off.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub off_since: Option<Time>,
        /// How many tries failed, the last ones in a row.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_147_483_647))]
        pub failures: i32,
        /// Since when every try has failed.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub failing_since: Option<Time>,
        /// Until when it is left alone.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub paused_until: Option<Time>,
        /// The position in the log up to which events are sent or on their way.
        #[cfg_attr(feature = "openapi", schema(max_length = 20, pattern = "^[0-9]+$"))]
        pub position: String,
        /// The last position of events that were forgotten before they could be sent; null if there were none.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 20, pattern = "^[0-9]+$"))]
        pub missed_up_to: Option<String>,
        /// Until when secrets before this one sign too.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub old_secret_until: Option<Time>,
        /// When it was made.
        pub created_at: Time,
    }
}

wire! {
    /// A webhook, and the secret that its deliveries are signed with.
    pub struct WebhookCreated {
        /// The webhook.
        pub webhook: Webhook,
        /// The secret, shown this once; null in the answer to a repeat.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::WebhookSecret>, required))]
        pub secret: Option<String>,
    }
}

wire! {
    /// How a secret takes another one's place.
    #[serde(deny_unknown_fields)]
    pub struct RotateRequest {
        /// For how long deliveries are signed with both; up to seven days. Left out, a day.
        #[serde(default)]
        pub overlap: Option<Duration>,
    }
}

wire! {
    /// What deliveries are to be sent anew.
    #[serde(deny_unknown_fields)]
    pub struct ReplayRequest {
        /// How many, the oldest first. Left out, 1000.
        #[serde(default, deserialize_with = "crate::number::integer_opt")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000))]
        pub limit: Option<i64>,
    }
}

wire! {
    /// What is sent anew.
    pub struct Replayed {
        /// How many deliveries. As many as were asked for at the most: then there may be more.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1_000))]
        pub replayed: u64,
    }
}

wire! {
    /// A try to deliver.
    pub struct DeliveryTry {
        /// When it began.
        pub at: Time,
        /// How long it took.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 9_007_199_254_740_991_i64))]
        pub milliseconds: i64,
        /// The status of the answer, of which 200 to 299 are successes.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 100, maximum = 999))]
        pub status: Option<u16>,
        /// Why there was no answer: refused_address, unresolved, unreachable, tls, timed_out, broken or unsendable; event_gone when the log no
        /// longer has the event.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 32))]
        pub error: Option<String>,
    }
}

wire! {
    /// An event on its way to a webhook.
    pub struct Delivery {
        /// Its id: `webhook-id` of each try.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DeliveryId))]
        pub id: String,
        /// The webhook.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookId))]
        pub webhook: String,
        /// The event's type, or webhook.test.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", schema(max_length = 64, examples("case.created")))]
        pub kind: String,
        /// The event's id; null for a test.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 20, pattern = "^[0-9]+$"))]
        pub event: Option<String>,
        /// The event's community.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>, required))]
        pub community: Option<String>,
        /// How it stands.
        pub state: DeliveryState,
        /// How many tries were begun.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_147_483_647))]
        pub attempts: i32,
        /// When it is tried next; a failing webhook may have it wait longer. Null when nothing more is tried.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub next_try_at: Option<Time>,
        /// The last tries, at most 20.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub tries: Vec<DeliveryTry>,
        /// When it was planned.
        pub created_at: Time,
        /// When it arrived or was given up.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub settled_at: Option<Time>,
    }
}

wire! {
    /// What the log says of a webhook: no more of its address than what is no secret.
    pub struct WebhookNews {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::WebhookId))]
        pub id: String,
        /// What people call it.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Name>, required))]
        pub description: Option<String>,
        /// Scheme, host and port of its address.
        #[cfg_attr(feature = "openapi", schema(max_length = 300))]
        pub origin: String,
        /// Whether anything is sent, and whether it arrives.
        pub state: WebhookState,
        /// Why it is off.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub off_reason: Option<WebhookOff>,
        /// How many tries failed, the last ones in a row.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_147_483_647))]
        pub failures: i32,
        /// The last position of events that were forgotten before they could be sent; null if there were none.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 20, pattern = "^[0-9]+$"))]
        pub missed_up_to: Option<String>,
    }
}

wire! {
    /// What a webhook is sent. Its headers are `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub struct WebhookMessage {
        /// The type of the event, such as `case.created`. New types may come; answer 200 to those you do not know.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", schema(max_length = 64, examples("case.created")))]
        pub kind: String,
        /// When it happened.
        pub timestamp: Time,
        /// The event's id: its position in the log. Null for a test.
        #[cfg_attr(feature = "openapi", schema(required, max_length = 20, pattern = "^[0-9]+$", examples("42")))]
        pub id: Option<String>,
        /// The community, if it belongs to one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::CommunityId>, required))]
        pub community: Option<String>,
        /// The user, if it is about one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// Which version of its type `data` is of.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647, examples(1)))]
        pub version: i32,
        /// What it is about, as it stood then.
        pub data: EventData,
    }
}
