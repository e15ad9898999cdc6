//! The conformance suite of the store: each rule of the ports once, run on SQLite and on Postgres alike.
//!
//! The store is tested alone: `judge` and `replay` stand in for the domain with rulings simple enough to foresee. `histories` and `rivers`
//! alone go through the service, and hold the store against what the domain alone comes to.

pub(crate) mod draw; // what random histories draw from a seed
pub(crate) mod judge; // a judge and a renderer with simple rulings
mod merges;
mod model; // a history in memory, decided by the domain alone
mod replay; // a revision that adds up points again
mod retold; // a record told from the beginning
mod world; // a store with a tenant, a community and a clock

mod appeal_links;
mod appeals;
mod batches;
mod cases;
mod claims;
mod communities;
mod conversations;
mod directives;
mod drift;
mod erasure;
mod events;
mod halving;
mod histories;
mod holds;
mod housekeeping;
mod insight;
mod isolation;
mod jobs;
mod keys;
mod limits;
mod look;
mod members;
mod numbers;
mod policies;
mod reasons;
mod rivers;
mod sanctions;
mod schedule;
mod schedules;
mod schema;
mod text;
mod timers;
mod users;
mod voids;
mod waiting;
mod webhooks;

mod postgres; // what only several processes have
mod sqlite; // what only an embedded database has
