//! Links that let a member see one case of theirs and appeal against it, without an account.

use super::id::{AppealLinkId, CommunityId, UserId};
use chrono::{DateTime, TimeDelta, Utc};

/// For how long a link is good unless somebody says otherwise.
pub const DEFAULT_LIFE: TimeDelta = TimeDelta::days(14);
/// The shortest life of a link.
pub const SHORTEST_LIFE: TimeDelta = TimeDelta::minutes(1);
/// The longest life of a link.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(90);

/// A link, without what signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealLink {
    /// Its id.
    pub id: AppealLinkId,
    /// The community.
    pub community: CommunityId,
    /// The number of the case.
    pub case: i64,
    /// The member, as the case names them.
    pub user: UserId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working, in whole seconds.
    pub expires_at: DateTime<Utc>,
    /// When somebody revoked it.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl AppealLink {
    /// Whether it lets anybody in at a moment.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_link_is_good_until_its_time_is_over_or_it_is_revoked() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut link = AppealLink {
            id: AppealLinkId(Uuid::nil()),
            community: CommunityId(Uuid::nil()),
            case: 1,
            user: UserId(Uuid::nil()),
            created_at: at(0),
            expires_at: at(60),
            revoked_at: None,
        };
        assert!(link.is_good(at(59)) && !link.is_good(at(60)));
        link.revoked_at = Some(at(1));
        assert!(!link.is_good(at(2)));
    }
}
