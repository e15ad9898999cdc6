//! The store on Postgres: any number of replicas over one database.

mod migrate; // making and changing the tables
mod pool; // connections, time-outs, the clock

mod amend; // what cases say from now on
mod claims; // idempotency keys
mod decide; // acts in batches: one transaction, a handful of statements
mod limits; // rate limits by name
mod load; // what a batch needs to know, under locks
mod lowerings; // balances that a remedy lowered all at once
mod void; // history replayed without a case
mod write; // what a transaction comes to

mod appeal_links; // what lets members in
mod appeals; // members ask that cases be looked at again
mod archived; // what is archived, and so not changed
mod bench; // who could review an appeal
mod change; // the directory, one change at a time
mod conversations; // what people are asked, one thing after the other
mod deliveries; // events on their way to webhooks
mod directives; // what relays carry out
mod directory; // reads of the directory
mod erase; // what was written about a person, taken out
mod erase_cases; // likewise, in cases
mod erased; // erased people, recognised
mod events; // the log of a tenant
mod export; // a community, out
mod flows; // what conversations go by
mod here; // who of an export is known
mod holds; // acts that wait for others
mod housekeeping; // what nobody needs any more
mod import; // another bot's records
mod insight; // reads for searches and reports
mod job_rows; // rows of jobs
mod jobs; // requests of many items
mod look; // a member's state
mod notices; // what members are told
mod observations; // what was seen on platforms
mod people; // persons, found or made
mod ports; // which module does what is asked
mod recall; // looking back at what lapsed and at direct acts
mod record; // reads of the record
mod removal; // people, communities and tenants that go
mod restatements; // what is said anew to platforms
mod restore; // a community, in again
mod runs; // what is due of schedules
mod schedules; // what is to be done at a time that was set before
mod seams; // where two users became one
mod sweep; // the rows of what was deleted
mod timers; // what is due
mod undo; // plans to void what many acts did
mod waiting; // what waits for somebody outside
mod webhooks; // where events are sent

mod errors; // the driver's errors in the port's words
mod row; // reading rows

pub use pool::Options;

use crate::domain::id::TenantId;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::ports::store::{Health, Store};
use crate::storage::migrations;
use crate::storage::open::OpenError;
use crate::storage::timelines::Timelines;
use async_trait::async_trait;
use pool::Pool;

const HEALTH: &str = "SELECT current_setting('server_version') AS version, clock_timestamp() AS now, \
    (SELECT coalesce(max(version), 0) FROM _sqlx_migrations) AS applied";

/// An open database.
pub struct Postgres {
    pool: Pool,
    timelines: Timelines,
}

impl Postgres {
    /// The erased user whom a person that nobody knows turns out to be.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are nobody.
    async fn erased(&self, tenant: TenantId, person: &PersonRef) -> Result<PersonRef, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(errors::failed)?;
        let found = erased::recognise(&mut connection, tenant, person).await?;
        found.map(PersonRef::User).ok_or(StoreError::NotFound("user"))
    }
}

/// Opens a database, migrating it where the options say so.
///
/// # Errors
/// [`OpenError`] says what is in the way.
pub async fn open(options: Options) -> Result<Postgres, OpenError> {
    Ok(Postgres {
        pool: Pool::open(&options).await?,
        timelines: Timelines::default(),
    })
}

/// The newest step of the schema that a database has; 0 without tables. Changes nothing.
///
/// # Errors
/// [`OpenError`] when it cannot be reached or read.
pub async fn schema(url: &str) -> Result<i64, OpenError> {
    pool::schema(url).await
}

/// Every statement that the adapter makes, for a test that prepares them all.
#[must_use]
pub fn statements() -> Vec<&'static str> {
    [
        &[HEALTH][..],
        pool::STATEMENTS,
        migrate::STATEMENTS,
        claims::STATEMENTS,
        load::STATEMENTS,
        write::STATEMENTS,
        amend::STATEMENTS,
        lowerings::STATEMENTS,
        void::STATEMENTS,
        import::STATEMENTS,
        export::STATEMENTS,
        here::STATEMENTS,
        restore::STATEMENTS,
        people::STATEMENTS,
        archived::STATEMENTS,
        directory::STATEMENTS,
        limits::STATEMENTS,
        look::STATEMENTS,
        recall::STATEMENTS,
        record::STATEMENTS,
        seams::STATEMENTS,
        insight::STATEMENTS,
        timers::STATEMENTS,
        holds::STATEMENTS,
        housekeeping::STATEMENTS,
        events::STATEMENTS,
        directives::STATEMENTS,
        restatements::STATEMENTS,
        observations::STATEMENTS,
        schedules::STATEMENTS,
        runs::STATEMENTS,
        appeals::STATEMENTS,
        bench::STATEMENTS,
        appeal_links::STATEMENTS,
        notices::STATEMENTS,
        conversations::STATEMENTS,
        flows::STATEMENTS,
        waiting::STATEMENTS,
        webhooks::STATEMENTS,
        deliveries::STATEMENTS,
        jobs::STATEMENTS,
        job_rows::STATEMENTS,
        undo::STATEMENTS,
        erased::STATEMENTS,
        erase::STATEMENTS,
        erase_cases::STATEMENTS,
        removal::STATEMENTS,
        sweep::STATEMENTS,
    ]
    .iter()
    .chain(change::STATEMENTS)
    .flat_map(|statements| statements.iter().copied())
    .collect()
}

#[async_trait]
impl Store for Postgres {
    async fn health(&self) -> Result<Health, StoreError> {
        let row = sqlx::query(HEALTH).fetch_one(self.pool.reader()).await;
        let row = row.map_err(errors::failed)?;
        let row = row::Row::of(&row, "_sqlx_migrations", &[]);
        Ok(Health {
            backend: format!("postgres {}", row.text("version")?),
            now: match self.pool.set_clock() {
                Some(now) => now,
                None => row.time("now")?,
            },
            schema: (row.get("applied")?, migrations::newest()),
        })
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
