//! `/v1/communities/{community}/acts`

pub mod create;
pub mod create_many;
