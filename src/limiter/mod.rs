//! The counters of rate limits: in this process, or in Redis for several of them.

pub mod memory; // this process counts
pub mod redis; // Redis counts, for all processes
