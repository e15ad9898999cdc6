//! The types that cross the wire: what requests, responses, events and problems look like as JSON.
//!
//! Types and serde alone, no IO and no rules. With the feature `openapi` every type also describes itself.

pub mod number;
pub mod problem;
