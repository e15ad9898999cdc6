//! What a caller may say about a file that the file does not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, Utc};

use crate::domain::identity::Platform;

/// Which bot a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Zeppelin's export of cases.
    Zeppelin,
    /// Red-DiscordBot's settings of the cogs `Warnings` and `ModLog`.
    Red,
    /// MASZ's modcases.
    Masz,
    /// A table with a header.
    Csv,
    /// Discord's list of bans.
    DiscordBans,
}

impl Source {
    /// The name that lines have for it unless the caller chooses another.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zeppelin => "zeppelin",
            Self::Red => "red",
            Self::Masz => "masz",
            Self::Csv => "csv",
            Self::DiscordBans => "discord",
        }
    }
}

/// In which order dates such as 03/04/2023 are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
}

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The record's own id.
    Id,
    /// The member's id.
    Member,
    /// The member's name.
    MemberName,
    /// The id of who acted.
    Moderator,
    /// The name of who acted.
    ModeratorName,
    /// The type of act.
    Type,
    /// The reason.
    Reason,
    /// When it happened.
    Time,
    /// For how long.
    Duration,
    /// Until when.
    Until,
    /// The points.
    Points,
    /// Whether it still holds.
    Active,
    /// Links.
    Evidence,
    /// The server.
    Server,
}

/// What a caller may say. The default says nothing.
#[derive(Clone, Debug)]
pub struct Options {
    /// The platform of the ids.
    pub platform: Platform,
    /// The name of the source in the lines.
    pub source: Option<String>,
    /// The server whose records are wanted.
    pub server: Option<String>,
    /// When records without a date happened.
    pub at: Option<DateTime<Utc>>,
    /// The present, after which nothing can have happened; `None` where nobody knows.
    pub now: Option<DateTime<Utc>>,
    /// How dates with two readings are read.
    pub date_order: Option<DateOrder>,
    /// The offset of times that have none.
    pub utc_offset: Option<FixedOffset>,
    /// The source's types and the kinds that they become, before what the adapter knows.
    pub kinds: BTreeMap<String, String>,
    /// The source's types that are not wanted.
    pub skip: BTreeSet<String>,
    /// The kind of records without a type.
    pub default_kind: Option<String>,
    /// The names of columns, where they are not recognised.
    pub columns: BTreeMap<Column, String>,
    /// How many examples of each class a report has.
    pub examples: usize,
}

impl Options {
    /// Nothing is said, but which platform.
    #[must_use]
    pub const fn new(platform: Platform) -> Self {
        Self {
            platform,
            source: None,
            server: None,
            at: None,
            now: None,
            date_order: None,
            utc_offset: None,
            kinds: BTreeMap::new(),
            skip: BTreeSet::new(),
            default_kind: None,
            columns: BTreeMap::new(),
            examples: 5,
        }
    }
}

/// The kinds that every community has.
pub const BUILT_IN: [&str; 11] = [
    "note",
    "warn",
    "mute",
    "unmute",
    "kick",
    "tempban",
    "ban",
    "unban",
    "restrict",
    "unrestrict",
    "delete_messages",
];

/// Whether a text can be the name of a kind of act.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
    text.len() <= wire::import::MAX_KIND
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(fits)
}

/// Whether a text can be the name of a source.
#[must_use]
pub fn is_source(text: &str) -> bool {
    // A platform's name has the same form.
    Platform::parse(text).is_ok()
}

/// A word of a file as it is compared: without case, spaces and punctuation.
pub(super) fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
