//! An act that waits: who asked for it, who has approved it, and what became of it.

use super::act::Act;
use super::actor::{Acting, Actor, Target};
use super::authority;
use super::hold::Hold;
use super::id::{HeldId, UserId};
use super::identity::Identity;
use super::policy::Policy;
use super::rank::Authority;
use super::refusal::Refusal;
use super::time::Instant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a held act is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// It waits.
    Held,
    /// It was carried out.
    Released,
    /// It never will be: somebody said so.
    Rejected,
    /// It never will be: its time is over.
    Expired,
}

/// That somebody approved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// How it ended, unless by time alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was rejected, if somebody said.
    pub reason: Option<String>,
    /// The case that it became; `None` when it was rejected.
    pub case: Option<i64>,
}

/// An act that waits for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its id.
    pub id: HeldId,
    /// Upon whom.
    pub user: UserId,
    /// Who asked for it.
    pub actor: Actor,
    /// Their standing then.
    pub authority: Authority,
    /// What they asked for.
    pub act: Act,
    /// What it waits for.
    pub hold: Hold,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// From then on it can no longer be released.
    pub expires_at: Instant,
    /// Who has approved it so far.
    pub approvals: Vec<Approval>,
    /// How it ended, unless by time alone.
    pub settled: Option<Settled>,
}

impl HeldState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Held, Self::Released, Self::Rejected, Self::Expired];

    /// The name in documents and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

impl Held {
    /// Where it is in its life at a moment. Time alone ends it.
    #[must_use]
    pub fn state(&self, now: Instant) -> HeldState {
        match &self.settled {
            Some(settled) if settled.case.is_some() => HeldState::Released,
            Some(_) => HeldState::Rejected,
            None if self.expires_at <= now => HeldState::Expired,
            None => HeldState::Held,
        }
    }

    /// Who asked for it, with the standing that they had.
    #[must_use]
    pub fn issuer(&self) -> Acting {
        Acting {
            actor: self.actor.clone(),
            authority: self.authority,
        }
    }

    /// Whether nobody else has to approve it.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        i64::try_from(self.approvals.len()).is_ok_and(|given| given >= self.hold.needed)
    }

    /// With one more approval: by somebody who did not ask for it, has not approved it yet, and may do so to the member.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn approve(
        &self,
        policy: &Policy,
        acting: &Acting,
        target: &Target,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.check_open(now)?;
        if self.is_issuer(&acting.actor) {
            return Err(Refusal::OwnAct);
        }
        let glass = self.act.particulars.break_glass;
        authority::check(policy, self.act.kind(), acting, target, glass)?;
        if acting.authority.rank < self.hold.rank {
            return Err(Refusal::RankTooLow {
                kind: self.act.kind(),
                least: self.hold.rank,
                rank: acting.authority.rank,
            });
        }
        let is_same = |approval: &Approval| approval.by.to_string() == acting.actor.to_string();
        if self.approvals.iter().any(is_same) {
            return Err(Refusal::AlreadyApproved);
        }
        let mut held = self.clone();
        held.approvals.push(Approval {
            by: acting.actor.clone(),
            at: now,
        });
        Ok(held)
    }

    /// Rejected by somebody who might have approved it, or withdrawn by who asked for it.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn reject(
        &self,
        policy: &Policy,
        acting: &Acting,
        target: &Target,
        reason: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.check_open(now)?;
        if !self.is_issuer(&acting.actor) {
            // Immunity keeps nobody from leaving a member alone.
            authority::check(policy, self.act.kind(), acting, target, true)?;
        }
        Ok(self.settle(acting.actor.clone(), now, reason, None))
    }

    /// As it stands once it has ended.
    #[must_use]
    pub fn settle(&self, by: Actor, at: DateTime<Utc>, reason: Option<String>, case: Option<i64>) -> Self {
        Self {
            settled: Some(Settled { by, at, reason, case }),
            ..self.clone()
        }
    }

    /// Everybody who asked for it or approved it.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        let approved = self.approvals.iter().map(|approval| &approval.by);
        std::iter::once(&self.actor)
            .chain(approved)
            .filter_map(Actor::user)
    }

    /// Whether it names the member by one of these.
    #[must_use]
    pub fn names_one_of(&self, names: &BTreeSet<Identity>) -> bool {
        let named = self.act.particulars.named.as_ref();
        named.is_some_and(|named| names.contains(named))
    }

    fn is_issuer(&self, actor: &Actor) -> bool {
        self.actor.to_string() == actor.to_string()
    }

    fn check_open(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let now = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        match self.state(now) {
            HeldState::Held => Ok(()),
            state => Err(Refusal::HeldSettled { state: state.name() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::act::Detail;
    use super::super::case::Particulars;
    use super::super::hold::Why;
    use super::super::id::KeyId;
    use super::super::kind::Kind;
    use super::super::rank::Rank;
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn acting(n: u128, rank: Rank) -> Acting {
        Acting {
            actor: Actor::Human {
                user: UserId(Uuid::from_u128(n)),
                identity: None,
                key: Some(KeyId(Uuid::nil())),
                asserted: None,
            },
            authority: Authority::of(rank),
        }
    }

    fn member() -> Target {
        Target {
            user: UserId(Uuid::from_u128(9)),
            authority: Authority::default(),
            protected: false,
            bot: false,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        Instant::new(1_000).unwrap().to_utc() + TimeDelta::seconds(seconds)
    }

    fn held() -> Held {
        let issuer = acting(1, Rank::Moderator);
        Held {
            id: HeldId(Uuid::nil()),
            user: member().user,
            actor: issuer.actor,
            authority: issuer.authority,
            act: Act::new(Kind::Ban, Detail::default(), Particulars::default()).unwrap(),
            hold: Hold {
                why: Why::Approval,
                needed: 2,
                rank: Rank::Admin,
            },
            created_at: at(0),
            expires_at: Instant::new(1_060).unwrap(),
            approvals: Vec::new(),
            settled: None,
        }
    }

    #[test]
    fn an_approval_is_somebody_elses_and_is_given_once() {
        let policy = Policy::default();
        let approve = |held: &Held, acting: &Acting| held.approve(&policy, acting, &member(), at(1));
        let own = approve(&held(), &acting(1, Rank::Owner)).unwrap_err();
        assert_eq!(own, Refusal::OwnAct);
        let low = approve(&held(), &acting(2, Rank::Moderator)).unwrap_err();
        assert!(matches!(
            low,
            Refusal::RankTooLow {
                least: Rank::Admin,
                ..
            }
        ));
        let themself = approve(&held(), &acting(9, Rank::Owner)).unwrap_err();
        assert_eq!(themself, Refusal::OneSelf);
        let once = approve(&held(), &acting(2, Rank::Admin)).unwrap();
        assert!(!once.is_approved());
        let again = approve(&once, &acting(2, Rank::Owner)).unwrap_err();
        assert_eq!(again, Refusal::AlreadyApproved);
        assert!(approve(&once, &acting(3, Rank::Admin)).unwrap().is_approved());
    }

    #[test]
    fn who_issued_it_may_withdraw_it_and_time_alone_ends_it() {
        let policy = Policy::default();
        let reject = |acting: &Acting, now| held().reject(&policy, acting, &member(), None, now);
        let withdrawn = reject(&acting(1, Rank::Member), at(59)).unwrap();
        assert_eq!(withdrawn.state(Instant::new(2_000).unwrap()), HeldState::Rejected);
        assert!(reject(&acting(2, Rank::Member), at(59)).is_err());
        assert!(reject(&acting(2, Rank::Moderator), at(59)).is_ok());
        let over = reject(&acting(1, Rank::Moderator), at(60)).unwrap_err();
        assert_eq!(over, Refusal::HeldSettled { state: "expired" });
        assert_eq!(held().state(Instant::new(1_059).unwrap()), HeldState::Held);
        assert_eq!(held().state(Instant::new(1_060).unwrap()), HeldState::Expired);
    }
}
