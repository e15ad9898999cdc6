//! What time does to appeals, written down: lapsed claims, drafts and questions that ran out, decisions that are late, and whether a lift has
//! left something to decide.

use crate::domain::explain::Explanation;
use crate::domain::id::UserId;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::appeals::{AppealChange, AppealStep, DueAppeal};
use crate::ports::directory::Change;
use crate::ports::error::StoreError;
use crate::ports::ledger::{ActorRef, PersonRef};
use crate::service::Service;
use crate::service::error::ServiceError;

/// How many cases with points are read at a time.
const PAGE: u32 = 100;

impl Service {
    /// Looks at an appeal whose time has come, and writes down what has happened to it. False where it is gone.
    ///
    /// # Errors
    /// That the store could not answer.
    pub async fn tick_appeal(&self, due: &DueAppeal) -> Result<bool, ServiceError> {
        let DueAppeal {
            tenant,
            community,
            appeal: id,
        } = *due;
        let appeal = match self.store.appeal(tenant, community, id).await {
            Err(StoreError::NotFound(_)) => return Ok(false),
            found => found?,
        };
        let what = if appeal.lifted_at.is_some() {
            let left = self.points_are_left(due, appeal.user, appeal.case).await?;
            AppealStep::SettleLift(id, left)
        } else {
            AppealStep::Tick(id)
        };
        let change = Change::Appeal(Box::new(AppealChange { community, what }));
        match self.change(tenant, ActorRef::System, change, None).await {
            Ok(_) => Ok(true),
            // It was erased or deleted meanwhile.
            Err(ServiceError::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Whether some of the points that a case gave are still there.
    async fn points_are_left(&self, due: &DueAppeal, user: UserId, case: i64) -> Result<bool, ServiceError> {
        let (tenant, community) = (due.tenant, due.community);
        let seen = self.store.look(tenant, community, &PersonRef::User(user)).await?;
        let now = Instant::from_utc(seen.now).map_err(|_| Refusal::ClockOutOfRange)?;
        let at = seen.member.ledger.as_of.map_or(now, |last| last.max(now));
        let user = seen.target.map_or(user, |target| target.user);
        let settled = self.looking_back(tenant, community, user, |past| {
            let mut state = seen.member.clone();
            state.settle(&seen.timeline, past, at);
            (state, past.clone())
        });
        let (state, past) = settled.await?;
        let mut explanation = Explanation::of(&state);
        let mut before = (at, seen.next_case);
        while !explanation.is_complete() {
            let cases = self
                .store
                .terms(tenant, community, user, at, Some(before), PAGE)
                .await?;
            let Some(last) = cases.last() else { break };
            before = (last.at, last.number);
            let there = cases.iter().any(|term| term.number == case);
            for term in &cases {
                explanation.add(&state, &seen.timeline, &past, term);
            }
            if there {
                break;
            }
        }
        Ok(explanation.terms().iter().any(|term| term.case == case))
    }
}
