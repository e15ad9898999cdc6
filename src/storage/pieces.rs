//! What is read of a community as pieces of an export.

use super::batch::MemberRow;
use super::batch::holds::SpentRow;
use super::seams::Seam;
use crate::domain::act::Entry;
use crate::domain::id::{MergeId, UserId};
use crate::ports::directory::{PolicyRecord, User};
use crate::ports::history::{Brought, Piece, SeamPiece};
use crate::ports::merges::Merge;
use crate::ports::record::{Revision, SanctionRecord};
use std::collections::{BTreeMap, BTreeSet};

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

impl Piece {
    /// A person, with those of their identities that merges brought along.
    pub(crate) fn user(user: User, brought: Vec<Brought>) -> Self {
        Self::User {
            id: user.id,
            name: user.name,
            language: user.language,
            created_at: user.created_at,
            identities: user.identities,
            brought,
            merged_into: user.merged_into,
        }
    }
}

/// Everybody whose names an export needs: who is named in the community, all who are one person with any of them, and who merged them.
#[derive(Default)]
pub(crate) struct People {
    found: BTreeSet<UserId>,
    merges: BTreeMap<MergeId, Merge>,
    /// Of whom it is not yet known with whom they are one.
    open: Vec<UserId>,
}

impl People {
    /// Adds people.
    pub(crate) fn add(&mut self, users: impl IntoIterator<Item = UserId>) {
        for user in users {
            if self.found.insert(user) {
                self.open.push(user);
            }
        }
    }

    /// Adds merges into some of them.
    pub(crate) fn learn(&mut self, merges: Vec<Merge>) {
        self.merges
            .extend(merges.into_iter().map(|merge| (merge.id, merge)));
    }

    /// The next of whom it is to be asked with whom they are one; empty when all are known.
    pub(crate) fn next(&mut self, limit: usize) -> Vec<UserId> {
        if self.open.is_empty() {
            let both = self.merges.values().filter(|merge| self.has(merge));
            let acted =
                both.flat_map(|merge| [merge.by.user(), merge.undone.as_ref().and_then(|u| u.by.user())]);
            let acted: Vec<UserId> = acted.flatten().collect();
            self.add(acted);
        }
        let rest = self.open.len().saturating_sub(limit);
        self.open.split_off(rest)
    }

    /// Everybody, and the merges of two of them.
    pub(crate) fn finish(self) -> (Vec<UserId>, Vec<Piece>) {
        let merges = self.merges.values().filter(|merge| self.has(merge)).cloned();
        let merges = merges.map(|merge| Piece::Merge(Box::new(merge))).collect();
        (self.found.into_iter().collect(), merges)
    }

    /// Whether both of a merge are here.
    fn has(&self, merge: &Merge) -> bool {
        self.found.contains(&merge.into) && self.found.contains(&merge.from)
    }
}

impl From<Seam> for Piece {
    fn from(seam: Seam) -> Self {
        Self::Seam(Box::new(SeamPiece {
            merge: seam.merge,
            into: seam.into,
            from: seam.from,
            at: seam.at,
            after: seam.after,
            turn: seam.turn,
            policy_version: seam.policy_version,
            into_state: seam.into_state,
            from_state: seam.from_state,
            state: seam.state,
            into_recent: seam.detail.into_recent,
            from_recent: seam.detail.from_recent,
            into_role: seam.detail.into_role,
            role: seam.detail.role,
        }))
    }
}

impl From<SpentRow> for Piece {
    fn from(row: SpentRow) -> Self {
        Self::Spent {
            bucket: row.bucket,
            at: row.at,
            number: row.number,
            kind: row.kind,
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
