//! Acts that wait for others: read them, approve one, reject one.

use super::caller::{Caller, NamedActor};
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::act::Command;
use crate::domain::held::{Held, HeldState};
use crate::domain::id::{CommunityId, HeldId};
use crate::domain::policy_check::Finding;
use crate::ports::ledger::{ActorRef, Submission};
use wire::held::HeldAct;
use wire::key::Scope;

impl Service {
    /// An act that waits or has waited.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn held_act(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: HeldId,
    ) -> Result<HeldAct, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let held = self.store.held(caller.tenant, community, id).await?;
        Ok(show::held::held(community, &held, self.now()?))
    }

    /// Acts that wait or have waited, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn held_acts(
        &self,
        caller: &Caller,
        community: CommunityId,
        state: Option<HeldState>,
        page: After<HeldId>,
    ) -> Result<Listed<HeldAct, HeldId>, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let now = self.now()?;
        let rows = self
            .store
            .held_acts(caller.tenant, community, state, one_more(page))
            .await?;
        let show = |held: &_| show::held::held(community, held, now);
        Ok(cut(rows, page.limit, |held| held.id, show))
    }

    /// Approves a held act, or tries that out; with the last approval that it needs it is carried out. Approvals are given by people.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way of the approval or of the act.
    pub async fn approve(
        &self,
        caller: &Caller,
        community: CommunityId,
        held: HeldId,
        (actor, dry_run): (Option<NamedActor>, bool),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let actor = caller.actor(actor)?;
        if !matches!(actor, ActorRef::Human { .. }) {
            return Err(ServiceError::Invalid(vec![Finding {
                pointer: "/actor".to_owned(),
                detail: "an approval is a person's: name who gives it by `platform` and `id`".to_owned(),
            }]));
        }
        let command = Command::Approve { held };
        let (submission, held) = self.about_held(caller, community, actor, command, claim).await?;
        if dry_run {
            self.preview_approval(&submission, &held).await
        } else {
            self.pipeline.submit(submission).await
        }
    }

    /// Rejects a held act, or withdraws it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what stands in the way.
    pub async fn reject(
        &self,
        caller: &Caller,
        community: CommunityId,
        held: HeldId,
        (actor, reason): (Option<NamedActor>, Option<String>),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::ActsWrite)?;
        caller.enter(community)?;
        let actor = caller.actor(actor)?;
        let command = Command::Reject { held, reason };
        let (submission, _) = self.about_held(caller, community, actor, command, claim).await?;
        self.pipeline.submit(submission).await
    }

    /// A command about a held act, for the ledger of the member whom it is upon, so that both are locked together; and the act.
    async fn about_held(
        &self,
        caller: &Caller,
        community: CommunityId,
        actor: ActorRef,
        command: Command,
        claim: Option<Claim>,
    ) -> Result<(Submission, Held), ServiceError> {
        let id = command.held().ok_or(ServiceError::Lost)?;
        let held = self.store.held(caller.tenant, community, id).await?;
        let submission = Submission {
            tenant: caller.tenant,
            community,
            member: PersonRef::User(held.user),
            actor,
            command,
            claim,
            in_hand: None,
            run: None,
        };
        Ok((submission, held))
    }
}
