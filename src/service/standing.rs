//! Standing and explanations at a moment: past ones with what is known now, future ones as if nothing else happened.

use super::caller::Caller;
use super::error::ServiceError;
use super::{After, PersonRef, Service, show};
use crate::domain::case::Case;
use crate::domain::explain::Explanation;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::member::Member;
use crate::domain::outlook::Outlook;
use crate::domain::points::Points;
use crate::domain::refusal::Refusal;
use crate::domain::sentences::{Account, sentences};
use crate::domain::standing::{Standing, standing};
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::record::CaseFilter;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;
use wire::key::Scope;

/// How many terms an explanation lists at most.
const MOST_TERMS: usize = 200;
/// How many of the member's newest cases are looked at for such as were voided or reduced.
const NEWEST_TOLD: u32 = 50;
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
        let standing = self.standing_of(caller, community, &view).await?;
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
        let view = self.view(caller, community, member, at).await?;
        let standing = self.standing_of(caller, community, &view).await?;
        let cases = self
            .cases_behind(caller, community, &view, standing.exact)
            .await?;
        let told = self.cases_told(caller, community, &view, &standing).await?;
        let policy = &view.timeline.in_force(view.at).policy;
        let explained = self.looking_back(caller.tenant, community, view.known(), |past| {
            let mut state = view.state.clone();
            state.settle(&view.timeline, past, view.at);
            let mut explanation = Explanation::of(&state);
            for case in &cases {
                explanation.add(&state, &view.timeline, past, case);
            }
            let carried = explanation.carried(&state, &view.timeline, past);
            let (complete, mut terms) = (explanation.is_complete(), explanation.terms());
            terms.truncate(MOST_TERMS);
            let sentences = sentences(&Account {
                standing: &standing,
                policy,
                terms: &terms,
                complete,
                carried: carried.as_ref(),
                offences: &state.ledger.tally.offences,
                cases: &told,
            });
            (complete, carried, terms, sentences)
        });
        let (complete, carried, terms, sentences) = explained.await?;
        let shown = show::standing::standing(community, view.user, &standing);
        Ok(show::standing::explanation(
            shown,
            policy,
            &terms,
            carried.as_ref(),
            complete,
            sentences,
        ))
    }

    /// The cases that a standing's sentences are about besides its terms: the member's newest, those that started the sanctions in
    /// force, and their causes. So many at most, however long the history is.
    async fn cases_told(
        &self,
        caller: &Caller,
        community: CommunityId,
        view: &View,
        standing: &Standing,
    ) -> Result<Vec<Case>, ServiceError> {
        let Some(user) = view.user else {
            return Ok(Vec::new());
        };
        let filter = CaseFilter {
            user: Some(user),
            until: Some(view.at.shifted(1)),
            ..CaseFilter::default()
        };
        let newest = After {
            after: None,
            limit: NEWEST_TOLD,
        };
        let (tenant, store) = (caller.tenant, &self.store);
        let mut cases = store.cases(tenant, community, &filter, newest).await?;
        let missing = |wanted: &mut dyn Iterator<Item = i64>, cases: &[Case]| -> Vec<i64> {
            let numbers: BTreeSet<i64> = wanted
                .filter(|number| cases.iter().all(|case| case.number != *number))
                .collect();
            numbers.into_iter().collect()
        };
        let starting = standing.sanctions.iter().map(|sanction| sanction.case);
        let numbers = missing(&mut starting.clone(), &cases);
        if !numbers.is_empty() {
            cases.extend(store.numbered(tenant, community, &numbers).await?);
        }
        let started: BTreeSet<i64> = starting.collect();
        let escalated = cases.iter().filter(|case| started.contains(&case.number));
        let numbers = missing(
            &mut escalated.filter_map(|case| case.causes.last().copied()),
            &cases,
        );
        if !numbers.is_empty() {
            cases.extend(store.numbered(tenant, community, &numbers).await?);
        }
        Ok(cases)
    }

    async fn standing_of(
        &self,
        caller: &Caller,
        community: CommunityId,
        view: &View,
    ) -> Result<Standing, ServiceError> {
        self.looking_back(caller.tenant, community, view.known(), |past| {
            standing(&view.timeline, &view.state, past, view.at)
        })
        .await
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
        self.view_of(caller.tenant, community, member, at).await
    }

    /// A member's standing now, and what becomes of it if nothing else happens. Whoever asks has a right to it.
    pub(super) async fn outlook(
        &self,
        tenant: TenantId,
        community: CommunityId,
        member: &PersonRef,
    ) -> Result<(Standing, Outlook), ServiceError> {
        let view = self.view_of(tenant, community, member, None).await?;
        self.looking_back(tenant, community, view.known(), |past| {
            let standing = standing(&view.timeline, &view.state, past, view.at);
            let outlook = Outlook::of(&view.timeline, &view.state, past, &standing);
            (standing, outlook)
        })
        .await
    }

    async fn view_of(
        &self,
        tenant: TenantId,
        community: CommunityId,
        member: &PersonRef,
        at: Option<Instant>,
    ) -> Result<View, ServiceError> {
        let seen = self.store.look(tenant, community, member).await?;
        let now = Instant::from_utc(seen.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let as_of = seen.member.ledger.as_of;
        // A clock that lags behind the last entry must not take now for the past.
        let at = at.unwrap_or_else(|| as_of.map_or(now, |last| last.max(now)));
        let user = seen.target.map(|target| target.user);
        let state = match user {
            Some(user) if as_of.is_some_and(|last| at < last) => {
                self.store.state_at(tenant, community, user, at).await?
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

    /// The cases that hold a balance, newest first, read back page by page until they are enough to explain it.
    async fn cases_behind(
        &self,
        caller: &Caller,
        community: CommunityId,
        view: &View,
        balance: Points,
    ) -> Result<Vec<Case>, ServiceError> {
        let (mut found, mut sum): (Vec<Case>, Points) = (Vec::new(), Points::ZERO);
        let mut before = (view.at, view.next_case);
        while let Some(user) = view.user.filter(|_| sum < balance && found.len() < MOST_TERMS) {
            let cases = self
                .store
                .terms(caller.tenant, community, user, view.at, Some(before), PAGE)
                .await?;
            let Some(last) = cases.last() else { break };
            before = (last.at, last.number);
            sum = cases.iter().fold(sum, |sum, case| sum.plus(case.points));
            found.extend(cases);
        }
        Ok(found)
    }
}

impl View {
    /// Whose past to look back to; nobody has none.
    fn known(&self) -> UserId {
        self.user.unwrap_or(UserId(Uuid::nil()))
    }
}
