//! Notices: what members are told of cases and of appeals, listed, and read by members.

mod text; // what they say

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::act::Entry;
use crate::domain::actor::Actor;
use crate::domain::appeal::Appeal;
use crate::domain::id::{CommunityId, NoticeId, UserId};
use crate::domain::notice::{Message, Notice, State, Subject, When};
use crate::domain::policy::Policy;
use crate::ports::directory::Change;
use crate::ports::ids::Ids;
use crate::ports::notices::{Audience, NoticeFilter};
use chrono::{DateTime, Utc};
use wire::key::Scope;

/// What the member is told of new cases, one notice for each. Of what was done natively the platform has told them, and what comes with time was told before.
pub(super) fn of_cases(
    ids: &dyn Ids,
    audience: &Audience,
    policy: &Policy,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Vec<Notice> {
    let told = entries.iter().filter_map(|entry| {
        let case = &entry.case;
        if matches!(
            case.actor,
            Actor::System | Actor::External { .. } | Actor::Import { .. }
        ) {
            return None;
        }
        let when = policy.notices.when(case.kind, policy.severity(case.kind));
        if when == When::Off {
            return None;
        }
        let how_to_appeal = policy.notices.how_to_appeal.as_deref();
        let message = Message {
            subject: Subject::Act,
            when,
            language: audience.language(),
            text: text::act(audience, case, how_to_appeal),
        };
        let id = NoticeId(ids.fresh());
        Some(notice(
            id,
            (audience.community, case.number, case.user),
            message,
            now,
        ))
    });
    told.collect()
}

/// What the member is told of an appeal that was decided.
pub(super) fn of_decision(
    id: NoticeId,
    audience: &Audience,
    policy: &Policy,
    appeal: &Appeal,
    now: DateTime<Utc>,
) -> Option<Notice> {
    let (decision, when) = (appeal.about.decision.as_ref()?, policy.notices.of_decisions());
    let message = Message {
        subject: Subject::Appeal {
            id: appeal.id,
            outcome: decision.outcome,
        },
        when,
        language: audience.language(),
        text: text::decision(audience, appeal)?,
    };
    let about = (audience.community, appeal.case, appeal.user);
    (when != When::Off).then(|| notice(id, about, message, now))
}

/// A notice of which nobody knows yet whether there is a way to the member.
fn notice(
    id: NoticeId,
    (community, case, user): (CommunityId, i64, UserId),
    message: Message,
    now: DateTime<Utc>,
) -> Notice {
    Notice {
        id,
        community,
        case,
        user,
        state: State::Unreachable,
        created_at: now,
        changed_at: now,
        acknowledged_at: None,
        message,
    }
}

impl Service {
    /// A notice.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn notice(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: NoticeId,
    ) -> Result<wire::notice::Notice, ServiceError> {
        caller.require(Scope::NoticesRead)?;
        caller.enter(community)?;
        let found = self.store.notice(caller.tenant, community, id).await?;
        Ok(show::notice::notice(&found))
    }

    /// Notices, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read them.
    pub async fn notices(
        &self,
        caller: &Caller,
        community: CommunityId,
        filter: NoticeFilter,
        page: After<NoticeId>,
    ) -> Result<Listed<wire::notice::Notice, NoticeId>, ServiceError> {
        caller.require(Scope::NoticesRead)?;
        caller.enter(community)?;
        let rows = self
            .store
            .notices(caller.tenant, community, &filter, one_more(page))
            .await?;
        Ok(cut(
            rows,
            page.limit,
            |(notice, _)| notice.id,
            show::notice::notice,
        ))
    }

    /// Takes down that a member has read what they were told; to say so again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn acknowledge_notice(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, NoticeId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::NoticesWrite)?;
        caller.enter(community)?;
        let change = Change::AcknowledgeNotice { community, id };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }
}
