//! `/v1/flows`

pub mod list;
pub mod put;
pub mod read;
pub mod versions;
