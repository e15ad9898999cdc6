//! Simulations: the whole history of a community under another policy, read a portion at a time and told line by line.

use super::caller::Caller;
use super::error::ServiceError;
use super::{After, Service, show};
use crate::domain::brief::Window;
use crate::domain::id::{CommunityId, TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::simulate::{Difference, Simulation};
use crate::domain::time::Instant;
use crate::ports::clock::Clock;
use crate::ports::insight::Milestone;
use crate::ports::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use wire::key::Scope;
use wire::simulate::SimulationLine;

/// How many simulations a process carries out at a time: each keeps one core busy.
pub const MOST_SIMULATIONS: usize = 2;
/// How many cases one statement reads. Between two the connection is somebody else's.
const PORTION: u32 = 2_000;
/// A line of progress comes after so many members, or a second.
const EVERY: u64 = 1_000;

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulationQuery {
    /// Under which policy.
    pub policy: Policy,
    /// Which escalations to compare.
    pub window: Window,
    /// How many members to list at most.
    pub limit: u64,
}

/// A simulation under way. Dropping it ends it.
pub struct Simulated {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    home: (TenantId, CommunityId),
    simulation: Simulation,
    after: Option<Milestone>,
    /// The merged user whose cases are read, and those whose turn is still to come.
    whose: Option<UserId>,
    merged: VecDeque<UserId>,
    /// How many members may still be listed, and how many had no place.
    left: u64,
    left_out: u64,
    /// Members and time at the last line of progress.
    told: (u64, DateTime<Utc>),
    is_over: bool,
    /// Given back when the simulation goes.
    _permit: OwnedSemaphorePermit,
}

impl Service {
    /// Begins to replay a community's history under another policy.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, that the key may not read it, or [`ServiceError::Simulating`] when as many as
    /// the process takes are under way.
    pub async fn simulate(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: SimulationQuery,
    ) -> Result<Simulated, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let (now, timeline) = self.store.rules(caller.tenant, community).await?;
        let permit = Arc::clone(&self.simulations).try_acquire_owned();
        let now = Instant::from_utc(now).map_err(|_| Refusal::ClockOutOfRange)?;
        let junctions = self.store.junctions(caller.tenant, community).await?;
        let simulation = Simulation::new(timeline, query.policy, query.window, now).with_merges(junctions);
        Ok(Simulated {
            store: self.store.clone(),
            clock: self.clock.clone(),
            home: (caller.tenant, community),
            merged: simulation.merged().into(),
            whose: None,
            simulation,
            after: None,
            left: query.limit,
            left_out: 0,
            told: (0, self.clock.now()),
            is_over: false,
            _permit: permit.map_err(|_| ServiceError::Simulating)?,
        })
    }
}

impl Simulated {
    /// The next lines, maybe none; `None` when it is over.
    ///
    /// # Errors
    /// What keeps the store from answering. It is over then.
    pub async fn next(&mut self) -> Result<Option<Vec<SimulationLine>>, ServiceError> {
        if self.is_over {
            return Ok(None);
        }
        // An error is the end, too.
        self.is_over = true;
        let page = After {
            after: self.after,
            limit: PORTION,
        };
        let (tenant, community) = self.home;
        let cases = self.store.histories(tenant, community, self.whose, page).await?;
        let is_last = cases.len() < PORTION as usize;
        self.after = cases.last().map(|case| (case.user, case.at, case.number));
        let mut found = Vec::new();
        for case in cases {
            let difference = self.simulation.feed(case);
            found.extend(difference.and_then(|difference| self.placed(difference)));
        }
        if is_last {
            self.whose = self.merged.pop_front();
            self.after = None;
            let difference = match self.whose {
                Some(user) => self.simulation.turn_to(user),
                None => self.simulation.close(),
            };
            found.extend(difference.and_then(|difference| self.placed(difference)));
        }
        let mut lines = listed(&*self.store, tenant, &found).await?;
        self.is_over = is_last && self.whose.is_none();
        if self.is_over {
            lines.push(show::simulate::total(&self.simulation, self.left_out));
        } else {
            lines.extend(self.progress());
        }
        Ok(Some(lines))
    }

    /// A member who is to be listed, while there is room.
    fn placed(&mut self, difference: Difference) -> Option<Difference> {
        if self.left == 0 {
            self.left_out += 1;
            return None;
        }
        self.left -= 1;
        Some(difference)
    }

    /// A line of progress, if it is time for one.
    fn progress(&mut self) -> Option<SimulationLine> {
        let (totals, now) = (self.simulation.totals(), self.clock.now());
        let due = totals.members >= self.told.0 + EVERY || now - self.told.1 >= TimeDelta::seconds(1);
        due.then(|| {
            self.told = (totals.members, now);
            show::simulate::progress(totals)
        })
    }
}

/// The lines of the members whom a portion has found, with who they are on platforms.
async fn listed(
    store: &dyn Store,
    tenant: TenantId,
    found: &[Difference],
) -> Result<Vec<SimulationLine>, ServiceError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let users: Vec<UserId> = found.iter().map(|difference| difference.user).collect();
    let mut named: HashMap<UserId, Vec<Identity>> = HashMap::new();
    for (user, identity) in store.identities(tenant, &users).await? {
        named.entry(user).or_default().push(identity);
    }
    let lines = found.iter().map(|difference| {
        let identities = named.get(&difference.user);
        show::simulate::member(difference, identities.map_or(&[], Vec::as_slice))
    });
    Ok(lines.collect())
}
