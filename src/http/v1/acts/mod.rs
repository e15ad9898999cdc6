//! `/v1/communities/{community}/acts`

pub mod create;
