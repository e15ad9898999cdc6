//! Standing and explanations at a moment: past ones with what is known now, future ones as if nothing else happened.

use super::caller::Caller;
use super::error::ServiceError;
use super::{PersonRef, Service, show};
use crate::domain::explain::{Explanation, Term};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::member::Member;
use crate::domain::policy::Timeline;
use crate::domain::refusal::Refusal;
use crate::domain::standing::standing;
use crate::domain::time::Instant;
use std::sync::Arc;
use wire::key::Scope;

/// How many terms an explanation lists at most.
const MOST_TERMS: usize = 200;
/// How many cases are read at a time.
const PAGE: u32 = 100;

/// A member at a moment.
struct View {
    timeline: Arc<Timeline>,
    user: Option<UserId>,
    state: Member,
    at: Instant,
    /// The number that the next case would have got: later ones are not part of the view.
    next_case: i64,
}

impl Service {
    /// A member's standing at a moment, by default now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community or a user named by id, or that the key may not read it.
    pub async fn standing(
        &self,
        caller: &Caller,
        community: CommunityId,
        member: &PersonRef,
        at: Option<Instant>,
    ) -> Result<wire::standing::Standing, ServiceError> {
        let view = self.view(caller, community, member, at).await?;
        let standing = standing(&view.timeline, &view.state, view.at);
        Ok(show::standing::standing(community, view.user, &standing))
    }

    /// Every term of a member's balance at a moment, by default now.
    ///
    /// # Errors
    /// As for [`Service::standing`].
    pub async fn explanation(
        &self,
        caller: &Caller,
        community: CommunityId,
        member: &PersonRef,
        at: Option<Instant>,
    ) -> Result<wire::standing::Explanation, ServiceError> {
        let mut view = self.view(caller, community, member, at).await?;
        let standing = standing(&view.timeline, &view.state, view.at);
        let shown = show::standing::standing(community, view.user, &standing);
        view.state.settle(&view.timeline, view.at);
        let (terms, complete) = self.terms(caller, community, &view).await?;
        let policy = &view.timeline.in_force(view.at).policy;
        Ok(show::standing::explanation(shown, policy, &terms, complete))
    }

    async fn view(
        &self,
        caller: &Caller,
        community: CommunityId,
        member: &PersonRef,
        at: Option<Instant>,
    ) -> Result<View, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let seen = self.store.look(caller.tenant, community, member).await?;
        let now = Instant::from_utc(seen.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let as_of = seen.member.ledger.as_of;
        // A clock that lags behind the last entry must not take now for the past.
        let at = at.unwrap_or_else(|| as_of.map_or(now, |last| last.max(now)));
        let user = seen.target.map(|target| target.user);
        let state = match user {
            Some(user) if as_of.is_some_and(|last| at < last) => {
                self.store.state_at(caller.tenant, community, user, at).await?
            }
            _ => seen.member,
        };
        Ok(View {
            timeline: seen.timeline,
            user,
            state,
            at,
            next_case: seen.next_case,
        })
    }

    /// The terms of a settled view, read back page by page until the balance is explained.
    async fn terms(
        &self,
        caller: &Caller,
        community: CommunityId,
        view: &View,
    ) -> Result<(Vec<Term>, bool), ServiceError> {
        let policy = &view.timeline.in_force(view.at).policy;
        let mut explanation = Explanation::of(&view.state);
        let (mut before, mut read) = ((view.at, view.next_case), 0);
        while let Some(user) = view
            .user
            .filter(|_| !explanation.is_complete() && read < MOST_TERMS)
        {
            let cases = self
                .store
                .terms(caller.tenant, community, user, view.at, Some(before), PAGE)
                .await?;
            for case in &cases {
                explanation.add(&view.state, policy, case);
            }
            read += cases.len();
            match cases.last() {
                Some(last) => before = (last.at, last.number),
                None => break,
            }
        }
        let complete = explanation.is_complete();
        let mut terms = explanation.terms();
        terms.truncate(MOST_TERMS);
        Ok((terms, complete))
    }
}
