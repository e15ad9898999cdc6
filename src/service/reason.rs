//! Another reason for a case. The earlier one is kept as a revision.

use super::caller::{Caller, NamedActor};
use super::error::{ServiceError, applied};
use super::judge::json;
use super::records::case_tag;
use super::{Answer, Outcome, Service, detached, show};
use crate::domain::actor::{Acting, Actor, Target};
use crate::domain::authority;
use crate::domain::case::Case;
use crate::domain::id::CommunityId;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::ports::answer::NewEvent;
use crate::ports::directory::{Change, Changed, Order, Render, Rendered};
use chrono::{DateTime, Utc};
use wire::event::{EventData, types};
use wire::key::Scope;

impl Service {
    /// Gives a case another reason, if it is still at one of the versions that the caller saw.
    ///
    /// # Errors
    /// [`ServiceError::Stale`] when it has moved on, and what else stands in the way; nothing was written then.
    pub async fn change_reason(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
        seen: &[String],
        actor: Option<NamedActor>,
        reason: Option<String>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let by = caller.actor(actor)?;
        let case = self.store.case(caller.tenant, community, number).await?;
        if !seen.contains(&case_tag(&case)) {
            return Err(ServiceError::Stale {
                current: case.revision,
            });
        }
        let order = Order {
            tenant: caller.tenant,
            by,
            change: Change::ChangeReason {
                community,
                number,
                // What changes between this read and the write makes the store refuse.
                expected: case.revision,
                reason,
            },
            claim: None,
        };
        let store = self.store.clone();
        detached(async move { applied(store.apply(&order, &ReasonChange).await?) }).await
    }
}

/// Writes out a changed reason, under the rule that who may act like this may also word it.
struct ReasonChange;

impl Render for ReasonChange {
    fn render(&self, changed: &Changed, _: &Actor, now: DateTime<Utc>) -> Rendered {
        let Changed::Case(community, case) = changed else {
            // The store gives back what was changed, and that was a case.
            return Rendered {
                answer: Answer {
                    body: "null".to_owned(),
                    tag: String::new(),
                },
                events: Vec::new(),
            };
        };
        let shown = show::case::case(*community, case);
        let body = json(&shown);
        let data = EventData {
            case: Some(shown),
            ..EventData::default()
        };
        let event = NewEvent {
            kind: types::CASE_REASON_CHANGED,
            community: Some(*community),
            user: Some(case.user),
            at: now,
            data: json(&data),
        };
        Rendered {
            answer: Answer {
                body,
                tag: case_tag(case),
            },
            events: vec![event],
        }
    }

    fn may_edit(
        &self,
        case: &Case,
        target: &Target,
        acting: &Acting,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        // Nothing happens to the member, so their immunity does not hinder.
        authority::check(policy, case.kind, acting, target, true)
    }
}
