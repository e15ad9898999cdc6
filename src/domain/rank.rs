//! Ranks in a community, and the finer level within a rank.

use serde::{Deserialize, Serialize};

/// A rank in a community, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Anyone.
    #[default]
    Member,
    /// May moderate members.
    Moderator,
    /// May moderate moderators.
    Admin,
    /// May moderate everyone else.
    Owner,
}

/// Rank first, then a numeric level: who stands above whom. A higher level stands above a lower one of the same rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Authority {
    /// The rank.
    pub rank: Rank,
    /// The level within the rank, 0 unless set (a platform's role position, say).
    pub level: u16,
}

impl Rank {
    /// Every rank, lowest first.
    pub const ALL: [Self; 4] = [Self::Member, Self::Moderator, Self::Admin, Self::Owner];

    /// The name in documents and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The rank of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.name() == name)
    }
}

impl Authority {
    /// The lowest level of a rank.
    #[must_use]
    pub const fn of(rank: Rank) -> Self {
        Self { rank, level: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_outweighs_level() {
        let senior = Authority {
            rank: Rank::Moderator,
            level: 900,
        };
        assert!(senior < Authority::of(Rank::Admin));
        assert!(senior > Authority::of(Rank::Moderator));
    }
}
