//! Schedules that are made, taken back or tried again.

use super::{Context, Stop};
use crate::domain::actor::Actor;
use crate::domain::schedule::{MOST_ACTIVE, NotTaken, Schedule, Timing};
use crate::ports::directory::{Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::ports::schedules::{Doer, NewSchedule};
use crate::storage::batch::fresh_user;
use crate::storage::postgres::schedules::{count_active, insert, lock, save};
use crate::storage::postgres::{directory, people};
use sqlx::PgConnection;

impl Context<'_> {
    pub(super) async fn change_schedule(&self, connection: &mut PgConnection) -> Result<Changed, Stop> {
        let tenant = self.order.tenant;
        let schedule = match &self.order.change {
            Change::CreateSchedule(new) => self.create_schedule(&mut *connection, new).await?,
            Change::CancelSchedule { community, id } => {
                let mut schedule = lock(&mut *connection, (tenant, *community), *id).await?;
                let version = schedule.version;
                if !schedule.cancel(self.now).map_err(refused)? {
                    let there = Changed::Schedule(Box::new(schedule));
                    return Ok(Changed::Same(Box::new(there)));
                }
                save(&mut *connection, &schedule, version).await?;
                schedule
            }
            Change::RetrySchedule { community, id, key } => {
                let mut schedule = lock(&mut *connection, (tenant, *community), *id).await?;
                let (version, was_active) = (schedule.version, schedule.due_at.is_some());
                schedule.retry(*key, self.now).map_err(refused)?;
                if !was_active {
                    self.room_for_schedule(&mut *connection, &schedule).await?;
                }
                save(&mut *connection, &schedule, version).await?;
                schedule
            }
            _ => return Err(StoreError::Failed("this is about no schedule".into()).into()),
        };
        Ok(Changed::Schedule(Box::new(schedule)))
    }

    async fn create_schedule(
        &self,
        connection: &mut PgConnection,
        new: &NewSchedule,
    ) -> Result<Schedule, Stop> {
        let tenant = self.order.tenant;
        directory::community_exists(&mut *connection, tenant, new.community).await?;
        let user = match &new.member {
            Some(member) => Some(self.somebody(&mut *connection, member).await?),
            None => None,
        };
        let actor = match &new.doer {
            Doer::Person(person) => Actor::Human {
                user: self.somebody(&mut *connection, person).await?,
                identity: match person {
                    PersonRef::Identity(identity) => Some(identity.clone()),
                    PersonRef::User(_) => None,
                },
                key: Some(new.key),
                asserted: None,
            },
            Doer::Other(actor) => actor.clone(),
        };
        let schedule = new.schedule(tenant, user, actor, self.now);
        let schedule = schedule.ok_or(Conflict::NeverRuns {
            once: matches!(new.timing, Timing::At(_)),
            now: self.now,
        })?;
        self.room_for_schedule(&mut *connection, &schedule).await?;
        insert(&mut *connection, &schedule).await?;
        Ok(schedule)
    }

    async fn somebody(
        &self,
        connection: &mut PgConnection,
        person: &PersonRef,
    ) -> Result<crate::domain::id::UserId, Stop> {
        let fresh = fresh_user(self.now);
        Ok(people::find_or_make(&mut *connection, self.order.tenant, person, fresh, self.now).await?)
    }

    /// That one more schedule of the community may be active. Two that are made at once may both find the last place.
    async fn room_for_schedule(
        &self,
        connection: &mut PgConnection,
        schedule: &Schedule,
    ) -> Result<(), Stop> {
        let home = (schedule.tenant, schedule.community);
        if count_active(&mut *connection, home, MOST_ACTIVE).await? < MOST_ACTIVE {
            return Ok(());
        }
        Err(Conflict::TooManySchedules.into())
    }
}

fn refused(why: NotTaken) -> Stop {
    Conflict::Schedule(why).into()
}
