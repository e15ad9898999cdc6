//! What visitors do about their appeal. To send the same form again changes nothing.

use super::{Form, Visitor};
use crate::domain::appeal::{Appeal, Rules, Saying, State, Statement};
use crate::domain::id::AppealId;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::appeals::{AppealChange, AppealFilter, AppealStep};
use crate::ports::directory::{After, Change};
use crate::ports::ledger::ActorRef;
use crate::service::appeals::Filing;
use crate::service::error::ServiceError;
use crate::service::{Claim, Service};

/// How many of a case's appeals are looked at.
const MOST: u32 = 100;

impl Service {
    /// A visitor appeals against the case.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn visitor_appeals(
        &self,
        visitor: &Visitor,
        filing: Filing,
        form: &Form,
    ) -> Result<(), ServiceError> {
        let claim = form.claim("appeal", &written(&filing));
        let what = AppealStep::File {
            id: AppealId(self.ids.fresh()),
            case: visitor.case,
            saying: Saying {
                statement: self.said(filing.saying),
                answers: filing.answers,
            },
            draft: false,
        };
        self.visitor_does(visitor, what, claim).await
    }

    /// A visitor says something more in their open appeal: where a reviewer has asked, that is the answer, and a draft is handed in with it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is none, or what stands in the way.
    pub async fn visitor_says(
        &self,
        visitor: &Visitor,
        filing: Filing,
        form: &Form,
    ) -> Result<(), ServiceError> {
        let appeal = self.appeal_of(visitor).await?;
        let claim = form.claim("say", &written(&filing));
        let statement = self.said(filing.saying);
        let what = match appeal.stored {
            State::Draft => AppealStep::Submit(appeal.id, Some(statement), filing.answers),
            _ => AppealStep::AddStatement(appeal.id, statement),
        };
        self.visitor_does(visitor, what, claim).await
    }

    /// A visitor takes their open appeal back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is none, or what stands in the way.
    pub async fn visitor_withdraws(&self, visitor: &Visitor, form: &Form) -> Result<(), ServiceError> {
        let appeal = self.appeal_of(visitor).await?;
        let claim = form.claim("withdraw", &appeal.id.to_string());
        self.visitor_does(visitor, AppealStep::Withdraw(appeal.id), claim)
            .await
    }

    fn said(&self, saying: crate::service::appeals::Saying) -> Statement {
        Statement {
            at: self.clock.now(),
            text: saying.text,
            evidence: saying.evidence,
        }
    }

    async fn visitor_does(
        &self,
        visitor: &Visitor,
        what: AppealStep,
        claim: Claim,
    ) -> Result<(), ServiceError> {
        let community = visitor.community;
        let change = Change::Appeal(Box::new(AppealChange { community, what }));
        self.change(visitor.tenant, ActorRef::System, change, Some(claim))
            .await
            .map(drop)
    }

    /// The latest appeal against a visitor's case.
    async fn appeal_of(&self, visitor: &Visitor) -> Result<Appeal, ServiceError> {
        let appeals = self.appeals_of(visitor).await?;
        appeals.into_iter().next().ok_or(ServiceError::NotFound("appeal"))
    }

    /// The appeals against a visitor's case, the newest first.
    pub(super) async fn appeals_of(&self, visitor: &Visitor) -> Result<Vec<Appeal>, ServiceError> {
        let filter = AppealFilter {
            case: Some(visitor.case),
            ..AppealFilter::default()
        };
        let newest = After {
            after: None,
            limit: MOST,
        };
        let found = self
            .store
            .appeals(visitor.tenant, visitor.community, &filter, newest)
            .await?;
        Ok(found)
    }

    /// What the policy in force says of appeals.
    pub(super) async fn appeal_rules(&self, visitor: &Visitor) -> Result<Rules, ServiceError> {
        let (now, timeline) = self.store.rules(visitor.tenant, visitor.community).await?;
        let second = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        Ok(timeline.in_force(second).policy.appeals.clone())
    }
}

/// What a form was sent with, to tell it from the same form with something else in it.
fn written(filing: &Filing) -> String {
    let answers = filing.answers.iter().flat_map(|(id, text)| [id.as_str(), text]);
    let all = [filing.saying.text.as_str()].into_iter();
    let all = all
        .chain(filing.saying.evidence.iter().map(String::as_str))
        .chain(answers);
    all.collect::<Vec<_>>().join("\0")
}
