//! Notices: what members are told of cases and of appeals, listed, and read by members.

mod links; // links that go with them, whose addresses are written when they are handed out
mod text; // what they say

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::act::Entry;
use crate::domain::actor::Actor;
use crate::domain::appeal::{self, Appeal, Eligibility};
use crate::domain::appeal_link::{DEFAULT_LIFE, LONGEST_LIFE};
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, NoticeId, UserId};
use crate::domain::notice::{Message, Notice, Pass, State, Subject, When};
use crate::domain::policy::Policy;
use crate::domain::standing::Standing;
use crate::ports::directory::Change;
use crate::ports::ids::Ids;
use crate::ports::notices::{Audience, NoticeFilter};
use chrono::{DateTime, SubsecRound as _, Utc};
use links::Addresses;
use wire::key::Scope;

/// What the member is told of new cases, one notice for each. Of what was done natively the platform has told them, and what comes with time was told before.
/// `links` says whether members can reach pages of this service.
pub(super) fn of_cases(
    (ids, links): (&dyn Ids, bool),
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
        let eligibility = Eligibility::of(&policy.appeals, case, &[], now);
        let pass = pass_of(&eligibility, now).filter(|_| links && policy.notices.links);
        let appealing = text::Appealing {
            eligibility: &eligibility,
            own_words: policy.notices.how_to_appeal.as_deref(),
            has_page: pass.is_some(),
        };
        let message = Message {
            subject: Subject::Act,
            when,
            language: audience.language(),
            text: text::act(audience, case, &appealing),
            pass,
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

/// What a decision comes to.
pub(super) struct CameTo<'a> {
    /// The case as it is now, if it was reduced.
    pub(super) reduced: Option<&'a Case>,
    /// How the member stands now.
    pub(super) standing: &'a Standing,
}

/// What the member is told of an appeal that was decided or refused, or about which its reviewer asks something.
pub(super) fn of_appeal(
    (id, links): (NoticeId, bool),
    audience: &Audience,
    policy: &Policy,
    (appeal, came_to): (&Appeal, Option<&CameTo<'_>>),
    now: DateTime<Utc>,
) -> Option<Notice> {
    let when = policy.notices.of_decisions();
    let asked = appeal.about.asked.last();
    let open = asked.filter(|_| appeal.stored == appeal::State::NeedsInfo);
    let pass = open.map(|asked| pass(now, asked.until));
    let decision = appeal.about.decision.as_ref();
    let message = Message {
        subject: Subject::Appeal {
            id: appeal.id,
            outcome: decision.map(|decision| decision.outcome),
        },
        when,
        language: audience.language(),
        text: text::appeal(audience, (appeal, came_to), open)?,
        pass: pass.filter(|_| links && policy.notices.links),
    };
    let about = (audience.community, appeal.case, appeal.user);
    (when != When::Off).then(|| notice(id, about, message, now))
}

/// The link that goes with what is told of a case, if that may be appealed: as long as it may, within what a link may last.
fn pass_of(eligibility: &Eligibility, now: DateTime<Utc>) -> Option<Pass> {
    let may_be = eligibility
        .barrier
        .as_ref()
        .is_none_or(|barrier| barrier.from().is_some());
    may_be.then(|| pass(now, eligibility.until.unwrap_or(now + LONGEST_LIFE)))
}

/// A link that is good until a moment: for the usual time at the least, and no longer than any may be.
fn pass(now: DateTime<Utc>, until: DateTime<Utc>) -> Pass {
    let (least, most) = (now + DEFAULT_LIFE, now + LONGEST_LIFE);
    Pass {
        made_at: now,
        expires_at: until.clamp(least, most).trunc_subsecs(0),
    }
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
        Ok(match self.links_for(caller).await? {
            Some(addresses) => addresses.notice(&found),
            None => show::notice::notice(&found),
        })
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
        let links = self.links_for(caller).await?;
        let show = |found: &_| match &links {
            Some(addresses) => addresses.notice(found),
            None => show::notice::notice(found),
        };
        Ok(cut(rows, page.limit, |(notice, _)| notice.id, show))
    }

    /// What writes out addresses for a caller, if they may make links themselves.
    async fn links_for(&self, caller: &Caller) -> Result<Option<Addresses>, ServiceError> {
        match caller.require(Scope::AppealsLink) {
            Ok(()) => self.addresses(caller.tenant).await.map(Some),
            Err(_) => Ok(None),
        }
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
