//! What tests stand on: private Postgres and Redis, a database of one's own, the real server as a process, an HTTP client.
//!
//! Nothing here is a test of Tribune, but every part has a small test of its own, because a harness that lies is worse than none.

#![allow(
    dead_code,
    reason = "a toolbox: each part is whole, whether or not a test uses all of it today"
)]

#[macro_use]
pub(crate) mod store;

pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod ids;
pub(crate) mod janitor;
pub(crate) mod limits;
pub(crate) mod pg_cluster;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod receiver;
pub(crate) mod redis;
pub(crate) mod redis_nodes;
pub(crate) mod scratch;
pub(crate) mod server;
pub(crate) mod stream;
pub(crate) mod tuning;
pub(crate) mod wait;
