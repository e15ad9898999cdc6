//! The kinds of act, how severe each is, and which restriction it starts or ends.

use serde::{Deserialize, Serialize};

/// A kind of act. The order of the variants is not their severity; see [`Kind::severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A remark for the record.
    Note,
    /// A warning.
    Warn,
    /// The member may not speak, for a time or until it is lifted.
    Mute,
    /// Ends every active mute of the member.
    Unmute,
    /// The member is removed, and may come back.
    Kick,
    /// The member is banned until an end.
    Tempban,
    /// The member is banned without an end.
    Ban,
    /// Ends every active ban of the member, with or without an end.
    Unban,
}

/// What a sanction keeps a member from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// From speaking.
    Mute,
    /// From being there.
    Ban,
}

impl Kind {
    /// Every kind, in the order in which documents list them.
    pub const ALL: [Self; 8] = [
        Self::Note,
        Self::Warn,
        Self::Mute,
        Self::Unmute,
        Self::Kick,
        Self::Tempban,
        Self::Ban,
        Self::Unban,
    ];

    /// How severe the kind is: note < warn < mute < kick < tempban < ban; lifts rank as a note.
    #[must_use]
    pub const fn severity(self) -> u8 {
        match self {
            Self::Note | Self::Unmute | Self::Unban => 0,
            Self::Warn => 1,
            Self::Mute => 2,
            Self::Kick => 3,
            Self::Tempban => 4,
            Self::Ban => 5,
        }
    }

    /// Whether a direct act of this kind is an offence: it counts for grace and repeats the top rung.
    #[must_use]
    pub const fn is_offence(self) -> bool {
        self.severity() >= 1
    }

    /// The restriction that an act of this kind starts.
    #[must_use]
    pub const fn restricts(self) -> Option<Restriction> {
        match self {
            Self::Mute => Some(Restriction::Mute),
            Self::Tempban | Self::Ban => Some(Restriction::Ban),
            _ => None,
        }
    }

    /// The restriction that an act of this kind ends.
    #[must_use]
    pub const fn lifts(self) -> Option<Restriction> {
        match self {
            Self::Unmute => Some(Restriction::Mute),
            Self::Unban => Some(Restriction::Ban),
            _ => None,
        }
    }

    /// The name in documents and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Mute => "mute",
            Self::Unmute => "unmute",
            Self::Kick => "kick",
            Self::Tempban => "tempban",
            Self::Ban => "ban",
            Self::Unban => "unban",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The weight in points (thousandths) that a policy gives the kind unless it says otherwise.
    #[must_use]
    pub const fn default_weight_millis(self) -> i64 {
        match self {
            Self::Warn => 1_000,
            Self::Mute => 2_000,
            Self::Kick => 3_000,
            Self::Tempban => 5_000,
            Self::Ban => 10_000,
            Self::Note | Self::Unmute | Self::Unban => 0,
        }
    }
}

impl Restriction {
    /// Both restrictions, mildest first.
    pub const ALL: [Self; 2] = [Self::Mute, Self::Ban];

    /// The kind of act that lifts it.
    #[must_use]
    pub const fn lifted_by(self) -> Kind {
        match self {
            Self::Mute => Kind::Unmute,
            Self::Ban => Kind::Unban,
        }
    }

    /// The name in documents and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Ban => "ban",
        }
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
        assert_eq!(Kind::Unban.severity(), Kind::Note.severity());
    }

    #[test]
    fn names_lead_back_to_their_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("Ban"), None);
    }

    #[test]
    fn only_acts_from_warn_up_are_offences() {
        let offences: Vec<_> = Kind::ALL
            .into_iter()
            .filter(|k| k.is_offence())
            .map(Kind::name)
            .collect();
        assert_eq!(offences, ["warn", "mute", "kick", "tempban", "ban"]);
    }
}
