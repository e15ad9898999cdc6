//! Observations of a batch: judged under the lock of the member whom they are about.

use super::issue::WishRow;
use super::run::{Run, nameless, target};
use super::{MemberKey, acting_person};
use crate::domain::act::{Command, Situation};
use crate::domain::actor::Acting;
use crate::domain::drift::{Observation, Spot};
use crate::domain::hold::Spent;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Noted, Reply, Submission, Watched};
use crate::storage::batch::Home;
use std::collections::BTreeSet;

/// What a batch observes, each once, sorted.
pub(crate) fn spots(batch: &[Submission]) -> Vec<(Home, Spot)> {
    let spots = batch.iter().filter_map(|submission| match &submission.command {
        Command::Observe(observation) => {
            let home = (submission.tenant, submission.community);
            Some((home, observation.spot.clone()))
        }
        _ => None,
    });
    spots.collect::<BTreeSet<_>>().into_iter().collect()
}

impl Run<'_, '_> {
    /// Judges an observation. Nobody is made known by one of which nothing comes.
    pub(super) fn observe(
        &mut self,
        submission: &Submission,
        observation: &Observation,
    ) -> Result<Reply, StoreError> {
        let home = (submission.tenant, submission.community);
        let timeline = self.timeline(home)?;
        let member = MemberKey {
            tenant: submission.tenant,
            community: submission.community,
            user: self.user(submission, &submission.member)?,
        };
        let acting = self.acting(submission)?;
        let missing = || StoreError::Failed(format!("{member:?} was not loaded").into());
        let last = *self.loaded.numbers.get(&home).ok_or_else(missing)?;
        let row = self.loaded.members.get(&member).ok_or_else(missing)?;
        let situation = Situation {
            now: self.loaded.now,
            timeline: &timeline,
            member: &row.state,
            recent: &row.recent,
            target: target(member.user, row),
            acting: &acting,
            next_case: last + 1,
            past: &row.past,
            spent: &Spent::default(),
            held: None,
        };
        let key = (home, observation.spot.clone());
        let watched = Watched {
            seen: self.loaded.seen.get(&key),
            said: self.loaded.said.get(&key),
            wished: self.writes.wishes.is_wished(member, &observation.spot),
            unknown: self.loaded.made_users.contains(&(member.tenant, member.user))
                && !self.needed.contains(&(member.tenant, member.user)),
            erased: self.is_erased(submission, &submission.member),
        };
        let by_erased = acting_person(&submission.actor).is_some_and(|by| self.is_erased(submission, by));
        let shown = by_erased.then(|| nameless(submission));
        let noted = self
            .judge
            .observe(&situation, watched, shown.as_ref().unwrap_or(submission));
        let asked = row.past.take_asked();
        if !asked.is_empty() {
            self.asked.push((member, asked));
        }
        Ok(Reply::Done(self.note((submission, &acting), member, key, noted)))
    }

    /// Takes over what an observation comes to.
    fn note(
        &mut self,
        (submission, acting): (&Submission, &Acting),
        member: MemberKey,
        key: (Home, Spot),
        noted: Noted,
    ) -> crate::ports::answer::Answer {
        if let Some(ruling) = noted.adopted {
            let unclaimed = Submission {
                claim: None,
                ..submission.clone()
            };
            self.accept(&unclaimed, member, acting, ruling);
            self.writes.wishes.spare(member, &key.1);
        }
        if let Some(wish) = noted.heal {
            self.needed.insert((member.tenant, member.user));
            self.touched.entry(member).or_insert(false);
            self.writes.wishes.add(WishRow {
                member,
                wish,
                reason: None,
                in_hand: None,
                only: Some(key.1.clone()),
                spared: None,
            });
        }
        if let Some(seen) = noted.seen {
            self.loaded.seen.insert(key.clone(), seen.clone());
            self.writes.seen.insert(key, seen);
        }
        self.writes.append(member.tenant, noted.events);
        if let Some(claim) = &submission.claim {
            self.writes
                .keep(member.tenant, claim, &noted.answer, self.loaded.now);
        }
        noted.answer
    }
}
