//! Drift: where platforms differ from the record.

pub mod list;
pub mod observe;
