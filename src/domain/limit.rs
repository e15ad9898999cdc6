//! Rate limits: how much of something a key may have within how long, counted by one of four algorithms.
//!
//! All arithmetic is on whole numbers, so that a script in another language counts exactly as these functions do. Time is in
//! milliseconds of a clock that need not know the date. No product passes 2^53, which is how far that language counts exactly.

pub mod adaptive; // tightens on signals, recovers by time
pub mod check; // several limits, all or nothing
pub mod key; // templates of keys
pub mod named; // what a limit says of itself
pub mod rate; // how much within how long
pub mod state; // what was spent, and what comes of a check

mod bucket; // tokens that come back
mod gcra; // the same, as one moment
mod log; // every check of the last while
mod window; // two counters

#[cfg(test)]
mod properties;

pub use named::Limit;
pub use rate::{Algorithm, Rate};
pub use state::{State, Verdict};
