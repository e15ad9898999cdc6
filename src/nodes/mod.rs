//! Redis as whoever uses it sees it: one node, the master that Sentinel names, or a cluster; and scripts that run there.

mod link; // a connection, and where it leads
mod script; // code that a server runs, with keys and arguments

pub use link::NotAnAddress;
pub(crate) use link::{BETWEEN, Link, Target, is_between};
pub(crate) use script::{Call, Known};
