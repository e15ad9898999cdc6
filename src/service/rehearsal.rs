//! Many acts tried out: decided in memory one after the other, each over what the earlier ones would have left. Reads without a
//! lock, and writes nothing. More acts may follow those that were decided; the moment stays that of the first.

use super::Outcome;
use super::bulk::ItemOutcome;
use super::error::ServiceError;
use super::judge::answer;
use super::preview::{tried, without_strangers};
use crate::domain::act::{Command, Decision, Recent, Situation};
use crate::domain::actor::{Acting, Target};
use crate::domain::decide::foresee;
use crate::domain::hold::{Sought, Spent, sought};
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::member::Member;
use crate::domain::past::Past;
use crate::domain::rank::Authority;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::error::StoreError;
use crate::ports::ids::Ids;
use crate::ports::ledger::{ActorRef, PersonRef, Seen, Submission};
use crate::ports::store::Store;
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use wire::act::ActAnswer;

/// How many reads are under way at once.
const READS: usize = 16;

/// A member as the acts so far would leave them.
struct Held {
    target: Target,
    member: Member,
    recent: Vec<Recent>,
    /// What is known of what went before. None of the acts tried out lies so far back that it would be missed there.
    past: Past,
}

/// When all of it would happen, under which policies, and the number that the next case would get. It is that of the first acts:
/// what is counted of budgets is counted up to then.
struct Moment {
    now: DateTime<Utc>,
    timeline: Arc<Timeline>,
    next_case: i64,
}

/// What has been decided so far.
#[derive(Default)]
pub(super) struct Rehearsal {
    /// Missing only where no member is there, and so nothing can be decided.
    moment: Option<Moment>,
    /// Everybody who is named, unknown people under ids of their own; `None` for a user id that the tenant does not have.
    people: HashMap<PersonRef, Option<UserId>>,
    members: HashMap<UserId, Held>,
    /// The standing of the people who act.
    standing: HashMap<PersonRef, Authority>,
    /// The ids of people who have none so far.
    strangers: HashSet<String>,
    /// What is spent of budgets, as the acts so far would leave it.
    spent: Spent,
    /// Which of them were asked for.
    counted: BTreeSet<Sought>,
}

impl Rehearsal {
    /// Reads what the acts need besides what is known.
    ///
    /// # Errors
    /// A community that is not there, or what kept the store from answering.
    pub(super) async fn learn(
        &mut self,
        store: &dyn Store,
        (tenant, community): (TenantId, CommunityId),
        submissions: &[Submission],
        ids: &dyn Ids,
    ) -> Result<(), ServiceError> {
        let begun = self.moment.is_some();
        let members: HashSet<&PersonRef> = submissions.iter().map(|s| &s.member).collect();
        let members: Vec<_> = members.into_iter().filter(|one| !self.has_met(one)).collect();
        let mut seen = Vec::with_capacity(members.len());
        for some in members.chunks(READS) {
            let looks = some.iter().map(|person| look(store, (tenant, community), person));
            seen.extend(try_join_all(looks).await?);
        }
        for (person, seen) in members.into_iter().zip(seen) {
            self.meet(person, seen, begun, ids);
        }
        let actors: HashMap<&PersonRef, ActorRef> = submissions
            .iter()
            .filter_map(|submission| as_stored(&submission.actor))
            .filter(|(person, _)| !self.standing.contains_key(person))
            .collect();
        let actors: Vec<_> = actors.into_iter().collect();
        for some in actors.chunks(READS) {
            let found = some
                .iter()
                .map(|(_, actor)| store.acting(tenant, community, actor));
            for ((person, _), acting) in some.iter().zip(try_join_all(found).await?) {
                self.introduce(person, &acting, ids);
            }
        }
        Ok(())
    }

    /// Whether the store was asked about somebody as a member.
    fn has_met(&self, person: &PersonRef) -> bool {
        match self.people.get(person) {
            Some(Some(user)) => self.members.contains_key(user),
            Some(None) => true,
            None => false,
        }
    }

    /// Decides one act over what those before it would have left.
    pub(super) async fn decide(
        &mut self,
        store: &dyn Store,
        submission: &Submission,
        ids: &dyn Ids,
    ) -> ItemOutcome {
        let user = self.person(&submission.member)?;
        let acting = self.acting(&submission.actor)?;
        self.count(store, submission, &acting).await?;
        loop {
            let tried = self.attempt(user, &acting, submission, ids);
            let Some(held) = self.members.get_mut(&user) else {
                return Err(ServiceError::Lost);
            };
            let asked = held.past.take_asked();
            if asked.is_empty() {
                let (decision, shown) = tried?;
                return Ok(self.keep(user, &acting, decision, &shown));
            }
            let (tenant, community) = (submission.tenant, submission.community);
            let answers = store.recall(tenant, community, user, &asked).await?;
            for (question, answer) in asked.into_iter().zip(answers) {
                held.past.learn(question, answer);
            }
        }
    }

    /// Decides with what is known so far.
    fn attempt(
        &self,
        user: UserId,
        acting: &Acting,
        submission: &Submission,
        ids: &dyn Ids,
    ) -> Result<(Decision, ActAnswer), ServiceError> {
        let (Some(held), Some(moment)) = (self.members.get(&user), &self.moment) else {
            return Err(ServiceError::Lost);
        };
        let situation = Situation {
            now: moment.now,
            timeline: &moment.timeline,
            member: &held.member,
            recent: &held.recent,
            target: held.target,
            acting,
            next_case: moment.next_case,
            past: &held.past,
            spent: &self.spent,
            held: None,
        };
        let (decision, hold) = foresee(&situation, &submission.command, &mut || ids.fresh())?;
        let mut shown = answer(submission.community, &situation, &decision, Some(hold.as_ref()))
            .ok_or(ServiceError::Lost)?;
        without_strangers(&mut shown, |id| self.strangers.contains(id));
        Ok((decision, shown))
    }

    /// Takes over what an act would leave.
    fn keep(&mut self, user: UserId, acting: &Acting, decision: Decision, shown: &ActAnswer) -> Outcome {
        // What would wait for others leaves everything as it is.
        if shown.hold.is_some() {
            return tried(shown);
        }
        let kind = decision.entries.first().map(|entry| entry.case.kind);
        if let (Some(moment), Some(kind)) = (&self.moment, kind)
            && let Ok(now) = Instant::from_utc(moment.now)
        {
            let policy = &moment.timeline.in_force(now).policy;
            self.spent.add(policy, &acting.actor, kind);
        }
        if let Some(moment) = &mut self.moment {
            moment.next_case += i64::try_from(decision.entries.len()).unwrap_or(0);
        }
        if let Some(held) = self.members.get_mut(&user) {
            held.member = decision.member;
            held.recent = decision.recent;
        }
        tried(shown)
    }

    /// Learns what is spent of the budgets that an act would count in, unless it is known.
    async fn count(
        &mut self,
        store: &dyn Store,
        submission: &Submission,
        acting: &Acting,
    ) -> Result<(), ServiceError> {
        let (Command::Act(act), Some(moment)) = (&submission.command, &self.moment) else {
            return Ok(());
        };
        let Ok(now) = Instant::from_utc(moment.now) else {
            return Ok(());
        };
        let policy = &moment.timeline.in_force(now).policy;
        let mut sought = sought(policy, &acting.actor, act.kind(), now);
        sought.retain(|one| self.counted.insert(one.clone()));
        if sought.is_empty() {
            return Ok(());
        }
        let (tenant, community) = (submission.tenant, submission.community);
        let counts = store.spent(tenant, community, &sought).await?;
        for (sought, acts) in sought.iter().zip(counts) {
            self.spent.learn(sought, acts);
        }
        Ok(())
    }

    fn person(&self, person: &PersonRef) -> Result<UserId, ServiceError> {
        self.people
            .get(person)
            .copied()
            .flatten()
            .ok_or(ServiceError::NotFound("user"))
    }

    fn acting(&self, actor: &ActorRef) -> Result<Acting, ServiceError> {
        let (user, authority) = match actor {
            ActorRef::Human { person, asserted, .. } => {
                let stored = self.standing.get(person).copied().unwrap_or_default();
                (self.person(person)?, asserted.unwrap_or(stored))
            }
            ActorRef::Key { authority, .. } | ActorRef::Automod { authority, .. } => {
                (UserId(uuid::Uuid::nil()), *authority)
            }
            ActorRef::External { .. } | ActorRef::System => return Err(ServiceError::Lost),
        };
        Ok(Acting {
            actor: actor.resolved(user),
            authority,
        })
    }

    /// Takes over a member as they stand.
    fn meet(&mut self, person: &PersonRef, seen: Option<Seen>, begun: bool, ids: &dyn Ids) {
        let Some(seen) = seen else {
            self.people.insert(person.clone(), None);
            return;
        };
        // The reads are not of one moment; the last of them is nearest to when the acts would be recorded.
        if !begun && self.moment.as_ref().is_none_or(|moment| moment.now <= seen.now) {
            self.moment = Some(Moment {
                now: seen.now,
                timeline: seen.timeline,
                next_case: seen.next_case,
            });
        }
        let target = seen.target.unwrap_or_else(|| Target {
            // Who has acted is the same person when it is their turn.
            user: self
                .people
                .get(person)
                .copied()
                .flatten()
                .unwrap_or_else(|| self.stranger(ids)),
            authority: Authority::default(),
            protected: false,
            bot: false,
        });
        self.people.insert(person.clone(), Some(target.user));
        // Somebody may be named in two ways.
        self.members.entry(target.user).or_insert(Held {
            target,
            member: seen.member,
            recent: seen.recent,
            past: Past::default(),
        });
    }

    /// Takes over who acts, and with which standing unless one is asserted.
    fn introduce(&mut self, person: &PersonRef, acting: &Acting, ids: &dyn Ids) {
        self.standing.insert(person.clone(), acting.authority);
        let known = acting.actor.user().filter(|user| !user.0.is_nil());
        if !self.people.contains_key(person) {
            let user = known.unwrap_or_else(|| self.stranger(ids));
            self.people.insert(person.clone(), Some(user));
        }
    }

    /// An id for somebody unknown.
    fn stranger(&mut self, ids: &dyn Ids) -> UserId {
        let user = UserId(ids.fresh());
        self.strangers.insert(user.to_string());
        user
    }
}

/// A person who acts, as the community knows them: whatever a call asserts is asserted in each act.
fn as_stored(actor: &ActorRef) -> Option<(&PersonRef, ActorRef)> {
    let ActorRef::Human { person, key, .. } = actor else {
        return None;
    };
    let stored = ActorRef::Human {
        person: person.clone(),
        asserted: None,
        key: *key,
    };
    Some((person, stored))
}

/// A member as they stand; `None` for a user id that the tenant does not have.
async fn look(
    store: &dyn Store,
    (tenant, community): (TenantId, CommunityId),
    person: &PersonRef,
) -> Result<Option<Seen>, ServiceError> {
    match store.look(tenant, community, person).await {
        Ok(seen) => Ok(Some(seen)),
        Err(StoreError::NotFound("user")) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
