//! Identifiers: UUIDs that cannot be mixed up, shown with a prefix that says what they name.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What the identifier begins with in the API.
            pub const PREFIX: &'static str = $prefix;

            /// Parses the form shown in the API: the prefix and 32 lower-case hexadecimal digits.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let hex = text.strip_prefix($prefix)?;
                let plain = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if plain { Uuid::try_parse(hex).ok().map(Self) } else { None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id!(
    /// A tenant: an owner of communities and keys.
    TenantId, "ten_"
);
id!(
    /// A community: one moderation scope.
    CommunityId, "com_"
);
id!(
    /// A person known to a tenant.
    UserId, "usr_"
);
id!(
    /// A sanction.
    SanctionId, "san_"
);
id!(
    /// A job: a request of many items that is worked off later.
    JobId, "job_"
);
id!(
    /// What is to be done at a time that was set before.
    ScheduleId, "sch_"
);
id!(
    /// A plan to undo what many acts did.
    PlanId, "pln_"
);
id!(
    /// A merge of two users.
    MergeId, "mrg_"
);
id!(
    /// An act that waits for others.
    HeldId, "hld_"
);
id!(
    /// An appeal.
    AppealId, "apl_"
);
id!(
    /// A link that lets a member see one case and appeal against it.
    AppealLinkId, "alk_"
);
id!(
    /// A notice.
    NoticeId, "ntc_"
);
id!(
    /// A conversation.
    ConversationId, "cnv_"
);
id!(
    /// A rate limit by name.
    LimitId, "lim_"
);
id!(
    /// An API key (not its secret).
    KeyId, "key_"
);
id!(
    /// What a platform's space is to do about a member.
    DirectiveId, "dir_"
);
id!(
    /// A webhook: where events are sent.
    WebhookId, "whk_"
);
id!(
    /// An event on its way to a webhook.
    DeliveryId, "dlv_"
);
id!(
    /// A difference between what is desired of a platform and what was observed there.
    DriftId, "drf_"
);
id!(
    /// That somebody has a directive in hand.
    LeaseId, "lea_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_and_nothing_else() {
        let id = UserId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert_eq!(text, "usr_01900000000070008000000000000001");
        assert_eq!(UserId::parse(&text), Some(id));
        for wrong in [
            "",
            "usr_",
            "com_01900000000070008000000000000001",
            "usr_01900000-0000-7000-8000-000000000001",
        ] {
            assert_eq!(UserId::parse(wrong), None, "{wrong}");
        }
        assert_eq!(UserId::parse(&text.to_uppercase()), None);
    }
}
