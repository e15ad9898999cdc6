//! What is read of a community as pieces of an export.

use super::batch::MemberRow;
use crate::domain::act::Entry;
use crate::domain::id::UserId;
use crate::ports::directory::{PolicyRecord, User};
use crate::ports::history::Piece;
use crate::ports::record::{Revision, SanctionRecord};

impl From<PolicyRecord> for Piece {
    fn from(record: PolicyRecord) -> Self {
        Self::Policy {
            version: record.version.version,
            activated_at: record.version.activated_at,
            policy: Box::new((*record.version.policy).clone()),
            created_at: record.created_at,
            by: record.by,
            comment: record.comment,
            withdrawn_at: record.withdrawn_at,
        }
    }
}

impl From<User> for Piece {
    fn from(user: User) -> Self {
        Self::User {
            id: user.id,
            name: user.name,
            created_at: user.created_at,
            identities: user.identities,
        }
    }
}

impl MemberRow {
    /// As a piece.
    pub(crate) fn piece(self, user: UserId) -> Piece {
        Piece::Member {
            user,
            authority: self.authority,
            protected: self.protected,
            bot: self.bot,
            state: Box::new(self.state),
            recent: self.recent,
        }
    }
}

impl From<Entry> for Piece {
    fn from(entry: Entry) -> Self {
        Self::Case {
            case: Box::new(entry.case),
            after: entry.after.map(Box::new),
        }
    }
}

impl Piece {
    /// An earlier reason of a case.
    pub(crate) fn reason(case: i64, revision: Revision) -> Self {
        Self::Reason {
            case,
            revision: revision.revision,
            reason: revision.reason,
            replaced_by: revision.replaced_by,
            replaced_at: revision.replaced_at,
        }
    }
}

impl From<SanctionRecord> for Piece {
    fn from(record: SanctionRecord) -> Self {
        Self::Sanction {
            user: record.user,
            sanction: Box::new(record.sanction),
            ended: record.ended,
        }
    }
}
