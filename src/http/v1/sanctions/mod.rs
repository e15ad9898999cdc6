//! `/v1/communities/{community}/sanctions`

pub mod lift;
pub mod list;
pub mod read;
