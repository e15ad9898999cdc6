//! Where everything is kept: the ports of the store on SQLite and on Postgres. The only place that speaks SQL.
//!
//! The two adapters are siblings of equal shape: the same files, in the same order, with the same rules. What does not
//! depend on the dialect stands beside them.

pub mod migrations; // the tables of both dialects, by number
pub mod open; // why a database cannot be opened

pub(crate) mod appeals; // what becomes of an appeal, apart from any SQL
pub(crate) mod batch; // a batch of commands, apart from any SQL
pub(crate) mod codec; // what columns hold
pub(crate) mod conversations; // what both stores know of conversations
mod erasure; // what an erasure takes out of documents
pub(crate) mod halving; // one bad row never fails its neighbours
pub(crate) mod import; // another bot's records, apart from any SQL
pub(crate) mod jobs; // what the columns of jobs hold
pub(crate) mod lowerings; // balances that a remedy lowered all at once
pub(crate) mod merging; // what a merge and its undoing come to in a community
pub(crate) mod observations; // what the columns of observations hold
pub(crate) mod pieces; // of an export
pub(crate) mod removal; // how far the rows of what was deleted are removed
pub(crate) mod restore; // a community made of an export, apart from any SQL
pub(crate) mod schedule; // which versions of a policy count
pub(crate) mod schedules; // what the columns of schedules hold
pub(crate) mod seams; // where the histories of two users became one
pub(crate) mod timelines; // policies kept in memory
pub(crate) mod webhooks; // what deliveries are planned, and what tries come to

pub mod postgres;
pub mod sqlite;
