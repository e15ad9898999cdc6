//! What would come of an act, of a lift, or of an approval: decided over the state as it stands, without effect.

use super::error::ServiceError;
use super::judge::{answer, json, shown};
use super::{Answer, Outcome, Service};
use crate::domain::act::Situation;
use crate::domain::actor::Target;
use crate::domain::decide::{decide, foresee};
use crate::domain::held::Held;
use crate::domain::id::{HeldId, UserId};
use crate::domain::rank::Authority;
use crate::domain::refusal::Refusal;
use crate::ports::ledger::{ActorRef, Submission};
use uuid::Uuid;
use wire::act::ActAnswer;
use wire::held::ApprovalPreview;

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
        let approvals = case
            .released
            .iter_mut()
            .flat_map(|released| &mut released.approvals);
        approvals.for_each(|approval| forget(&mut approval.by.user));
    }
}

impl Service {
    /// Tries an act or a lift out.
    pub(super) async fn preview(&self, submission: &Submission) -> Result<Outcome, ServiceError> {
        let decided = self.over(submission, None, |situation| {
            let (decision, hold) = foresee(situation, &submission.command, &mut || self.ids.fresh())?;
            Ok(answer(
                submission.community,
                situation,
                &decision,
                Some(hold.as_ref()),
            ))
        });
        let mut shown = decided.await?.ok_or(ServiceError::Lost)?;
        without_strangers(&mut shown, is_stranger);
        Ok(tried(&shown))
    }

    /// Tries the approval of a held act out.
    pub(super) async fn preview_approval(
        &self,
        submission: &Submission,
        held: &Held,
    ) -> Result<Outcome, ServiceError> {
        let community = submission.community;
        let decided = self.over(submission, Some(held), |situation| {
            let decision = decide(situation, &submission.command, &mut || self.ids.fresh())?;
            let act = answer(community, situation, &decision, Some(None));
            let held = decision.held.as_ref();
            Ok((act, held.map(|held| shown(community, held, situation.now))))
        });
        let (mut act, held) = decided.await?;
        let mut held = held.ok_or(ServiceError::Lost)?;
        if let Some(act) = &mut act {
            without_strangers(act, is_stranger);
        }
        let ended = held.ended.iter_mut().map(|ended| &mut ended.by);
        for by in ended.chain(held.approvals.iter_mut().map(|approval| &mut approval.by)) {
            by.user = by.user.take().filter(|id| !is_stranger(id));
        }
        let body = json(&ApprovalPreview {
            dry_run: true,
            act,
            held,
        });
        let tag = String::new();
        Ok(Outcome {
            answer: Answer { body, tag },
            replayed: false,
        })
    }

    /// Decides over the state as it stands.
    async fn over<T: Send>(
        &self,
        submission: &Submission,
        held: Option<&Held>,
        mut decide: impl FnMut(&Situation<'_>) -> Result<T, Refusal> + Send,
    ) -> Result<T, ServiceError> {
        let (tenant, community) = (submission.tenant, submission.community);
        if let Some(refusal) = self.closed(tenant, community).await? {
            return Err(refusal.into());
        }
        let member = &submission.member;
        let seen = self.store.look(tenant, community, member).await?;
        let acting = self.store.acting(tenant, community, &submission.actor).await?;
        let named = match &submission.actor {
            ActorRef::Human { person, .. } => Some(person),
            ActorRef::Key { .. }
            | ActorRef::Automod { .. }
            | ActorRef::External { .. }
            | ActorRef::System => None,
        };
        let stranger = Target {
            user: if named == Some(member) { NOBODY } else { SOMEBODY },
            authority: Authority::default(),
            protected: false,
            bot: false,
        };
        let target = seen.target.unwrap_or(stranger);
        let spent = self.spent(submission, &acting, seen.now, &seen.timeline).await?;
        let decided = self.looking_back(tenant, community, target.user, |past| {
            decide(&Situation {
                now: seen.now,
                timeline: &seen.timeline,
                member: &seen.member,
                recent: &seen.recent,
                target,
                acting: &acting,
                next_case: seen.next_case,
                past,
                spent: &spent,
                held,
            })
        });
        Ok(decided.await??)
    }
}

/// Whether an id is that of somebody who has none yet.
fn is_stranger(id: &String) -> bool {
    [NOBODY, SOMEBODY].iter().any(|user| user.to_string() == *id)
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
