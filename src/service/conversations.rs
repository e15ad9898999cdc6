//! Conversations: begun, led on, taken back, and looked at.

mod acting; // acts that were confirmed
mod appealing; // whose case it is
mod code; // one-time codes
mod due; // time leads on
mod unsaid; // why nothing comes of it

pub use due::Moved;
pub use unsaid::Unsaid;

use super::caller::Caller;
use super::error::ServiceError;
use super::keys::reveal;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::appeal::Question;
use crate::domain::conversation::{
    Event, Flow, FlowName, Session, Shipped, Source, Value, answers, intake, shipped,
};
use crate::domain::id::{AppealId, CommunityId, ConversationId, MergeId, UserId};
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::ports::conversations::{
    Advancing, ConversationChange, ConversationFilter, ConversationStep, Fresh, Starting,
};
use crate::ports::directory::Change;
use code::LinkCode;
use std::collections::BTreeMap;
use wire::conversation::Conversation;
use wire::key::Scope;

/// A conversation to begin, as a call asks for it.
#[derive(Clone, Debug)]
pub struct StartOrder {
    /// The flow.
    pub flow: FlowName,
    /// With whom.
    pub member: PersonRef,
    /// Where.
    pub channel: String,
    /// What it is started with.
    pub data: BTreeMap<String, Value>,
}

/// Something that happens, as a call says it.
#[derive(Clone, Debug)]
pub struct AdvanceOrder {
    /// The step that the caller saw.
    pub step: i32,
    /// What.
    pub event: Name,
    /// The answers.
    pub answers: BTreeMap<String, Value>,
    /// Who did it, where a person did.
    pub by: Option<PersonRef>,
}

impl Service {
    /// Begins a conversation.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community or the flow, [`ServiceError::Invalid`] for what it is started with,
    /// [`Unsaid::Running`] when there is one.
    pub async fn start_conversation(
        &self,
        caller: &Caller,
        community: CommunityId,
        order: StartOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ConversationsWrite)?;
        caller.enter(community)?;
        // What is not there comes before what the key may not do in it.
        self.store.community(caller.tenant, community).await?;
        let (flow, questions) = self.flow_to_start(caller, community, &order.flow).await?;
        let data = answers(&flow.draft().takes, &order.data, "/data").map_err(ServiceError::Invalid)?;
        match Shipped::named(flow.name()) {
            Some(Shipped::ConfirmAct) => {
                acting::act(&data).map_err(|found| ServiceError::Invalid(vec![found]))?;
            }
            Some(Shipped::EnterCode | Shipped::LinkAccount) => named(&order.member)?,
            Some(Shipped::Appeal) => {
                self.is_theirs(caller.tenant, community, &order.member, &data)
                    .await?;
            }
            None => {}
        }
        let code = LinkCode::draw(&*self.ids)?;
        let starting = Starting {
            id: ConversationId(self.ids.fresh()),
            flow,
            person: order.member,
            channel: order.channel,
            data,
            questions,
            fresh: self.fresh(caller, &code, None),
        };
        let what = ConversationStep::Start(Box::new(starting));
        self.change_conversation(caller, community, what, claim, &code)
            .await
    }

    /// Something happens in a conversation.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or why nothing comes of it.
    pub async fn advance_conversation(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, ConversationId),
        order: AdvanceOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ConversationsWrite)?;
        caller.enter(community)?;
        let (session, _) = self.store.conversation(caller.tenant, community, id).await?;
        may(caller, &session.flow)?;
        if session.flow.is_shipped() && order.by.is_none() {
            let detail = "say who did it: what this flow does is done in their name".to_owned();
            let pointer = "/by".to_owned();
            return Err(ServiceError::Invalid(vec![Finding { pointer, detail }]));
        }
        let entered = match (Shipped::named(&session.flow), order.answers.get("code")) {
            (Some(Shipped::EnterCode), Some(Value::Text(text))) => Some(code::hash(caller.tenant, text)),
            _ => None,
        };
        let code = LinkCode::draw(&*self.ids)?;
        let advancing = Advancing {
            id,
            step: order.step,
            event: Event {
                name: order.event,
                answers: order.answers,
                source: Source::Caller,
            },
            by: order.by,
            fresh: self.fresh(caller, &code, entered),
        };
        let what = ConversationStep::Advance(Box::new(advancing));
        self.change_conversation(caller, community, what, claim, &code)
            .await
    }

    /// Takes a conversation back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that it is over, or that the service is at work for it.
    pub async fn cancel_conversation(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, ConversationId),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ConversationsWrite)?;
        caller.enter(community)?;
        let what = ConversationStep::Cancel(id);
        let change = Change::Conversation(Box::new(ConversationChange { community, what }));
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A conversation as it stands now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn conversation(
        &self,
        caller: &Caller,
        (community, id): (CommunityId, ConversationId),
    ) -> Result<Conversation, ServiceError> {
        caller.require(Scope::ConversationsRead)?;
        caller.enter(community)?;
        let (session, flow) = self.store.conversation(caller.tenant, community, id).await?;
        Ok(self.shown(&session, &flow))
    }

    /// Conversations, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community or the person, or that the key may not read them.
    pub async fn conversations(
        &self,
        caller: &Caller,
        community: CommunityId,
        (running, member): (Option<bool>, Option<PersonRef>),
        page: After<ConversationId>,
    ) -> Result<Listed<Conversation, ConversationId>, ServiceError> {
        caller.require(Scope::ConversationsRead)?;
        caller.enter(community)?;
        let user = match &member {
            Some(person) => Some(self.user_id(caller, person).await?),
            None => None,
        };
        let filter = ConversationFilter { running, user };
        let rows = self
            .store
            .conversations(caller.tenant, community, filter, one_more(page))
            .await?;
        let show = |(session, flow): &(Session, Flow)| self.shown(session, flow);
        Ok(cut(rows, page.limit, |(session, _)| session.id, show))
    }

    /// As it stands now: time has led on as far as it does.
    fn shown(&self, session: &Session, flow: &Flow) -> Conversation {
        let now = session.at(flow, self.clock.now()).map(|next| next.session);
        show::conversation::conversation(now.as_ref().unwrap_or(session), flow)
    }

    /// The flow with which a conversation begins that the key may begin, and what it asks because the policy in force does.
    async fn flow_to_start(
        &self,
        caller: &Caller,
        community: CommunityId,
        name: &FlowName,
    ) -> Result<(Flow, Vec<Question>), ServiceError> {
        let Some(flow) = shipped(name) else {
            return Ok((self.store.flow(caller.tenant, name, None).await?.flow, Vec::new()));
        };
        may(caller, name)?;
        if Shipped::named(name) != Some(Shipped::Appeal) {
            return Ok((flow.clone(), Vec::new()));
        }
        let (now, timeline) = self.store.rules(caller.tenant, community).await?;
        let second = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        let questions = timeline.in_force(second).policy.appeals.questions.clone();
        let flow = intake(&questions).map_err(ServiceError::Invalid)?;
        Ok((flow, questions))
    }

    fn fresh(&self, caller: &Caller, code: &LinkCode, entered: Option<[u8; 32]>) -> Fresh {
        Fresh {
            user: UserId(self.ids.fresh()),
            appeal: AppealId(self.ids.fresh()),
            merge: MergeId(self.ids.fresh()),
            code: code.hash(caller.tenant),
            entered,
            key: caller.key,
        }
    }

    /// Makes the change, and what comes after it: a code is shown once, and an act that was confirmed is submitted.
    async fn change_conversation(
        &self,
        caller: &Caller,
        community: CommunityId,
        what: ConversationStep,
        claim: Option<Claim>,
        code: &LinkCode,
    ) -> Result<Outcome, ServiceError> {
        let change = Change::Conversation(Box::new(ConversationChange { community, what }));
        let outcome = self
            .change(caller.tenant, caller.as_actor(), change, claim)
            .await?;
        let stands: Conversation = show::conversation::read(&outcome.answer)?;
        if stands.flow == Shipped::ConfirmAct.name() && stands.prompt.is_none() {
            return self.act_for(caller, community, outcome).await;
        }
        if stands.flow == Shipped::LinkAccount.name() && stands.state == "code" {
            return reveal(outcome, |body: &mut Conversation| {
                body.code = Some(code.shown());
            });
        }
        Ok(outcome)
    }
}

/// That a key may have done what a shipped flow does.
fn may(caller: &Caller, flow: &FlowName) -> Result<(), ServiceError> {
    match Shipped::named(flow) {
        Some(Shipped::Appeal) => caller.require(Scope::AppealsFile),
        Some(Shipped::ConfirmAct) => caller.require(Scope::ActsWrite),
        Some(Shipped::EnterCode | Shipped::LinkAccount) => {
            caller.require(Scope::UsersWrite)?;
            caller.unbound()
        }
        None => Ok(()),
    }
}

/// Who is linked is named as a platform has them: it is what the other side is shown.
fn named(member: &PersonRef) -> Result<(), ServiceError> {
    if matches!(member, PersonRef::Identity(_)) {
        return Ok(());
    }
    let detail = "name the account that is to be linked, as platform:native_id".to_owned();
    let pointer = "/member".to_owned();
    Err(ServiceError::Invalid(vec![Finding { pointer, detail }]))
}
