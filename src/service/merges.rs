//! Two users who turn out to be one person: merged, listed, and made two again.

use super::caller::Caller;
use super::error::ServiceError;
use super::judge::{changed_event, json};
use super::listing::{Listed, cut, one_more};
use super::{After, Answer, Claim, Outcome, PersonRef, Service, show};
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, MergeId, UserId};
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use crate::ports::answer::NewEvent;
use crate::ports::directory::{Change, Rendered};
use crate::ports::merges::{Merged, Parted, PartedMember, PartedSide};
use chrono::{DateTime, Utc};
use wire::event::{EventData, types};
use wire::key::Scope;

impl Service {
    /// Makes two users one: `from` is `into` from now on.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for either, [`ServiceError::SameUser`] when they are one person already,
    /// [`ServiceError::TooManyMerged`], or that the one person would have too many sanctions.
    pub async fn merge_users(
        &self,
        caller: &Caller,
        (into, from): (&PersonRef, &PersonRef),
        reason: Option<String>,
        dry_run: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.unbound()?;
        let change = Change::MergeUsers {
            id: MergeId(self.ids.fresh()),
            into: self.user_id(caller, into).await?,
            from: self.user_id(caller, from).await?,
            reason,
            dry_run,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Undoes a merge of a user.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the user, or a merge that is not theirs; [`ServiceError::MergeUndone`] when it was undone
    /// before.
    pub async fn undo_merge(
        &self,
        caller: &Caller,
        (person, merge): (&PersonRef, MergeId),
        reason: Option<String>,
        dry_run: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.unbound()?;
        let user = self.user_id(caller, person).await?;
        let change = Change::SplitUsers {
            user,
            merge,
            reason,
            dry_run,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// The merges of a user, on either side; the latest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for somebody whom the tenant has never seen.
    pub async fn merges(
        &self,
        caller: &Caller,
        person: &PersonRef,
        page: After<MergeId>,
    ) -> Result<Listed<wire::merge::Merge, MergeId>, ServiceError> {
        caller.require(Scope::UsersRead)?;
        let user = self.user_id(caller, person).await?;
        let rows = self.store.merges(caller.tenant, user, one_more(page)).await?;
        Ok(cut(rows, page.limit, |merge| merge.id, show::merge::merge))
    }
}

/// What callers and the log read of a merge.
pub(crate) fn merged(merged: &Merged, now: DateTime<Utc>) -> Rendered {
    let shown = show::merge::merged(merged);
    let data = EventData {
        merge: Some(shown.merge.clone()),
        ..EventData::default()
    };
    let mut events = vec![about(types::USER_MERGED, merged.user.id, &data, now)];
    for member in &merged.communities {
        let moved = member.moved.iter();
        events.extend(moved.map(|s| changed_event(member.community, merged.user.id, s, now)));
    }
    Rendered {
        answer: Answer {
            tag: merged.merge.id.to_string(),
            body: json(&shown),
        },
        events,
    }
}

/// What callers and the log read of the undoing of one.
pub(crate) fn parted(parted: &Parted, now: DateTime<Utc>) -> Rendered {
    let shown = show::merge::parted(parted);
    let data = EventData {
        merge: Some(shown.merge.clone()),
        ..EventData::default()
    };
    let mut events = vec![about(types::USER_SPLIT, parted.into.id, &data, now)];
    for member in &parted.communities {
        for side in [&member.into, &member.from] {
            events.extend(side_events(member, side, now));
        }
    }
    Rendered {
        answer: Answer {
            tag: parted.merge.id.to_string(),
            body: json(&shown),
        },
        events,
    }
}

/// The cases that fell, the sanctions that ended with them, those in their place, and those that end earlier.
fn side_events(member: &PartedMember, side: &PartedSide, now: DateTime<Utc>) -> Vec<NewEvent> {
    let community = member.community;
    let event = |kind, data: &EventData| NewEvent {
        community: Some(community),
        ..about(kind, side.user, data, now)
    };
    let of_case = |case: &Case| EventData {
        case: Some(show::case::case(community, case)),
        ..EventData::default()
    };
    let of_sanction =
        |sanction: &Sanction, ended| sanction_data((community, side.user), sanction, ended, member.at);
    let fallen = side
        .fallen
        .iter()
        .map(|case| event(types::CASE_VOIDED, &of_case(case)));
    let ended = side.ended.iter().map(|(sanction, at)| {
        let ended = Some((Ending::Voided, *at, None));
        event(types::SANCTION_ENDED, &of_sanction(sanction, ended))
    });
    let started = side
        .started
        .iter()
        .map(|sanction| event(types::SANCTION_STARTED, &of_sanction(sanction, None)));
    let moved = side
        .moved
        .iter()
        .map(|s| changed_event(community, side.user, s, now));
    fallen.chain(ended).chain(started).chain(moved).collect()
}

fn sanction_data(
    (community, user): (CommunityId, UserId),
    sanction: &Sanction,
    ended: Option<(Ending, Instant, Option<i64>)>,
    at: Instant,
) -> EventData {
    EventData {
        sanction: Some(show::case::sanction(community, user, sanction, ended, at)),
        ..EventData::default()
    }
}

fn about(kind: &'static str, user: UserId, data: &EventData, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        kind,
        community: None,
        user: Some(user),
        at: now,
        data: json(data),
    }
}
