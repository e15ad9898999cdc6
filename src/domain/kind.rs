//! The kinds of act, how severe each is, and which restriction it starts or ends.

use super::name::{Name, NotAName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind of act. The order of the variants is not their severity; see [`Kind::severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A remark for the record.
    Note,
    /// A warning.
    Warn,
    /// The member may not speak, for a time or until it is lifted.
    Mute,
    /// Ends every active mute of the member.
    Unmute,
    /// The member is kept from some things, for a time or until it is lifted.
    Restrict,
    /// Ends active restrictions of the member.
    Unrestrict,
    /// The member is removed, and may come back.
    Kick,
    /// The member is banned until an end.
    Tempban,
    /// The member is banned without an end.
    Ban,
    /// Ends every active ban of the member, with or without an end.
    Unban,
    /// Messages of the member are deleted.
    DeleteMessages,
    /// A kind that the community's policy registers; its weight and severity stand there.
    Custom(Name),
}

/// How severe an act is, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing happens to the member.
    Note,
    /// They are told.
    Warn,
    /// They may not do everything.
    Mute,
    /// They are removed.
    Kick,
    /// They are kept out until an end.
    Tempban,
    /// They are kept out.
    Ban,
}

/// What a sanction keeps a member from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// From the capabilities that the sanction names.
    Restrict,
    /// From speaking.
    Mute,
    /// From being there.
    Ban,
}

impl Kind {
    /// The kinds that every community has, in the order in which documents list them.
    pub const BUILT_IN: [Self; 11] = [
        Self::Note,
        Self::Warn,
        Self::Mute,
        Self::Unmute,
        Self::Restrict,
        Self::Unrestrict,
        Self::Kick,
        Self::Tempban,
        Self::Ban,
        Self::Unban,
        Self::DeleteMessages,
    ];

    /// How severe a built-in kind is: note < warn < mute = restrict < kick < tempban < ban; lifts and deleted messages rank as
    /// a note. `None` for a custom kind, whose severity the policy says.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        Some(match self {
            Self::Note | Self::Unmute | Self::Unrestrict | Self::Unban | Self::DeleteMessages => {
                Severity::Note
            }
            Self::Warn => Severity::Warn,
            Self::Mute | Self::Restrict => Severity::Mute,
            Self::Kick => Severity::Kick,
            Self::Tempban => Severity::Tempban,
            Self::Ban => Severity::Ban,
            Self::Custom(_) => return None,
        })
    }

    /// The restriction that an act of this kind starts.
    #[must_use]
    pub const fn restricts(self) -> Option<Restriction> {
        match self {
            Self::Mute => Some(Restriction::Mute),
            Self::Restrict => Some(Restriction::Restrict),
            Self::Tempban | Self::Ban => Some(Restriction::Ban),
            _ => None,
        }
    }

    /// The restriction that an act of this kind ends.
    #[must_use]
    pub const fn lifts(self) -> Option<Restriction> {
        match self {
            Self::Unmute => Some(Restriction::Mute),
            Self::Unrestrict => Some(Restriction::Restrict),
            Self::Unban => Some(Restriction::Ban),
            _ => None,
        }
    }

    /// The name in documents and in the API.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Mute => "mute",
            Self::Unmute => "unmute",
            Self::Restrict => "restrict",
            Self::Unrestrict => "unrestrict",
            Self::Kick => "kick",
            Self::Tempban => "tempban",
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::DeleteMessages => "delete_messages",
            Self::Custom(name) => name.as_str(),
        }
    }

    /// The kind of that name: a built-in one, or else a custom one.
    ///
    /// # Errors
    /// [`NotAName`] when no kind can be called so.
    pub fn named(name: &str) -> Result<Self, NotAName> {
        let built_in = Self::BUILT_IN.into_iter().find(|kind| kind.name() == name);
        built_in.map_or_else(|| Name::new(name).map(Self::Custom), Ok)
    }

    /// The weight in points (thousandths) that a policy gives a built-in kind unless it says otherwise.
    #[must_use]
    pub const fn default_weight_millis(self) -> i64 {
        match self {
            Self::Warn => 1_000,
            Self::Mute | Self::Restrict => 2_000,
            Self::Kick => 3_000,
            Self::Tempban => 5_000,
            Self::Ban => 10_000,
            _ => 0,
        }
    }
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 6] = [
        Self::Note,
        Self::Warn,
        Self::Mute,
        Self::Kick,
        Self::Tempban,
        Self::Ban,
    ];
}

impl Restriction {
    /// Every restriction, mildest first.
    pub const ALL: [Self; 3] = [Self::Restrict, Self::Mute, Self::Ban];

    /// The kind of act that lifts it.
    #[must_use]
    pub const fn lifted_by(self) -> Kind {
        match self {
            Self::Restrict => Kind::Unrestrict,
            Self::Mute => Kind::Unmute,
            Self::Ban => Kind::Unban,
        }
    }

    /// The name in documents and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restrict => "restrict",
            Self::Mute => "mute",
            Self::Ban => "ban",
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::named(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_rises_as_the_rules_say() {
        let rising = [
            Kind::Note,
            Kind::Warn,
            Kind::Mute,
            Kind::Kick,
            Kind::Tempban,
            Kind::Ban,
        ];
        assert!(
            rising
                .windows(2)
                .all(|pair| pair[0].severity() < pair[1].severity())
        );
        assert_eq!(Kind::Restrict.severity(), Kind::Mute.severity());
        for as_a_note in [Kind::Unban, Kind::Unmute, Kind::Unrestrict, Kind::DeleteMessages] {
            assert_eq!(as_a_note.severity(), Kind::Note.severity());
        }
    }

    #[test]
    fn every_community_has_these_kinds() {
        let weights = Kind::BUILT_IN.map(|kind| (kind.name().to_owned(), kind.default_weight_millis()));
        let expected = [
            ("note", 0),
            ("warn", 1_000),
            ("mute", 2_000),
            ("unmute", 0),
            ("restrict", 2_000),
            ("unrestrict", 0),
            ("kick", 3_000),
            ("tempban", 5_000),
            ("ban", 10_000),
            ("unban", 0),
            ("delete_messages", 0),
        ];
        assert_eq!(weights, expected.map(|(name, weight)| (name.to_owned(), weight)));
    }

    #[test]
    fn names_lead_back_to_their_kind() {
        for kind in Kind::BUILT_IN {
            assert_eq!(Kind::named(kind.name()), Ok(kind));
        }
        let own = Kind::Custom(Name::new("voice_kick").unwrap());
        assert_eq!(Kind::named("voice_kick"), Ok(own));
        assert_eq!(Kind::named("Ban"), Err(NotAName));
        assert_eq!(
            serde_json::from_str::<Kind>("\"tempban\"").unwrap(),
            Kind::Tempban
        );
        assert_eq!(serde_json::to_string(&own).unwrap(), "\"voice_kick\"");
    }
}
