//! The forms of texts and numbers in documents: how long, how large, made of what. For descriptions alone; nothing here is ever
//! made. What is written in a form is checked where it is read, and tests hold the two against each other.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// The two parts of a native identity, for patterns.
macro_rules! identity {
    () => {
        r##"[a-z][a-z0-9_-]{0,31}:[!"$&-.0->@-~]{1,128}"##
    };
}

/// Declares texts: a type for `value_type`, with the shortest and longest length, the pattern, and an example.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident: $lengths:expr, $pattern:expr, $example:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let said = [$($doc),+].concat();
                text(said.trim(), $lengths, $pattern).examples([serde_json::json!($example)]).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

fn text(said: &str, (shortest, longest): (usize, usize), pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(said))
        .min_length(Some(shortest))
        .max_length(Some(longest))
        .pattern(Some(pattern))
}

texts! {
    /// A tenant's id.
    TenantId: (36, 36), "^ten_[0-9a-f]{32}$", "ten_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A community's id.
    CommunityId: (36, 36), "^com_[0-9a-f]{32}$", "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A user's id.
    UserId: (36, 36), "^usr_[0-9a-f]{32}$", "usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A sanction's id.
    SanctionId: (36, 36), "^san_[0-9a-f]{32}$", "san_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The id of an appeal.
    AppealId: (36, 36), "^apl_[0-9a-f]{32}$", "apl_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The id of a link to a case.
    AppealLinkId: (36, 36), "^alk_[0-9a-f]{32}$", "alk_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The id of a notice.
    NoticeId: (36, 36), "^ntc_[0-9a-f]{32}$", "ntc_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A colour in red, green and blue, two hexadecimal digits each.
    Colour: (7, 7), "^#[0-9A-Fa-f]{6}$", "#2f7ed8";
    /// What a member is told.
    NoticeText: (1, 4_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]+$", "You have been banned from Rust Cologne.";
    /// How to appeal, in a community's own words: no control characters but line break and tab, and not white space alone.
    HowToAppeal: (1, 500), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "Write to appeals@example.com";
    /// The id of a conversation.
    ConversationId: (36, 36), "^cnv_[0-9a-f]{32}$", "cnv_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The name of a flow: lower-case letters, digits and `_`, beginning with a letter. Those of shipped flows begin with `tribune.`.
    FlowName: (1, 40), r"^(tribune\.)?[a-z][a-z0-9_]{0,31}$", "tribune.appeal";
    /// A word that a flow chooses: lower-case letters, digits and `_`, beginning with a letter.
    Word: (1, 32), "^[a-z][a-z0-9_]*$", "submit";
    /// What people read on a button, or as a title: no control characters but line break and tab, and not white space alone.
    Label: (1, 80), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "What happened";
    /// What people read beside a field, in the same form.
    FieldLabel: (1, 500), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "What happened";
    /// What a prompt says, in the same form.
    PromptText: (1, 2_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "Say why the decision was wrong, in your own words.";
    /// Where a conversation is held: no control characters.
    ConversationChannel: (1, 200), r"^[^\u0000-\u001f\u007f-\u009f]+$", "discord:dm:80351110224678912";
    /// A one-time code for the other side.
    LinkCode: (9, 9), "^[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}$", "7KQM-2XPD";
    /// The id of a held act.
    HeldId: (36, 36), "^hld_[0-9a-f]{32}$", "hld_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A directive's id.
    DirectiveId: (36, 36), "^dir_[0-9a-f]{32}$", "dir_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The id of a lease.
    LeaseId: (36, 36), "^lea_[0-9a-f]{32}$", "lea_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A limit's id.
    LimitId: (36, 36), "^lim_[0-9a-f]{32}$", "lim_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The name of a limit: lower-case letters, digits and `_`, beginning with a letter.
    LimitName: (1, 32), "^[a-z][a-z0-9_]*$", "messages";
    /// What is counted together: text with variables in braces, whose values checks give.
    KeyTemplate: (0, 256), r"^([^{}\u0000-\u001f\u007f-\u009f]|\{[a-z][a-z0-9_]{0,31}\})*$", "{community}:{user}";
    /// The value of a variable of a key: at most 256 bytes, without control characters.
    KeyValue: (1, 256), r"^[^\u0000-\u001f\u007f-\u009f]+$", "discord:80351110224678912";
    /// The id of a difference between what is desired and what was observed.
    DriftId: (36, 36), "^drf_[0-9a-f]{32}$", "drf_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A schedule's id.
    ScheduleId: (36, 36), "^sch_[0-9a-f]{32}$", "sch_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A webhook's id.
    WebhookId: (36, 36), "^whk_[0-9a-f]{32}$", "whk_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A delivery's id.
    DeliveryId: (36, 36), "^dlv_[0-9a-f]{32}$", "dlv_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The address of a webhook: https, a host, and neither user, password nor fragment.
    WebhookUrl: (8, 2_000),
        r#"^https?://[A-Za-z0-9_.:\[\]-]+([/?][^\s<>"\\#\u0000-\u001f\u007f-\u009f]*)?$"#,
        "https://hooks.example.com/tribune";
    /// What deliveries are signed with.
    WebhookSecret: (50, 50), "^whsec_[A-Za-z0-9+/]{43}=$", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    /// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
    CronText: (9, 100), r"^ *([^ ]+ +){4}[^ ]+ *$", "0 9 * * MON-FRI";
    /// A time zone, by its name in the IANA database.
    TimeZone: (1, 64), "^[A-Za-z][A-Za-z0-9_+/-]*$", "Europe/Berlin";
    /// What somebody is to be told: no control characters but line break and tab, and not white space alone.
    ReminderText: (1, 1_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$",
        "The trial of the new rules ends today";
    /// A job's id.
    JobId: (36, 36), "^job_[0-9a-f]{32}$", "job_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// The id of a plan to undo.
    PlanId: (36, 36), "^pln_[0-9a-f]{32}$", "pln_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A merge's id.
    MergeId: (36, 36), "^mrg_[0-9a-f]{32}$", "mrg_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A key's id; the key itself is its secret.
    KeyId: (36, 36), "^key_[0-9a-f]{32}$", "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f";
    /// A platform: lower-case letters, digits, `_` and `-`, beginning with a letter.
    Platform: (1, 32), "^[a-z][a-z0-9_-]*$", "discord";
    /// An id that a platform gave: printable ASCII without spaces, `/`, `?`, `#` and `%`.
    NativeId: (1, 128), r##"^[!"$&-.0->@-~]+$"##, "80351110224678912";
    /// Who somebody is on a platform, as `platform:native_id`.
    IdentityText: (3, 161), concat!("^", identity!(), "$"), "discord:80351110224678912";
    /// Somebody: a user's id, or `platform:native_id`.
    Person: (3, 161), concat!("^(usr_[0-9a-f]{32}|", identity!(), ")$"), "discord:80351110224678912";
    /// A name: one line without control characters, in which not all is white space.
    Name: (1, 200),
        r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$", "Rust Cologne";
    /// A reason: no control characters but line break and tab. One that is empty or white space alone is none.
    Reason: (0, 2_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "Posted the same link in five channels";
    /// What a member says in an appeal: no control characters but line break and tab, and not white space alone.
    StatementText: (1, 4_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "It was not me";
    /// What a member is asked, in one line.
    QuestionText: (1, 500), r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$", "What happened before?";
    /// Why an appeal was decided so, in the same form.
    DecisionReason: (1, 2_000), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "The log shows it";
    /// A comment: no control characters but line break and tab.
    Comment: (0, 500), r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$", "Kicks weigh more since the raids";
    /// A sentence for people to read, in one line.
    Sentence: (1, 2_000), r"^[^\u0000-\u001f\u007f-\u009f]+$", "At 2026-11-22 12:00 UTC you have 2.9 points.";
    /// An address, http or https, with a host and without user or password.
    Url: (8, 2_000),
        r#"^https?://[^\s/?#@<>"\\\u0000-\u001f\u007f-\u009f]+([/?#][^\s<>"\\\u0000-\u001f\u007f-\u009f]*)?$"#,
        "https://discord.com/channels/81384788765712384/1/2";
    /// A kind of act: note, warn, mute, unmute, restrict, unrestrict, kick, tempban, ban, unban, delete_messages, or one that the
    /// policy of the community registers.
    KindName: (1, 32), "^[a-z][a-z0-9_]*$", "warn";
    /// A capability that a restriction takes away, named as the community likes.
    Capability: (1, 32), "^[a-z][a-z0-9_]*$", "links";
    /// Where a record comes from: lower-case letters, digits, `_` and `-`, beginning with a letter.
    Source: (1, 32), "^[a-z][a-z0-9_-]*$", "zeppelin";
    /// What a source calls a record: no control characters.
    ExternalId: (1, 200), r"^[^\u0000-\u001f\u007f-\u009f]*$", "case-412";
    /// A channel, as the platform names it.
    Channel: (1, 128), r##"^[!"$&-.0->@-~]+$"##, "381984265217638400";
    /// A message, as the platform names it.
    MessageId: (1, 128), r##"^[!"$&-.0->@-~]+$"##, "1312340125874618398";
    /// The name of a rule of automod, the same over its versions.
    RuleName: (1, 64), "^[a-z0-9_-]+$", "links";
    /// The name of a rung, the same over versions of the policy.
    RungId: (1, 64), "^[a-z0-9_-]+$", "mute-1h";
    /// An API key itself.
    Secret: (45, 45), "^trb_live_[0-9A-Za-z]{36}$", "trb_live_3f6Kq9ZxW1uYbT0aVnRcM7sLhE2jPd000000";
    /// How an API key begins.
    Hint: (13, 13), "^trb_live_[0-9A-Za-z]{4}$", "trb_live_3f6K";
}

/// Declares numbers: a type for `value_type`, with the least and the greatest.
macro_rules! numbers {
    ($($(#[doc = $doc:literal])+ $name:ident: $least:literal to $most:literal, $example:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let said = [$($doc),+].concat();
                ObjectBuilder::new()
                    .schema_type(Type::Number)
                    .description(Some(said.trim()))
                    .minimum(Some($least))
                    .maximum(Some($most))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

numbers! {
    /// Points, with at most 3 decimals.
    Points: 0 to 10_000, 1.5;
    /// Points, at least a thousandth, with at most 3 decimals.
    SomePoints: 0.001 to 10_000, 3;
    /// A share, with at most 3 decimals.
    Share: 0.001 to 1, 0.5;
    /// Seconds, with at most 3 decimals, up to a day.
    SignalSeconds: 0 to 86_400, 0.35;
    /// What points are multiples of, with at most 3 decimals.
    Granularity: 0.001 to 1, 0.1;
}

/// The number of a case in its community, in lists of them.
#[derive(Debug)]
pub enum CaseNumber {}

impl PartialSchema for CaseNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some("A case's number."))
            .minimum(Some(1))
            .maximum(Some(9_007_199_254_740_991_i64))
            .examples([serde_json::json!(12)])
            .into()
    }
}

impl ToSchema for CaseNumber {}

/// The type of an event, where a request names one. In answers there may be others: new types come.
#[derive(Debug)]
pub enum EventType {}

impl PartialSchema for EventType {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A type of event."))
            .enum_values(Some(crate::event::types::ALL.iter().copied()))
            .into()
    }
}

impl ToSchema for EventType {}

/// Values of variables by their names.
#[derive(Debug)]
pub enum KeyValues {}

impl PartialSchema for KeyValues {
    fn schema() -> RefOr<Schema> {
        let name = text("A variable.", (1, 32), "^[a-z][a-z0-9_]*$").build();
        let value = text("Its value.", (1, 256), r"^[^\u0000-\u001f\u007f-\u009f]+$").build();
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "Values by the names of variables, such as user, channel or command.",
            ))
            .property_names(Some(name))
            .additional_properties(Some(Schema::Object(value)))
            .max_properties(Some(16))
            .examples([serde_json::json!({"user": "discord:80351110224678912", "command": "ban"})])
            .into()
    }
}

impl ToSchema for KeyValues {}

/// An answer: a text, a whole number, or true or false.
#[derive(Debug)]
pub enum Answer {}

impl PartialSchema for Answer {
    fn schema() -> RefOr<Schema> {
        let plain = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(-9_007_199_254_740_991_i64))
            .maximum(Some(9_007_199_254_740_991_i64))
            .description(Some("A whole number."));
        let yes = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Yes or no."));
        OneOfBuilder::new()
            .item(text("A text, or a day as `2026-11-28`.", (0, 4_000), plain))
            .item(number)
            .item(yes)
            .description(Some("An answer: a text, a whole number, or true or false."))
            .examples([serde_json::json!("The link was to our own rules.")])
            .into()
    }
}

impl ToSchema for Answer {}

/// Answers by the names of fields.
#[derive(Debug)]
pub enum Answers {}

impl PartialSchema for Answers {
    fn schema() -> RefOr<Schema> {
        let name = text("A field.", (1, 32), "^[a-z][a-z0-9_]*$").build();
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Answers by the names of fields."))
            .property_names(Some(name))
            .additional_properties(Some(Answer::schema()))
            .max_properties(Some(50))
            .examples([serde_json::json!({"statement": "The link was to our own rules."})])
            .into()
    }
}

impl ToSchema for Answers {}

/// Text by name, as a bot keeps it with a case.
#[derive(Debug)]
pub enum Context {}

impl PartialSchema for Context {
    fn schema() -> RefOr<Schema> {
        let plain = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";
        let name = text("A name.", (1, 64), plain).build();
        let value = text("A text.", (0, 500), plain).build();
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "Text by name, without control characters but line break and tab.",
            ))
            .property_names(Some(name))
            .additional_properties(Some(Schema::Object(value)))
            .max_properties(Some(20))
            .examples([serde_json::json!({"channel": "general"})])
            .into()
    }
}

impl ToSchema for Context {}
