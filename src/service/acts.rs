//! Acts on members: record one, try one out, lift one sanction, record that one's time is over.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::judge::{answer, json};
use super::{Answer, Claim, Outcome, PersonRef, Service};
use crate::domain::act::{Act, Command, Situation};
use crate::domain::actor::{Acting, Target};
use crate::domain::case::Particulars;
use crate::domain::decide::foresee;
use crate::domain::hold::{Spent, sought};
use crate::domain::id::{CommunityId, HeldId, SanctionId, TenantId, UserId};
use crate::domain::rank::Authority;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::ledger::{ActorRef, Submission};
use crate::ports::timers::DueTimer;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::act::ActAnswer;
use wire::key::Scope;

/// An act as a call asks for it.
#[derive(Clone, Debug)]
pub struct ActOrder {
    /// Upon whom.
    pub member: PersonRef,
    /// The person who acts, if the call names one.
    pub actor: Option<NamedActor>,
    /// What.
    pub act: Act,
    /// Decide without effect.
    pub dry_run: bool,
}

/// The lift of one sanction as a call asks for it.
#[derive(Clone, Debug)]
pub struct LiftOrder {
    /// Which one.
    pub sanction: SanctionId,
    /// The person who acts, if the call names one.
    pub actor: Option<NamedActor>,
    /// Why.
    pub particulars: Particulars,
    /// Decide without effect.
    pub dry_run: bool,
}

/// Who acts and is unknown so far, while an act is tried out: the store has no other id for them.
const NOBODY: UserId = UserId(Uuid::nil());
/// The same for the member, who is somebody else than who acts.
const SOMEBODY: UserId = UserId(Uuid::max());

/// Whoever is unknown has no id before an act is recorded.
pub(super) fn without_strangers(shown: &mut ActAnswer, is_stranger: impl Fn(&String) -> bool) {
    let forget = |user: &mut Option<String>| *user = user.take().filter(|id| !is_stranger(id));
    forget(&mut shown.standing.user);
    for case in std::iter::once(&mut shown.case).chain(&mut shown.escalations) {
        forget(&mut case.member.user);
        forget(&mut case.actor.user);
    }
}

impl Service {
    /// Records an act, or tries it out.
    ///
    /// # Errors
    /// Whatever stands in its way; nothing was written then.
    pub async fn act(
        &self,
        caller: &Caller,
        community: CommunityId,
        order: ActOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let actor = caller.actor(order.actor)?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: order.member,
            actor,
            command: Command::Act(order.act),
            claim,
        };
        if order.dry_run {
            self.preview(&submission).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Lifts one sanction, or tries it out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a sanction that does not exist, or what stands in the way of the lift.
    pub async fn lift(
        &self,
        caller: &Caller,
        community: CommunityId,
        order: LiftOrder,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let LiftOrder {
            sanction,
            actor,
            particulars,
            dry_run,
        } = order;
        let held = self.store.sanction(caller.tenant, community, sanction).await?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: PersonRef::User(held.user),
            actor: caller.actor(actor)?,
            command: Command::Lift {
                sanction,
                particulars,
            },
            claim,
        };
        if dry_run {
            self.preview(&submission).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Records that a sanction's time is over. Does nothing when it has moved on.
    ///
    /// # Errors
    /// What kept the store from it; the timer stays and comes again.
    pub async fn expire(&self, timer: &DueTimer) -> Result<(), ServiceError> {
        let submission = Submission {
            tenant: timer.tenant,
            community: timer.community,
            member: PersonRef::User(timer.user),
            actor: ActorRef::System,
            command: Command::Expire {
                sanction: timer.sanction,
                version: timer.version,
            },
            claim: None,
        };
        match self.pipeline.submit(submission).await {
            // The community was deleted, and the timer goes with its rows.
            Err(ServiceError::NotFound(_)) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Why nothing is changed in a community: it is archived, or its tenant is.
    pub(super) async fn closed(
        &self,
        tenant: TenantId,
        community: CommunityId,
    ) -> Result<Option<Refusal>, ServiceError> {
        let community = self.store.community(tenant, community).await?;
        if self.store.tenant(tenant).await?.archived_at.is_some() {
            return Ok(Some(Refusal::TenantArchived));
        }
        Ok(community.archived_at.map(|_| Refusal::Archived))
    }

    /// Decides without effect, over the state as it stands.
    async fn preview(&self, submission: &Submission) -> Result<Outcome, ServiceError> {
        let Submission {
            tenant,
            community,
            member,
            actor,
            command,
            ..
        } = submission;
        if let Some(refusal) = self.closed(*tenant, *community).await? {
            return Err(refusal.into());
        }
        let seen = self.store.look(*tenant, *community, member).await?;
        let acting = self.store.acting(*tenant, *community, actor).await?;
        let named = match actor {
            ActorRef::Human { person, .. } => Some(person),
            ActorRef::Key { .. } | ActorRef::Automod { .. } | ActorRef::System => None,
        };
        let stranger = Target {
            user: if named == Some(member) { NOBODY } else { SOMEBODY },
            authority: Authority::default(),
            protected: false,
            bot: false,
        };
        let target = seen.target.unwrap_or(stranger);
        let spent = self.spent(submission, &acting, seen.now, &seen.timeline).await?;
        let decided = self.looking_back(*tenant, *community, target.user, |past| {
            let situation = Situation {
                now: seen.now,
                timeline: &seen.timeline,
                member: &seen.member,
                recent: &seen.recent,
                target,
                acting: &acting,
                next_case: seen.next_case,
                past,
                spent: &spent,
                held: None,
            };
            let (decision, hold) = foresee(&situation, command, &mut || self.ids.fresh())?;
            Ok(answer(*community, &situation, &decision, Some(hold.as_ref())))
        });
        let decided: Result<_, Refusal> = decided.await?;
        let mut shown = decided?.ok_or(ServiceError::Lost)?;
        let strangers = [NOBODY.to_string(), SOMEBODY.to_string()];
        without_strangers(&mut shown, |id| strangers.contains(id));
        Ok(tried(&shown))
    }

    /// What is spent of the budgets that an act would count in, as far as the policy has some.
    pub(super) async fn spent(
        &self,
        submission: &Submission,
        acting: &Acting,
        now: DateTime<Utc>,
        timeline: &Timeline,
    ) -> Result<Spent, ServiceError> {
        let mut spent = Spent::default();
        let (Command::Act(act), Ok(now)) = (&submission.command, Instant::from_utc(now)) else {
            return Ok(spent);
        };
        let policy = &timeline.in_force(now).policy;
        let sought = sought(policy, &acting.actor, act.kind(), now);
        if !sought.is_empty() {
            let (tenant, community) = (submission.tenant, submission.community);
            let counts = self.store.spent(tenant, community, &sought).await?;
            for (sought, acts) in sought.iter().zip(counts) {
                spent.learn(sought, acts);
            }
        }
        Ok(spent)
    }
}

/// The outcome of an act that was only tried out.
pub(super) fn tried(shown: &ActAnswer) -> Outcome {
    let tag = match &shown.hold {
        Some(_) => HeldId::PREFIX.to_owned(),
        None => shown.case.number.to_string(),
    };
    let body = json(shown);
    Outcome {
        answer: Answer { body, tag },
        replayed: false,
    }
}
