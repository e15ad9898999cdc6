//! The integration tests: one binary, so that one link serves all of them and they share one Postgres and one Redis.
//!
//! `support/` starts what the tests need; everything else is tests. What takes long (processes killed under load, databases
//! restarted) lives under `faults/`, which `./test --fast` leaves out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

#[macro_use]
mod support;

mod adapters;
mod api;
mod architecture;
mod faults;
mod jobs;
mod limiter;
mod listener;
mod openapi;
mod outbound;
mod readme;
mod semantics;
mod serve;
pub(crate) mod store;
pub(crate) mod streams;
mod tidy;
