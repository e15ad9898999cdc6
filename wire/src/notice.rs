//! Notices: what members are told of cases, and what became of telling them.

use crate::case::MemberRef;
use crate::time::Time;
use crate::word::{DirectiveState, Language, NoticeState, NoticeSubject, NoticeTime};

wire! {
    /// How a notice goes to one name of the member.
    pub struct NoticeDelivery {
        /// The directive that has it delivered.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::DirectiveId))]
        pub directive: String,
        /// On which platform.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Platform))]
        pub platform: String,
        /// To whom, as the platform names them.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NativeId))]
        pub member: String,
        /// Where the directive stands.
        pub state: DirectiveState,
        /// How often it was handed out.
        #[cfg_attr(feature = "openapi", schema(minimum = 0))]
        pub attempts: i32,
        /// The platform's code of the last receipt.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Comment>, required))]
        pub code: Option<String>,
        /// When it was settled.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub settled_at: Option<Time>,
    }
}

wire! {
    /// What a member is told of a case.
    pub struct Notice {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NoticeId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The number of the case.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// The member.
        pub member: MemberRef,
        /// What it is about.
        pub subject: NoticeSubject,
        /// The appeal that was decided, if it is about one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::AppealId>, required))]
        pub appeal: Option<String>,
        /// Whether it goes before what platforms do, or after it.
        pub when: NoticeTime,
        /// The language of the text.
        pub language: Language,
        /// The text, as it was written then.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NoticeText))]
        pub text: String,
        /// Where it is.
        pub state: NoticeState,
        /// How it goes to each name of the member.
        pub deliveries: Vec<NoticeDelivery>,
        /// When it was written.
        pub created_at: Time,
        /// When it came to be where it is.
        pub changed_at: Time,
        /// When the member said that they have read it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub acknowledged_at: Option<Time>,
    }
}

wire! {
    /// What the log says of a notice: nothing of its text.
    pub struct NoticeNews {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::NoticeId))]
        pub id: String,
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// The number of the case.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CaseNumber))]
        pub case: i64,
        /// What it is about.
        pub subject: NoticeSubject,
        /// The appeal that was decided, if it is about one.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::AppealId>, required))]
        pub appeal: Option<String>,
        /// Where it is.
        pub state: NoticeState,
    }
}
