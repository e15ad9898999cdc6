//! Drift: what relays and other bots observe on platforms, and how it differs from what is desired.

use super::bulk::ItemOutcome;
use super::caller::Caller;
use super::error::ServiceError;
use super::judge::{REMARKABLE, desired};
use super::listing::{Listed, one_more};
use super::show::drift::{About, drift};
use super::{After, Answer, Claim, PersonRef, Service};
use crate::domain::act::Command;
use crate::domain::drift::{Observation, Open, Sight, Spot, difference};
use crate::domain::id::{CommunityId, DriftId, TenantId};
use crate::domain::identity::{Identity, NativeId};
use crate::domain::policy_check::Finding;
use crate::ports::directory::Link;
use crate::ports::drift::{Differing, DriftFilter, Looked, Snapshot};
use crate::ports::ledger::{ActorRef, Submission};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use wire::drift::Drift;
use wire::key::Scope;

/// How far ahead of ours a relay's clock may be.
const AHEAD: TimeDelta = TimeDelta::minutes(1);
/// How many are looked for at once who are missing in a snapshot.
const PORTION: u32 = 500;
/// How many results of a snapshot are given.
const RESULTS: usize = 1_000;

/// What was observed in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Where.
    pub link: Link,
    /// Events, in their order.
    pub events: Vec<Observation>,
    /// All that there is of one effect.
    pub snapshot: Option<(Snapshot, Vec<Observation>, bool)>,
}

/// What came of it: documents, as they are kept.
#[derive(Debug, Default)]
pub struct Noticed {
    /// Of each event.
    pub events: Vec<Answer>,
    /// Of the snapshot, what somebody wants to see.
    pub remarkable: Vec<Answer>,
    /// How many in the snapshot are as desired, or told nothing new.
    pub unremarkable: i64,
    /// Whether all of it was answered before.
    pub replayed: bool,
}

impl Service {
    /// The clock by which what is observed without a time is dated.
    #[must_use]
    pub fn moment(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Takes in what was observed in a space: events, then a snapshot. Each has one effect, however often it is told.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`] for a space that is not linked to the community, or a moment ahead of now; or what
    /// stands in the way of the first that was refused: those before it are taken in, and may be told again.
    pub async fn observe(
        &self,
        caller: &Caller,
        community: CommunityId,
        observed: Observed,
        claim: Option<Claim>,
    ) -> Result<Noticed, ServiceError> {
        caller.require(Scope::DirectivesWork)?;
        caller.enter(community)?;
        let home = (caller.tenant, community);
        let known = self.store.community(caller.tenant, community).await?;
        let mut wrong = timely(&observed, self.clock.now());
        if !known.links.contains(&observed.link) {
            let detail = "the space is not linked to this community; add the link first".to_owned();
            wrong.push(Finding {
                pointer: "/space".to_owned(),
                detail,
            });
        }
        if !wrong.is_empty() {
            return Err(ServiceError::Invalid(wrong));
        }
        let Observed { events, snapshot, .. } = observed;
        let count = events.len();
        let (snapshot, members, complete) = match snapshot {
            Some((snapshot, members, complete)) => (Some(snapshot), members, complete),
            None => (None, Vec::new(), false),
        };
        let all = events.into_iter().chain(members);
        let submissions = all.map(|one| submission(home, one)).collect();
        let outcomes = self.submit_many(home, submissions, claim).await?;
        let mut noticed = Noticed {
            replayed: !outcomes.is_empty(),
            ..Noticed::default()
        };
        for (place, outcome) in outcomes.into_iter().enumerate() {
            noticed.take(outcome, place < count)?;
        }
        if let Some(snapshot) = snapshot.filter(|_| complete) {
            noticed.replayed = false;
            self.miss(home, caller, &snapshot, &mut noticed).await?;
        }
        Ok(noticed)
    }

    /// Takes in that the others have not got the effect.
    async fn miss(
        &self,
        home: (TenantId, CommunityId),
        caller: &Caller,
        snapshot: &Snapshot,
        noticed: &mut Noticed,
    ) -> Result<(), ServiceError> {
        let mut from = Some(Looked::Seen(None));
        while let Some(looked) = from {
            let (missing, next) = self.store.missing(home, snapshot, looked, PORTION).await?;
            let absent = |member| Observation {
                spot: Spot {
                    platform: snapshot.platform.clone(),
                    space: snapshot.space.clone(),
                    effect: snapshot.effect,
                    member,
                },
                sight: Sight {
                    present: false,
                    until: None,
                    capabilities: BTreeSet::new(),
                    at: snapshot.at,
                },
                source: None,
                by: None,
                ours: false,
                key: caller.key,
            };
            let missing: BTreeSet<NativeId> = missing.into_iter().collect();
            let submissions = missing.into_iter().map(|id| submission(home, absent(id)));
            // They are told again with the next snapshot, so they need no claim.
            for outcome in self.submit_many(home, submissions.collect(), None).await? {
                noticed.take(outcome, false)?;
            }
            from = next;
        }
        Ok(())
    }

    /// What differs from the record now, the newest difference first. A page may have fewer than it could: what has come right meanwhile is left
    /// out.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn drifts(
        &self,
        caller: &Caller,
        community: CommunityId,
        filter: &DriftFilter,
        page: After<DriftId>,
    ) -> Result<Listed<Drift, DriftId>, ServiceError> {
        caller.require(Scope::DirectivesRead)?;
        caller.enter(community)?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut rows = self
            .store
            .drifts(caller.tenant, community, filter, one_more(page))
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().and_then(|row| row.seen.drift);
        let now = self.clock.now();
        Ok(Listed {
            next: last.filter(|_| more).map(|open| open.id),
            items: rows.iter().filter_map(|row| shown(community, row, now)).collect(),
        })
    }
}

/// A difference as it stands now, if there still is one.
fn shown(community: CommunityId, row: &Differing, now: DateTime<Utc>) -> Option<Drift> {
    let open = row.seen.drift?;
    let (wish, banned) = desired(&row.sanctions, row.seen.spot.effect);
    let said = row.said.as_ref();
    let difference = difference((&wish.wanted, banned), &row.seen.sight, said, now)?;
    let about = About {
        community,
        user: row.user,
        desired: &wish,
        said,
    };
    Some(drift(about, &row.seen, Open { difference, ..open }))
}

impl Noticed {
    fn take(&mut self, outcome: ItemOutcome, is_event: bool) -> Result<(), ServiceError> {
        let outcome = outcome?;
        self.replayed &= outcome.replayed;
        if is_event {
            self.events.push(outcome.answer);
        } else if outcome.answer.tag == REMARKABLE {
            if self.remarkable.len() < RESULTS {
                self.remarkable.push(outcome.answer);
            }
        } else {
            self.unremarkable += 1;
        }
        Ok(())
    }
}

/// What lies too far ahead: nothing that is observed until then would count.
fn timely(observed: &Observed, now: DateTime<Utc>) -> Vec<Finding> {
    let mut wrong = Vec::new();
    let mut check = |pointer: String, at: DateTime<Utc>| {
        if at > now + AHEAD {
            let detail = "a moment that is not ahead of now".to_owned();
            wrong.push(Finding { pointer, detail });
        }
    };
    for (place, event) in observed.events.iter().enumerate() {
        check(format!("/events/{place}/at"), event.sight.at);
    }
    if let Some((snapshot, ..)) = &observed.snapshot {
        check("/snapshot/at".to_owned(), snapshot.at);
    }
    wrong
}

fn submission((tenant, community): (TenantId, CommunityId), observation: Observation) -> Submission {
    let platform = observation.spot.platform.clone();
    let person = |id: &NativeId| {
        PersonRef::Identity(Identity {
            platform: platform.clone(),
            id: id.clone(),
        })
    };
    Submission {
        tenant,
        community,
        member: person(&observation.spot.member),
        actor: ActorRef::External {
            person: observation.by.as_ref().map(person),
            key: observation.key,
            platform: platform.clone(),
        },
        command: Command::Observe(Box::new(observation)),
        claim: None,
        in_hand: None,
        run: None,
    }
}
