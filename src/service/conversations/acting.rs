//! Acts that were confirmed: submitted to the usual judge, once.
//!
//! An act has a transaction of its own. So the session waits in its state, and the act claims a key that is the conversation's: however often it
//! is handed in, by whoever looks after it, it is done once. The key is kept as long as the conversation is.

use crate::domain::act::{Act, Command, Detail};
use crate::domain::case::Particulars;
use crate::domain::conversation::{Session, Value};
use crate::domain::id::{CommunityId, ConversationId, HeldId, TenantId};
use crate::domain::identity::Identity;
use crate::domain::kind::Kind;
use crate::domain::name::Name;
use crate::domain::policy_check::Finding;
use crate::domain::time::Span;
use crate::ports::conversations::{Came, ConversationChange, ConversationStep, act_key};
use crate::ports::directory::Change;
use crate::ports::ledger::{ActorRef, Submission};
use crate::service::auth::{self, BadKey};
use crate::service::caller::Caller;
use crate::service::error::ServiceError;
use crate::service::{Claim, Outcome, PersonRef, Service};
use std::collections::BTreeMap;
use wire::key::Scope;

impl Service {
    /// Submits the act of a conversation that was confirmed just now. Where that cannot be for the moment, the answer says that the service is at
    /// work, and the job looks after it.
    pub(super) async fn act_for(
        &self,
        caller: &Caller,
        community: CommunityId,
        confirmed: Outcome,
    ) -> Result<Outcome, ServiceError> {
        let Some(id) = ConversationId::parse(&confirmed.answer.tag) else {
            return Ok(confirmed);
        };
        match self.finish_act(caller.tenant, (community, id)).await {
            Ok(finished) => Ok(Outcome {
                replayed: confirmed.replayed,
                ..finished
            }),
            Err(error) if error.is_passing() => Ok(confirmed),
            Err(error) => Err(error),
        }
    }

    /// Submits the act of a conversation that waits for it, and leads the conversation on by what it came to.
    ///
    /// # Errors
    /// What passes by itself: it is to be tried again.
    pub(super) async fn finish_act(
        &self,
        tenant: TenantId,
        (community, id): (CommunityId, ConversationId),
    ) -> Result<Outcome, ServiceError> {
        let (session, _) = self.store.conversation(tenant, community, id).await?;
        let came = match self.submit_act(tenant, &session).await {
            Ok(outcome) => match HeldId::parse(&outcome.answer.tag) {
                Some(held) => Came::Held(held.to_string()),
                None => Came::Done(outcome.answer.tag.parse().unwrap_or_default()),
            },
            Err(error) if error.is_passing() => return Err(error),
            Err(ServiceError::Store(error)) => return Err(ServiceError::Store(error)),
            Err(ServiceError::Lost) => return Err(ServiceError::Lost),
            Err(error) => Came::Refused(error.to_string()),
        };
        let what = ConversationStep::Came(id, came);
        let change = Change::Conversation(Box::new(ConversationChange { community, what }));
        self.change(tenant, ActorRef::System, change, None).await
    }

    async fn submit_act(&self, tenant: TenantId, session: &Session) -> Result<Outcome, ServiceError> {
        if session.ended.is_some() {
            return Err(ServiceError::NotFound("conversation"));
        }
        let key = session.link.key.ok_or(BadKey::Unknown)?;
        let key = self.store.key(tenant, key).await?;
        auth::lets_in(&key, self.clock.now())?;
        let caller = auth::caller(&key, None);
        caller.enter(session.community)?;
        caller.require(Scope::ActsWrite)?;
        let (member, act) = act(&session.data).map_err(|found| ServiceError::Invalid(vec![found]))?;
        let submission = Submission {
            tenant,
            community: session.community,
            member,
            actor: ActorRef::Human {
                person: PersonRef::User(session.user),
                asserted: None,
                key: key.id,
            },
            command: Command::Act(act),
            claim: Some(Claim {
                key: act_key(session.id),
                fingerprint: [0; 32],
            }),
            in_hand: None,
            run: None,
        };
        self.pipeline.submit(submission).await
    }
}

/// The act that a conversation is about, and upon whom.
pub(super) fn act(data: &BTreeMap<Name, Value>) -> Result<(PersonRef, Act), Finding> {
    let wrong = |field: &str, detail: String| Finding {
        pointer: format!("/data/{field}"),
        detail,
    };
    let text = |name: &str| match data.get(&Name::new(name).ok()?)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let member = text("member").unwrap_or_default();
    let member = crate::domain::id::UserId::parse(&member)
        .map(PersonRef::User)
        .or_else(|| Identity::parse(&member).ok().map(PersonRef::Identity))
        .ok_or_else(|| {
            wrong(
                "member",
                "write a user id (usr_…) or platform:native_id".to_owned(),
            )
        })?;
    let kind = text("kind").unwrap_or_default();
    let kind = Kind::named(&kind).map_err(|error| wrong("kind", error.to_string()))?;
    let seconds = Name::new("duration").ok().and_then(|name| data.get(&name));
    let duration = match seconds {
        Some(Value::Integer(seconds)) => {
            let span = Span::new(*seconds).map_err(|error| wrong("duration", error.to_string()))?;
            Some(span)
        }
        _ => None,
    };
    let particulars = Particulars {
        reason: text("reason"),
        named: match &member {
            PersonRef::Identity(identity) => Some(identity.clone()),
            PersonRef::User(_) => None,
        },
        ..Particulars::default()
    };
    let act = Act::new(kind, Detail::lasting(duration), particulars);
    let act = act.map_err(|error| wrong("duration", error.to_string()))?;
    Ok((member, act))
}
