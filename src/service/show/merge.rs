//! Merges as callers read them.

use super::case::{actor, brief};
use super::directory::user;
use super::points;
use crate::ports::merges::{Holding, JoinedMember, Merge, Merged, Parted, PartedMember, Undone};
use wire::time::Time;

/// A merge.
pub(crate) fn merge(merge: &Merge) -> wire::merge::Merge {
    wire::merge::Merge {
        id: merge.id.to_string(),
        into: merge.into.to_string(),
        from: merge.from.to_string(),
        at: Time(merge.at),
        by: actor(&merge.by),
        reason: merge.reason.clone(),
        undone: merge.undone.as_ref().map(undone),
    }
}

fn undone(undone: &Undone) -> wire::merge::Undone {
    wire::merge::Undone {
        at: Time(undone.at),
        by: actor(&undone.by),
        reason: undone.reason.clone(),
    }
}

fn holding(holding: &Holding) -> wire::merge::Holding {
    wire::merge::Holding {
        points: points(holding.points),
        exact_units: holding.exact.units().to_string(),
        sanctions: holding.sanctions.iter().map(brief).collect(),
    }
}

/// What a merge comes to.
pub(crate) fn merged(merged: &Merged) -> wire::merge::MergeAnswer {
    let member = |member: &JoinedMember| wire::merge::MergedMember {
        community: member.community.to_string(),
        into: holding(&member.into),
        from: holding(&member.from),
        merged: holding(&member.joined),
    };
    wire::merge::MergeAnswer {
        dry_run: merged.dry_run,
        merge: merge(&merged.merge),
        user: user(&merged.user),
        communities: merged.communities.iter().map(member).collect(),
    }
}

/// What the undoing of a merge comes to.
pub(crate) fn parted(parted: &Parted) -> wire::merge::UndoMergeAnswer {
    let member = |member: &PartedMember| {
        let fallen = member.into.fallen.iter().chain(&member.from.fallen);
        let mut voided: Vec<i64> = fallen.map(|case| case.number).collect();
        voided.sort_unstable();
        wire::merge::SplitMember {
            community: member.community.to_string(),
            merged: holding(&member.joined),
            into: holding(&member.into.holding),
            from: holding(&member.from.holding),
            cases_moved: u64::try_from(member.cases_moved).unwrap_or(u64::MAX),
            voided,
        }
    };
    wire::merge::UndoMergeAnswer {
        dry_run: parted.dry_run,
        merge: merge(&parted.merge),
        into: user(&parted.into),
        from: user(&parted.from),
        communities: parted.communities.iter().map(member).collect(),
    }
}
